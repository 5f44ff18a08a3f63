"""Severe related toxicity [registry], and the rates of all adverse events (objective I). PURE.

Population: at least one dose. Each participant counts once per term and category, with the worst grade.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from analysis.endpoints import dictionary
from analysis.endpoints.answers import event_tables
from analysis.endpoints.answers.proportion import proportion
from analysis.endpoints.cohort import Cohort, Outcome

GRADES = (1, 2, 3, 4, 5)
ATTRIBUTIONS = (1, 2, 3, 4, 5)


def severe_related(cohort: Cohort) -> dict[str, Any]:
    """Participants with at least one event on treatment of grade ≥ 3 and attribution ≥ possible, with its interval."""
    treated = cohort.treated
    counted = _with_status(treated, "yes")
    return {
        **proportion(len(counted), len(treated)),
        "participants": counted,
        "undetermined": _with_status(treated, "undetermined"),
        "not_counted": [{"number": each["number"], "because": "no dose taken"} for each in cohort.outcomes
                        if not each["treated"]],
        "terms": _severe_terms([each for each in treated if each["toxicity"]["status"] == "yes"]),
    }  # fmt: skip


def _severe_terms(affected: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Terms with participants in whom they are severe and related, most frequent first."""
    names = ("term", "select", "name", "category", "severe_related", "severe_related_numbers")
    rows = [{name: row[name] for name in names} for row in _terms(affected) if row["severe_related"]]
    return sorted(rows, key=lambda row: (-row["severe_related"], row["name"]))


def _with_status(outcomes: Sequence[Outcome], status: str) -> list[dict[str, Any]]:
    return [
        {"number": each["number"], "because": each["toxicity"]["because"]}
        for each in outcomes
        if each["toxicity"]["status"] == status
    ]


def adverse_events(cohort: Cohort) -> dict[str, Any]:
    """All grades: by term and by category the worst grade per participant, and by the strongest attribution."""
    treated = cohort.treated
    affected = [each["number"] for each in treated if each["toxicity"]["events"]]
    events = event_tables.whole_events(treated)
    return {
        **proportion(len(affected), len(treated)),
        "participants": affected,
        "worst": _counted(_worst(each["toxicity"]["terms"]) for each in treated if each["toxicity"]["terms"]),
        "terms": _terms(treated),
        "categories": _categories(treated),
        "cycles": event_tables.by_cycle(events),
        "registry": event_tables.registry(treated, events),
    }


def _worst(terms: Iterable[dict[str, Any]], key: str = "worst") -> int | None:
    return max((each[key] for each in terms if each[key] is not None), default=None)


def _counted(values: Iterable[int | None]) -> dict[str, int]:
    """Value → how many, every value named; "unknown" where none is on record."""
    counts = {**{str(value): 0 for value in GRADES}, "unknown": 0}
    for value in values:
        counts["unknown" if value is None else str(value)] += 1
    return counts


def _terms(treated: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Each term with its participants, most frequent first."""
    by_term: dict[tuple[str, str, str], list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for each in treated:
        for term in each["toxicity"]["terms"]:
            by_term[(term["term"], term["select"], term["words"])].append((each["number"], term))
    rows = [_term(key, found, len(treated)) for key, found in by_term.items()]
    return sorted(rows, key=lambda row: (-row["participants"], row["name"]))


def _term(key: tuple[str, str, str], found: list[tuple[str, dict[str, Any]]], at_risk: int) -> dict[str, Any]:
    terms = [term for _, term in found]
    severe_related = [number for number, term in found if term["counts"]]
    return {
        "term": key[0],
        "select": key[1],
        "name": dictionary.name_of(*key),
        "category": dictionary.category_of(key[0]),
        "participants": len(found),
        "numbers": [number for number, _ in found],
        "counts": _counted(term["worst"] for term in terms),
        "related_counts": _counted(term["worst_related"] for term in terms if term["any_related"]),
        "attributions": _counted(term["attribution"] for term in terms),
        "rate": proportion(len(found), at_risk),
        "severe_related": len(severe_related),
        "severe_related_numbers": severe_related,
        "severe_related_rate": proportion(len(severe_related), at_risk),
        "undetermined": sum(1 for term in terms if term["undetermined"]),
    }


def _categories(treated: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Each category with the worst grade of each participant over its terms."""
    worst: dict[str, list[int | None]] = defaultdict(list)
    for each in treated:
        own: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for term in each["toxicity"]["terms"]:
            own[dictionary.category_of(term["term"])].append(term)
        for category, terms in own.items():
            worst[category].append(_worst(terms))
    return [
        {"category": category, "participants": len(grades), "counts": _counted(grades),
         "rate": proportion(len(grades), len(treated))}
        for category, grades in sorted(worst.items(), key=lambda row: (-len(row[1]), row[0]))
    ]  # fmt: skip
