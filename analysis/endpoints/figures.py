"""Who is behind each number of the pages, down to the entries. PURE.

Those of an endpoint follow from its declaration: `counted-CODE`, `among-CODE`, `event-CODE`, `censored-CODE`,
`row-CODE:LABEL`. Adding another figure = one line in `FIGURES`; a family of figures (one per response, term, marker or
reason) = one in `FAMILIES`, whose figure is named by what follows the first dash.
"""

from collections.abc import Callable
from functools import partial

from analysis.endpoints import evidence, registry
from analysis.endpoints.answers import hormones
from analysis.endpoints.evidence import Figure
from analysis.outcomes.cohort import Outcome
from analysis.outcomes.dictionary import name_of
from trial.rules.response.recist import IN_FORCE


def _raised_without_level(outcome: Outcome) -> bool:
    rows = outcome["hormones"]
    return any(row["raised"] for row in rows) and not any(row["raised"] and row["best"] for row in rows)


def _of_treatment(title: str, key: str) -> Figure:
    return Figure(title, lambda outcome: outcome["treated"] and bool(outcome["treatment"][key]), evidence.of_treatment)


FIGURES: dict[str, Figure] = {
    "every_evaluable": Figure("Evaluable participants, in the response rate or registered after the stop",
                              lambda outcome: outcome["evaluable"], evidence.of_response),
    "excluded": Figure("Not evaluable", lambda outcome: not outcome["evaluable"], evidence.of_populations),
    "registered": Figure("Registered participants", lambda outcome: True, evidence.of_populations),
    "in_error": Figure("Registered in error", lambda outcome: True, evidence.of_populations, in_error=True),
    "eligible": Figure("Eligible participants", lambda outcome: outcome["eligible"], evidence.of_populations),
    "ineligible": Figure("Not eligible", lambda outcome: not outcome["eligible"], evidence.of_populations),
    "treated": Figure("Treated participants", lambda outcome: outcome["treated"], evidence.of_treatment),
    "measured": Figure(f"Best change in the {IN_FORCE.sum_words}",
                       lambda outcome: outcome["evaluable"] and outcome["best_change_percent"] is not None,
                       evidence.of_assessments),
    "contradictory": Figure("Excluded: inconsistent dates",
                            lambda outcome: outcome["eligible"] and outcome["pfs"]["days"] is None,
                            lambda outcome: evidence.of_time(outcome, "pfs", "progression-free survival")),
    "undetermined": Figure("Toxicity undetermined", lambda outcome: outcome["toxicity"]["status"] == "undetermined",
                           evidence.of_toxicity),
    "not_compared": Figure("Raised at baseline, without a level on treatment to compare", _raised_without_level,
                           evidence.of_hormones),
    "without_entry": _of_treatment("Days with no dosing record", "days_without_entry"),
    "reduced": _of_treatment("Dose reduced", "reductions"),
    "held": _of_treatment("Dose held", "holds"),
    "delayed": _of_treatment("Cycle delayed", "delays"),
    "queried": Figure("Data inconsistencies", lambda outcome: bool(outcome["queries"]), evidence.of_queries),
    "partial": Figure("Partial dates imputed", lambda outcome: bool(outcome["flags"]), evidence.of_flags),
}  # fmt: skip


def _best(value: str) -> Figure:
    return Figure(
        f"Best overall response: {value}",
        lambda outcome: outcome["evaluable"] and outcome["best"]["category"] == value,
        evidence.of_response,
    )


def _unconfirmed(value: str) -> Figure:
    return Figure(
        f"Best response without confirmation: {value}",
        lambda outcome: outcome["evaluable"] and outcome["best_unconfirmed"]["category"] == value,
        evidence.of_assessments,
    )


def _changed(value: str) -> Figure:
    kind, _, reason = value.partition(": ")
    return Figure(
        f"Dose {kind}: {reason}",
        lambda outcome: outcome["treated"] and any(row["kind"] == kind and row["reason"] == reason
                                             for row in outcome["treatment"]["changes"]),
        evidence.of_treatment,
    )  # fmt: skip


def _term(value: str) -> Figure:
    return Figure(f"Adverse event: {name_of(value)}",
                  lambda outcome: any(row["term"] == value for row in outcome["toxicity"]["events"]),
                  lambda outcome: evidence.of_term(outcome, value))  # fmt: skip


def _severe(value: str) -> Figure:
    return Figure(
        f"Counted as toxicity: {name_of(value)}",
        lambda outcome: any(row["term"] == value and row["counts"] == "yes" for row in outcome["toxicity"]["events"]),
        lambda outcome: evidence.of_term(outcome, value),
    )


def _early(value: str) -> Figure:
    return Figure(
        f"Early death: {value}",
        lambda outcome: outcome["evaluable"] and outcome["best"]["subcategory"] == value,
        lambda outcome: [*evidence.of_response(outcome), *evidence.of_time(outcome, "os", "overall survival")],
    )


def _marker(value: str) -> Figure:
    return Figure(f"Raised at baseline: {evidence.marker_name(value)}",
                  lambda outcome: any(row["marker"] == value and row["raised"] for row in outcome["hormones"]),
                  lambda outcome: evidence.of_marker(outcome, value))  # fmt: skip


def _marker_improved(value: str) -> Figure:
    return Figure(f"Improved: {evidence.marker_name(value)}",
                  lambda outcome: any(row["marker"] == value and row["improved"] for row in outcome["hormones"]),
                  lambda outcome: evidence.of_marker(outcome, value))  # fmt: skip


def _marker_other(standing: str, value: str) -> Figure:
    return Figure(f"{hormones.OTHERS[standing].capitalize()}: {evidence.marker_name(value)}",
                  lambda outcome: any(row["marker"] == value and hormones.standing(row) == standing
                                      for row in outcome["hormones"]),
                  lambda outcome: evidence.of_marker(outcome, value))  # fmt: skip


def _off(value: str) -> Figure:
    wanted = None if value == "ongoing" else value
    title = "On treatment" if wanted is None else f"Off treatment: {evidence.reason_off(value)}"
    return Figure(title, lambda outcome: outcome["treated"] and outcome["treatment"]["off_reason"] == wanted,
                  evidence.of_treatment)  # fmt: skip


def _of_endpoint(part: str, value: str) -> Figure | None:
    code, _, row = value.partition(":")
    endpoint = registry.BY_CODE.get(code)
    return endpoint.figure(part, row) if endpoint else None


FAMILIES: dict[str, Callable[[str], Figure | None]] = {
    **{part: partial(_of_endpoint, part) for part in ("counted", "among", "event", "censored", "row")},
    "best": _best,
    "unconfirmed": _unconfirmed,
    "early": _early,
    "changed": _changed,
    "term": _term,
    "severe": _severe,
    "marker": _marker,
    "improved": _marker_improved,
    **{f"marker_{each}": partial(_marker_other, each) for each in hormones.OTHERS},
    "off": _off,
}


def figure(name: str) -> Figure | None:
    """The figure of this name (`registered`, `best-PR`, `event-overall_survival`); None for any other."""
    family, dash, value = name.partition("-")
    if dash and value and family in FAMILIES:
        return FAMILIES[family](value)
    return FIGURES.get(name)
