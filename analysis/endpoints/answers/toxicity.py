"""Severe related toxicity [registry], and the rates of all adverse events (objective I). PURE.

Population: at least one dose. Each participant counts once per term and category, with the worst grade.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from analysis.endpoints import evidence
from analysis.endpoints.answers.shapes import TREATED, Proportion, proportion
from analysis.outcomes import dictionary
from analysis.outcomes.cohort import Cohort, Outcome
from trial.protocol import REGISTRY

GRADES = (1, 2, 3, 4, 5)
ATTRIBUTIONS = (1, 2, 3, 4, 5)


def severe_related(cohort: Cohort) -> dict[str, Any]:
    """Participants with at least one event of grade ≥ 3 and attribution ≥ possible since the first dose.

    sensitivity: the same, of events soon enough after the last dose alone.
    """
    treated = cohort.treated
    counted = _with_status(treated, "yes")
    return {
        **proportion(len(counted), len(treated)),
        "participants": counted,
        "undetermined": _with_status(treated, "undetermined"),
        "not_counted": [{"number": outcome["number"], "because": "no dose taken"} for outcome in cohort.outcomes
                        if not outcome["treated"]],
        "terms": _severe_terms([outcome for outcome in treated if outcome["toxicity"]["status"] == "yes"]),
        "sensitivity": [_near(cohort, lambda near: bool(near["status"] == "yes"))],
    }  # fmt: skip


def _near(cohort: Cohort, counts: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The sensitivity line: only events that began soon enough after the last dose [our reading]."""
    counted = sum(1 for outcome in cohort.treated if counts(outcome["toxicity"]["near"]))
    name = f"Only to {cohort.settings.toxicity_days_after_last_dose} days after the last dose"
    return {"name": name, **proportion(counted, len(cohort.treated)), "note": ""}


def _severe_terms(affected: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Terms with participants in whom they are severe and related, most frequent first."""
    names = ("term", "select", "name", "category", "severe_related", "severe_related_numbers")
    rows = [{name: row[name] for name in names} for row in _terms(affected) if row["severe_related"]]
    return sorted(rows, key=lambda row: (-row["severe_related"], row["name"]))


def _with_status(outcomes: Sequence[Outcome], status: str) -> list[dict[str, Any]]:
    return [
        {"number": outcome["number"], "because": outcome["toxicity"]["because"]}
        for outcome in outcomes
        if outcome["toxicity"]["status"] == status
    ]


def adverse_events(cohort: Cohort) -> dict[str, Any]:
    """All grades: by term and by category the worst grade per participant, and by the strongest attribution."""
    treated = cohort.treated
    affected = [outcome["number"] for outcome in treated if outcome["toxicity"]["events"]]
    events = whole_events(treated)
    return {
        **proportion(len(affected), len(treated)),
        "participants": affected,
        "worst": _counted(_worst(outcome["toxicity"]["terms"]) for outcome in treated if outcome["toxicity"]["terms"]),
        "terms": _terms(treated),
        "categories": _categories(treated),
        "cycles": by_cycle(events),
        "registry": registry(treated, events),
        "sensitivity": [_near(cohort, lambda near: bool(near["events"]))],
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
        "related_counts": _counted(term["worst_related"] for term in terms if term["any_related"]),
        "attributions": _counted(term["attribution"] for term in terms),
        "rate": proportion(len(affected), at_risk),
        "severe_related": len(severe_related),
        "severe_related_numbers": severe_related,
        "severe_related_rate": proportion(len(severe_related), at_risk),
        "undetermined": sum(1 for term in terms if term["undetermined"]),
    }


def _categories(treated: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Each category with the worst grade of each participant over its terms."""
    worst: dict[str, list[int | None]] = defaultdict(list)
    for outcome in treated:
        own: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for term in outcome["toxicity"]["terms"]:
            own[dictionary.category_of(term["term"])].append(term)
        for category, terms in own.items():
            worst[category].append(_worst(terms))
    return [
        {"category": category, "participants": len(grades), "counts": _counted(grades),
         "rate": proportion(len(grades), len(treated))}
        for category, grades in sorted(worst.items(), key=lambda row: (-len(row[1]), row[0]))
    ]  # fmt: skip


Event = dict[str, Any]
# One event: study number and its episodes since the first dose.
Whole = tuple[str, list[Event]]


def registry(treated: Sequence[Outcome], events: Sequence[Whole]) -> dict[str, Any]:
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


def by_cycle(events: Sequence[Whole]) -> list[dict[str, Any]]:
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


def whole_events(treated: Sequence[Outcome]) -> list[Whole]:
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


TOXICITY = Proportion(
    code="toxicity", title="Grade ≥ 3 related toxicity", population=TREATED, source=REGISTRY, answer=severe_related,
    counts=lambda outcome: outcome["toxicity"]["status"] == "yes", looks_at=("toxicity",), template="toxicity",
    card="Grade ≥ 3, related", aside=lambda stored: f"{len(stored['undetermined'])} undetermined",
    explains=evidence.of_severe_toxicity,
    fact=lambda outcome: str(outcome["toxicity"]["because"] or outcome["toxicity"]["status"]),
)  # fmt: skip
ADVERSE_EVENTS = Proportion(
    code="adverse_events", title="Adverse-event rates", population=TREATED, source=REGISTRY, answer=adverse_events,
    counts=lambda outcome: bool(outcome["toxicity"]["events"]), looks_at=("toxicity", "dates"),
    template="adverse_events",
)  # fmt: skip
