"""Severe related toxicity [registry], and the rates of all adverse events (objective I). PURE.

Population: at least one dose. Each participant counts once per term and category, with the worst grade.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from analysis.endpoints import evidence
from analysis.endpoints.answers.shapes import TREATED, Proportion, proportion
from analysis.outcomes import dictionary
from analysis.outcomes.cohort import Cohort, Outcome
from analysis.outcomes.event_tally import ALL, OTHER, SERIOUS, EventTally, Term
from trial.protocol import ATTRIBUTIONS, REGISTRY

GRADES = (1, 2, 3, 4, 5)
KINDS = (SERIOUS, OTHER, ALL)
SEVERE = 3


def counted_in_words(settings: Mapping[str, Any]) -> str:
    """What counts as toxicity by the settings of a stored result, such as `grade 3 or higher, attribution possible`."""
    *others, last = [words.partition(" ")[2].lower() for code, words in ATTRIBUTIONS
                     if code >= settings["toxicity_attribution"]]  # fmt: skip
    return (f"grade {settings['toxicity_grade']} or higher (CTCAE 3.0), "
            f"attribution {' or '.join([', '.join(others), last] if others else [last])}")  # fmt: skip


def severe_related(cohort: Cohort) -> dict[str, Any]:
    """Participants with at least one event of the grade and attribution that count, since the first dose.

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
        "terms": _severe_terms(cohort.events),
        "sensitivity": [_near(cohort, lambda near: bool(near["status"] == "yes"))],
    }  # fmt: skip


def _near(cohort: Cohort, counts: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The sensitivity line: only events that began soon enough after the last dose [our reading]."""
    counted = sum(1 for outcome in cohort.treated if counts(outcome["toxicity"]["near"]))
    name = f"Only to {cohort.settings.toxicity_days_after_last_dose} days after the last dose"
    return {"name": name, **proportion(counted, len(cohort.treated)), "note": ""}


def _severe_terms(tally: EventTally) -> list[dict[str, Any]]:
    """Terms with participants in whom they are severe and related, most frequent first."""
    rows = [{**_named(key), "severe_related": len(numbers), "severe_related_numbers": numbers}
            for key in tally.keys("severe related") for numbers in [tally.numbers("severe related", key)]]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["severe_related"], row["name"]))


def _with_status(outcomes: Sequence[Outcome], status: str) -> list[dict[str, Any]]:
    return [
        {"number": outcome["number"], "because": outcome["toxicity"]["because"]}
        for outcome in outcomes
        if outcome["toxicity"]["status"] == status
    ]


def adverse_events(cohort: Cohort) -> dict[str, Any]:
    """All grades: by term and by category the worst grade per participant, and by the strongest attribution."""
    tally = cohort.events
    affected, at_risk = tally.numbers("affected"), tally.counts["treated",]
    return {
        **proportion(len(affected), at_risk),
        "participants": affected,
        "worst": tally.grades("worst"),
        "terms": _terms(tally, at_risk),
        "categories": _categories(tally, at_risk),
        "cycles": _cycles(tally),
        "registry": _registry(tally, cohort.treated),
        "sensitivity": [_near(cohort, lambda near: bool(near["events"]))],
    }


def _named(key: Term) -> dict[str, Any]:
    return {"term": key[0], "select": key[1], "name": dictionary.name_of(*key),
            "category": dictionary.category_of(key[0])}  # fmt: skip


def _severe(grades: dict[str, int]) -> int:
    """How many have a worst grade of 3 or more."""
    return sum(grades[str(grade)] for grade in GRADES if grade >= SEVERE)


def _terms(tally: EventTally, at_risk: int) -> list[dict[str, Any]]:
    """Each term with its participants, most frequent first."""
    rows = [_term(tally, key, at_risk) for key in tally.keys("term")]
    return sorted(rows, key=lambda row: (-row["participants"], row["name"]))


def _term(tally: EventTally, key: Term, at_risk: int) -> dict[str, Any]:
    numbers, severe_related = tally.numbers("term", key), tally.numbers("severe related", key)
    return {
        **_named(key),
        "participants": len(numbers),
        "numbers": numbers,
        "counts": tally.grades("grade", key),
        "severe": _severe(tally.grades("grade", key)),
        "related": sum(tally.grades("related", key).values()),
        "related_counts": tally.grades("related", key),
        "attributions": tally.grades("attribution", key),
        "rate": proportion(len(numbers), at_risk),
        "severe_related": len(severe_related),
        "severe_related_numbers": severe_related,
        "severe_related_rate": proportion(len(severe_related), at_risk),
        "undetermined": tally.counts["undetermined", key],
    }


def _categories(tally: EventTally, at_risk: int) -> list[dict[str, Any]]:
    """Each category with the worst grade of each participant over its terms."""
    rows = [
        {"category": category, "participants": count, "counts": tally.grades("category grade", category),
         "rate": proportion(count, at_risk), "severe": _severe(tally.grades("category grade", category)),
         "related": tally.counts["category related", category],
         "severe_related": tally.counts["category severe related", category]}
        for category in tally.keys("category") for count in [tally.counts["category", category]]
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["participants"], row["category"]))


def _cycles(tally: EventTally) -> list[dict[str, Any]]:
    """Per cycle of onset participants, events begun, and participants with a severe related one; None: not known."""
    return [
        {"cycle": cycle, "participants": tally.counts["cycle", cycle], "events": tally.counts["cycle events", cycle],
         "severe_related": tally.counts["cycle severe related", cycle]}
        for cycle in sorted(tally.keys("cycle"), key=lambda number: (number is None, number))
    ]  # fmt: skip


def _registry(tally: EventTally, treated: Sequence[Outcome]) -> dict[str, Any]:
    """Term × participants affected, at risk, events: of serious, of other and of all events, with their totals."""
    at_risk, deaths = len(treated), sum(1 for outcome in treated if outcome["dates"]["death"])
    totals = {kind: {"affected": tally.counts[f"{kind} affected",], "at_risk": at_risk} for kind in KINDS}
    return {
        **{kind: _rows(tally, kind, at_risk) for kind in KINDS},
        "totals": {**totals, "deaths": {"affected": deaths, "at_risk": at_risk}},
    }


def _rows(tally: EventTally, kind: str, at_risk: int) -> list[dict[str, Any]]:
    """Each term, most participants first."""
    rows = [{**_named(key), "affected": tally.counts[f"{kind} affected", key], "at_risk": at_risk,
             "events": tally.counts[f"{kind} events", key]} for key in tally.keys(f"{kind} events")]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["affected"], row["name"]))


TOXICITY = Proportion(
    code="toxicity", title="Toxicity", population=TREATED, source=REGISTRY, answer=severe_related,
    counts=lambda outcome: outcome["toxicity"]["status"] == "yes", looks_at=("toxicity",), template="toxicity",
    card="Toxicity", aside=lambda stored: f"{len(stored['undetermined'])} undetermined",
    explains=evidence.of_severe_toxicity,
    fact=lambda outcome: str(outcome["toxicity"]["because"] or outcome["toxicity"]["status"]),
)  # fmt: skip
ADVERSE_EVENTS = Proportion(
    code="adverse_events", title="Adverse-event rates", population=TREATED, source=REGISTRY, answer=adverse_events,
    counts=lambda outcome: bool(outcome["toxicity"]["events"]), looks_at=("toxicity", "dates"), version=2,
    template="adverse_events",
)  # fmt: skip
