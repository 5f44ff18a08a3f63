"""Adverse events of a group as the sum of what each participant adds to it. PURE.

Once counted, a participant whose events changed is taken out as they were and put in as they are: the cost follows the
change and not the group. `of` counts everybody, and the two agree (tests/analysis/outcomes/test_event_tally.py).
"""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from analysis.outcomes.dictionary import category_of
from trial.protocol import by_registration

Outcome = dict[str, Any]
Key = tuple[Hashable, ...]
# A term as it is counted: its code, its site or type, the site's own words.
Term = tuple[str, str, str]
SERIOUS, OTHER, ALL = "serious", "other", "all"


@dataclass
class EventTally:
    """Counts by key, and by key the study numbers of the participants, in order of registration.

    Keys begin with what is counted: see `_counts` and `_memberships`.
    """

    counts: Counter[Key] = field(default_factory=Counter)
    _places: dict[Key, list[tuple[tuple[int, str], str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, outcomes: Iterable[Outcome]) -> "EventTally":
        """Everybody counted."""
        made = cls()
        for outcome in outcomes:
            made.add(outcome)
        return made

    def add(self, outcome: Outcome) -> None:
        """Puts a participant in; one without a dose, or registered in error, adds nothing."""
        for key, count in _counts(outcome):
            self.counts[key] += count
        for key in _memberships(outcome):
            insort(self._places.setdefault(key, []), _place(outcome))

    def remove(self, outcome: Outcome) -> None:
        """Takes out a participant who was put in with this outcome."""
        for key, count in _counts(outcome):
            self.counts[key] -= count
            if not self.counts[key]:
                del self.counts[key]
        for key in _memberships(outcome):
            there = self._places[key]
            del there[bisect_left(there, _place(outcome))]
            if not there:
                del self._places[key]

    def numbers(self, *key: Hashable) -> list[str]:
        """The study numbers under a key."""
        return [number for _, number in self._places.get(key, ())]

    def keys(self, of: str) -> list[Any]:
        """What stands second in the keys that begin with `of`, each once, in an order that no history decides."""
        return sorted({key[1] for key in (*self._places, *self.counts) if key[0] == of and len(key) > 1}, key=str)

    def grades(self, *key: Hashable) -> dict[str, int]:
        """Grade → how many participants, every grade named; "unknown" where none is on record."""
        counts = {str(grade): self.counts[(*key, grade)] for grade in range(1, 6)}
        return {**counts, "unknown": self.counts[(*key, None)]}


def _place(outcome: Outcome) -> tuple[tuple[int, str], str]:
    return by_registration(outcome["number"]), outcome["number"]


def _is_counted(outcome: Outcome) -> bool:
    return bool(outcome["treated"]) and not outcome.get("in_error")


def _memberships(outcome: Outcome) -> Iterator[Key]:
    """`affected`: by any event. `term`, `severe related`: by the term, or by a severe related event of it."""
    if not _is_counted(outcome):
        return
    if outcome["toxicity"]["events"]:
        yield ("affected",)
    for term in outcome["toxicity"]["terms"]:
        yield "term", _term(term)
        if term["counts"]:
            yield "severe related", _term(term)


def _counts(outcome: Outcome) -> Iterator[tuple[Key, int]]:
    """Each participant once per key, but for events, which are counted as such."""
    if not _is_counted(outcome):
        return
    yield ("treated",), 1
    terms = outcome["toxicity"]["terms"]
    if terms:
        yield ("worst", _worst(terms)), 1
    for term in terms:
        key = _term(term)
        yield ("grade", key, term["worst"]), 1
        yield ("attribution", key, term["attribution"]), 1
        yield ("undetermined", key), int(bool(term["undetermined"]))
        if term["any_related"]:
            yield ("related", key, term["worst_related"]), 1
    yield from _of_categories(terms)
    events = _whole_events(outcome)
    yield from _of_cycles(events)
    yield from _of_registry(events)


def _of_categories(terms: list[dict[str, Any]]) -> Iterator[tuple[Key, int]]:
    own: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for term in terms:
        own[category_of(term["term"])].append(term)
    for category, of_category in own.items():
        yield ("category", category), 1
        yield ("category grade", category, _worst(of_category)), 1
        yield ("category related", category), int(any(term["any_related"] for term in of_category))
        yield ("category severe related", category), int(any(term["counts"] for term in of_category))


def _of_cycles(events: list[list[dict[str, Any]]]) -> Iterator[tuple[Key, int]]:
    """By cycle of onset (None: not known): participants, events that began, participants with a severe related one."""
    episodes = [episode for event in events for episode in event]
    for cycle in {episode["cycle"] for episode in episodes}:
        yield ("cycle", cycle), 1
    for cycle in {episode["cycle"] for episode in episodes if episode["counts"] == "yes"}:
        yield ("cycle severe related", cycle), 1
    for event in events:
        yield ("cycle events", event[0]["cycle"]), 1


def _of_registry(events: list[list[dict[str, Any]]]) -> Iterator[tuple[Key, int]]:
    """Of serious, other and all events: participants affected, by term too, and events by term."""
    affected: dict[tuple[str, Term | None], None] = {}
    for event in events:
        key = _term(event[0])
        for kind in (SERIOUS if any(episode["serious"] for episode in event) else OTHER, ALL):
            affected[kind, None] = affected[kind, key] = None
            yield (f"{kind} events", key), 1
    for kind, of in affected:
        yield (f"{kind} affected",) if of is None else (f"{kind} affected", of), 1


def _whole_events(outcome: Outcome) -> list[list[dict[str, Any]]]:
    """Each event as its episodes in order of entry."""
    whole: dict[int, list[dict[str, Any]]] = {}
    for episode in outcome["toxicity"]["events"]:
        whole.setdefault(episode["began_as"], []).append(episode)
    return list(whole.values())


def _term(row: dict[str, Any]) -> Term:
    return row["term"], row["select"], row["words"]


def _worst(terms: Iterable[dict[str, Any]]) -> int | None:
    return max((term["worst"] for term in terms if term["worst"] is not None), default=None)
