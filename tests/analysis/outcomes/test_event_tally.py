"""Adverse events counted participant by participant agree with the full count, whatever came in between."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from analysis.endpoints.answers.shapes import proportion
from analysis.endpoints.answers.toxicity import adverse_events
from analysis.outcomes import dictionary
from analysis.outcomes.cohort import Cohort, Outcome
from analysis.outcomes.event_tally import EventTally
from analysis.outcomes.toxicity import terms
from trial.protocol import by_registration, settings_of

GRADES = (1, 2, 3, 4, 5)
EPISODE = some.fixed_dictionaries({
    "term": some.sampled_from(("diarrhea", "hypertension", "other_gi", "fatigue_asthenia_lethargy_malaise")),
    "select": some.sampled_from(("", "oral_cavity")), "words": some.sampled_from(("", "hiccups at night")),
    "grade": some.sampled_from((None, *GRADES)), "attribution": some.sampled_from((None, *GRADES)),
    "serious": some.booleans(), "related": some.booleans(), "began_as": some.integers(1, 3),
    "cycle": some.sampled_from((None, 1, 2, 3)), "counts": some.sampled_from(("yes", "no", "undetermined")),
})  # fmt: skip


@some.composite
def _outcomes(draw: some.DrawFn) -> Outcome:
    """One of seven participants, past NET-999 too."""
    number = draw(some.sampled_from(("NET-001", "NET-002", "NET-003", "NET-998", "NET-999", "NET-1000", "NET-1001")))
    treated = draw(some.booleans())
    events = draw(some.lists(EPISODE, max_size=5)) if treated else []
    near = {"status": "no", "events": draw(some.integers(0, 2))}
    return {
        "number": number, "treated": treated, "in_error": draw(some.integers(0, 4)) == 0,
        "dates": {"death": draw(some.sampled_from((None, "2026-02-03")))},
        "toxicity": {"status": "no", "because": "", "events": events, "terms": terms(events), "near": near},
    }  # fmt: skip


def _cohort(there: dict[str, Outcome], tally: EventTally | None = None) -> Cohort:
    counted = [there[number] for number in sorted(there, key=by_registration) if not there[number]["in_error"]]
    return Cohort("A", counted, settings_of("A"), tally)


@given(some.lists(some.tuples(_outcomes(), some.integers(0, 5)), max_size=25))
def test_what_moved_out_and_in_equals_the_full_count(moves: list[tuple[Outcome, int]]) -> None:
    there: dict[str, Outcome] = {}
    tally = EventTally()
    for outcome, leaves in moves:
        before = there.pop(outcome["number"], None)
        if before is not None:
            tally.remove(before)
        if leaves:
            there[outcome["number"]] = outcome
            tally.add(outcome)
    assert tally == EventTally.of(there.values())
    assert adverse_events(_cohort(there, tally)) == adverse_events(_cohort(there))
    assert adverse_events(_cohort(there)) | {"sensitivity": None} == _counted_in_full(_cohort(there).treated)


def test_nobody_leaves_nothing_behind() -> None:
    one: Outcome = {"number": "NET-001", "treated": True, "toxicity": {
        "events": [{"term": "diarrhea", "select": "", "words": "", "grade": 3, "attribution": 4, "serious": True,
                    "related": True, "began_as": 1, "cycle": 1, "counts": "yes"}], "terms": []}}  # fmt: skip
    one["toxicity"]["terms"] = terms(one["toxicity"]["events"])
    tally = EventTally.of([one])
    assert tally.numbers("severe related", ("diarrhea", "", "")) == ["NET-001"]
    tally.remove(one)
    assert not tally.counts and tally == EventTally()


# The full count, written out participant by participant and event by event, apart from the tally.


def _counted_in_full(treated: Sequence[Outcome]) -> dict[str, Any]:
    affected = [outcome["number"] for outcome in treated if outcome["toxicity"]["events"]]
    events = _whole_events(treated)
    return {
        **proportion(len(affected), len(treated)),
        "participants": affected,
        "worst": _counted(_worst(outcome["toxicity"]["terms"]) for outcome in treated if outcome["toxicity"]["terms"]),
        "terms": _terms(treated),
        "categories": _categories(treated),
        "cycles": _by_cycle(events),
        "registry": _registry(treated, events),
        "sensitivity": None,
    }


def _worst(terms: Iterable[dict[str, Any]], key: str = "worst") -> int | None:
    return max((term[key] for term in terms if term[key] is not None), default=None)


def _counted(values: Iterable[int | None]) -> dict[str, int]:
    """Value → how many, every value named; "unknown" where none is on record."""
    counts = {**{str(value): 0 for value in GRADES}, "unknown": 0}
    for value in values:
        counts["unknown" if value is None else str(value)] += 1
    return counts


def _terms(treated: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Each term with its participants, most frequent first."""
    by_term: dict[tuple[str, str, str], list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for outcome in treated:
        for term in outcome["toxicity"]["terms"]:
            by_term[(term["term"], term["select"], term["words"])].append((outcome["number"], term))
    rows = [_term(key, affected, len(treated)) for key, affected in by_term.items()]
    return sorted(rows, key=lambda row: (-row["participants"], row["name"]))


def _term(key: tuple[str, str, str], affected: list[tuple[str, dict[str, Any]]], at_risk: int) -> dict[str, Any]:
    terms = [term for _, term in affected]
    severe_related = [number for number, term in affected if term["counts"]]
    return {
        "term": key[0],
        "select": key[1],
        "name": dictionary.name_of(*key),
        "category": dictionary.category_of(key[0]),
        "participants": len(affected),
        "numbers": [number for number, _ in affected],
        "counts": _counted(term["worst"] for term in terms),
        "severe": _severe(terms),
        "related": sum(1 for term in terms if term["any_related"]),
        "related_counts": _counted(term["worst_related"] for term in terms if term["any_related"]),
        "attributions": _counted(term["attribution"] for term in terms),
        "rate": proportion(len(affected), at_risk),
        "severe_related": len(severe_related),
        "severe_related_numbers": severe_related,
        "severe_related_rate": proportion(len(severe_related), at_risk),
        "undetermined": sum(1 for term in terms if term["undetermined"]),
    }


def _severe(terms: list[dict[str, Any]]) -> int:
    return sum(term["worst"] in (3, 4, 5) for term in terms)


def _categories(treated: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Each category with the worst grade of each participant over its terms."""
    worst: dict[str, list[int | None]] = defaultdict(list)
    among: dict[str, list[list[dict[str, Any]]]] = defaultdict(list)
    for outcome in treated:
        own: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for term in outcome["toxicity"]["terms"]:
            own[dictionary.category_of(term["term"])].append(term)
        for category, of_category in own.items():
            worst[category].append(_worst(of_category))
            among[category].append(of_category)
    return [
        {"category": category, "participants": len(grades), "counts": _counted(grades),
         "rate": proportion(len(grades), len(treated)), "severe": sum(grade in (3, 4, 5) for grade in grades),
         "related": sum(any(term["any_related"] for term in own) for own in among[category]),
         "severe_related": sum(any(term["counts"] for term in own) for own in among[category])}
        for category, grades in sorted(worst.items(), key=lambda row: (-len(row[1]), row[0]))
    ]  # fmt: skip


Event = dict[str, Any]
# One event: study number and its episodes since the first dose.
Whole = tuple[str, list[Event]]


def _registry(treated: Sequence[Outcome], events: Sequence[Whole]) -> dict[str, Any]:
    """Term × participants affected, at risk, events: of serious, of other and of all events, with their totals."""
    kinds: dict[str, Sequence[Whole]] = {
        "serious": [event for event in events if _serious(event)],
        "other": [event for event in events if not _serious(event)],
        "all": events,
    }
    deaths = sum(1 for outcome in treated if outcome["dates"]["death"])
    totals = {kind: _affected(of_kind, len(treated)) for kind, of_kind in kinds.items()}
    return {
        **{kind: _rows(of_kind, len(treated)) for kind, of_kind in kinds.items()},
        "totals": {**totals, "deaths": {"affected": deaths, "at_risk": len(treated)}},
    }


def _by_cycle(events: Sequence[Whole]) -> list[dict[str, Any]]:
    """Per cycle of onset participants, events begun, and participants with a severe related one; None: not known."""
    began: Counter[int | None] = Counter()
    within: dict[int | None, list[tuple[str, Event]]] = {}
    for number, episodes in events:
        began[episodes[0]["cycle"]] += 1
        for episode in episodes:
            within.setdefault(episode["cycle"], []).append((number, episode))
    return [_cycle(cycle, began[cycle], within[cycle])
            for cycle in sorted(within, key=lambda number: (number is None, number))]  # fmt: skip


def _cycle(cycle: int | None, began: int, within: list[tuple[str, Event]]) -> dict[str, Any]:
    return {
        "cycle": cycle,
        "participants": len({number for number, _ in within}),
        "events": began,
        "severe_related": len({number for number, episode in within if episode["counts"] == "yes"}),
    }


def _whole_events(treated: Sequence[Outcome]) -> list[Whole]:
    """Each event with its episodes in order of entry."""
    whole: dict[tuple[str, int], list[Event]] = {}
    for outcome in treated:
        for episode in outcome["toxicity"]["events"]:
            whole.setdefault((outcome["number"], episode["began_as"]), []).append(episode)
    return [(number, episodes) for (number, _), episodes in whole.items()]


def _serious(event: Whole) -> bool:
    return any(episode["serious"] for episode in event[1])


def _affected(events: Iterable[Whole], at_risk: int) -> dict[str, int]:
    return {"affected": len({number for number, _ in events}), "at_risk": at_risk}


def _rows(events: Iterable[Whole], at_risk: int) -> list[dict[str, Any]]:
    """Each term, most participants first."""
    by_term: dict[tuple[str, str, str], list[Whole]] = {}
    for event in events:
        episode = event[1][0]
        by_term.setdefault((episode["term"], episode["select"], episode["words"]), []).append(event)
    rows = [_row(key, of_term, at_risk) for key, of_term in by_term.items()]
    return sorted(rows, key=lambda row: (-row["affected"], row["name"]))


def _row(key: tuple[str, str, str], events: list[Whole], at_risk: int) -> dict[str, Any]:
    return {
        "term": key[0],
        "select": key[1],
        "name": dictionary.name_of(*key),
        "category": dictionary.category_of(key[0]),
        **_affected(events, at_risk),
        "events": len(events),
    }
