"""Who is in a figure and what puts them there: every number of the pages, down to the entries. PURE.

Adding a figure = one line in `FIGURES`; a family of figures (one per response, term, marker or reason) = one in
`FAMILIES`, whose figure is named by what follows the first dash.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.endpoints import evidence
from analysis.endpoints.evidence import Evidence
from analysis.outcomes.cohort import Outcome
from analysis.outcomes.dictionary import name_of
from trial.rules.response.recist import IN_FORCE

Includes = Callable[[Outcome], bool]
Explains = Callable[[Outcome], list[Evidence]]


@dataclass(frozen=True)
class Figure:
    """A figure: its title, whether a participant is in it, and the facts that decide that.

    named_by: the list of the response rate that names who is in it: after a stop not everyone evaluable is counted.
    """

    title: str
    includes: Includes
    explains: Explains
    named_by: str = ""

    def members(self, outcomes: Sequence[Outcome], answer: dict[str, Any]) -> list[Outcome]:
        """The outcomes in the figure; `answer` is the group's result."""
        if not self.named_by:
            return [each for each in outcomes if self.includes(each)]
        named = set(answer["endpoints"]["response_rate"][self.named_by])
        return [each for each in outcomes if each["number"] in named]


def _eligible(key: str, event: bool) -> Includes:
    return lambda each: bool(each["eligible"] and each[key] and each[key]["days"] is not None
                             and each[key]["event"] == event)  # fmt: skip


def _times(key: str) -> Explains:
    return lambda each: evidence.of_time(each, key)


FIGURES: dict[str, Figure] = {
    "responders": Figure("Confirmed responders", lambda each: bool(each["confirmed"]) and each["evaluable"],
                         evidence.of_response, "responders"),
    "evaluable": Figure("Evaluable participants", lambda each: each["evaluable"], evidence.of_response, "evaluable"),
    "every_evaluable": Figure("Evaluable, counted in the plan or beside it", lambda each: each["evaluable"],
                              evidence.of_response),
    "excluded": Figure("Not evaluable", lambda each: not each["evaluable"], evidence.of_populations),
    "registered": Figure("Registered participants", lambda each: True, evidence.of_populations),
    "eligible": Figure("Eligible participants", lambda each: each["eligible"], evidence.of_populations),
    "ineligible": Figure("Not eligible", lambda each: not each["eligible"], evidence.of_populations),
    "treated": Figure("Treated participants", lambda each: each["treated"], evidence.of_treatment),
    "measured": Figure(f"Best change in the {IN_FORCE.sum_words}",
                       lambda each: each["evaluable"] and each["best_change_percent"] is not None,
                       evidence.of_assessments),
    "progressed": Figure("Progression or death", _eligible("pfs", True), _times("pfs")),
    "progression_free": Figure("Censored for progression-free survival", _eligible("pfs", False), _times("pfs")),
    "died": Figure("Deaths", _eligible("os", True), _times("os")),
    "alive": Figure("Censored for overall survival", _eligible("os", False), _times("os")),
    "with_progression": Figure("Progression", _eligible("ttp", True), _times("ttp")),
    "without_progression": Figure("Censored for time to progression", _eligible("ttp", False), _times("ttp")),
    "responses_ended": Figure("Responses ended by progression",
                              lambda each: each["evaluable"] and bool(each["dor"]) and each["dor"]["event"],
                              _times("dor")),
    "responses_lasting": Figure("Responses that last, censored",
                                lambda each: each["evaluable"] and bool(each["dor"]) and not each["dor"]["event"],
                                _times("dor")),
    "contradictory": Figure("Without a time, since the dates contradict each other",
                            lambda each: each["eligible"] and each["pfs"]["days"] is None, _times("pfs")),
    "toxic": Figure("Grade ≥ 3, possibly related or more", lambda each: each["toxicity"]["status"] == "yes",
                    evidence.of_severe_toxicity),
    "undetermined": Figure("Toxicity undetermined", lambda each: each["toxicity"]["status"] == "undetermined",
                           evidence.of_toxicity),
    "adverse": Figure("Any adverse event on treatment", lambda each: bool(each["toxicity"]["events"]),
                      evidence.of_toxicity),
    "raised": Figure("A hormone raised at baseline", lambda each: any(row["raised"] for row in each["hormones"]),
                     evidence.of_hormones),
    "improved": Figure("Hormone improvement", lambda each: any(row["improved"] for row in each["hormones"]),
                       evidence.of_hormones),
    "not_compared": Figure("Raised at baseline, without a level on treatment to compare",
                           lambda each: any(row["raised"] for row in each["hormones"])
                           and not any(row["raised"] and row["best"] for row in each["hormones"]),
                           evidence.of_hormones),
    "without_entry": Figure("Days of a cycle without an entry",
                            lambda each: each["treated"] and bool(each["treatment"]["days_without_entry"]),
                            evidence.of_treatment),
    "reduced": Figure("Dose reduced", lambda each: each["treated"] and bool(each["treatment"]["reductions"]),
                      evidence.of_treatment),
    "held": Figure("Dose held", lambda each: each["treated"] and bool(each["treatment"]["holds"]),
                   evidence.of_treatment),
    "delayed": Figure("Cycle delayed", lambda each: each["treated"] and bool(each["treatment"]["delays"]),
                      evidence.of_treatment),
    "queried": Figure("Contradictions in the record", lambda each: bool(each["queries"]), evidence.of_queries),
    "partial": Figure("Partial dates read by rule", lambda each: bool(each["flags"]), evidence.of_flags),
}  # fmt: skip


def _best(value: str) -> Figure:
    return Figure(
        f"Best overall response: {value}",
        lambda each: each["evaluable"] and each["best"]["category"] == value,
        evidence.of_response,
    )


def _unconfirmed(value: str) -> Figure:
    return Figure(
        f"Best response without confirmation: {value}",
        lambda each: each["evaluable"] and each["best_unconfirmed"]["category"] == value,
        evidence.of_assessments,
    )


def _changed(value: str) -> Figure:
    kind, _, reason = value.partition(": ")
    return Figure(
        f"Dose {kind}: {reason}",
        lambda each: each["treated"] and any(row["kind"] == kind and row["reason"] == reason
                                             for row in each["treatment"]["changes"]),
        evidence.of_treatment,
    )  # fmt: skip


def _term(value: str) -> Figure:
    return Figure(f"Adverse event: {name_of(value)}",
                  lambda each: any(row["term"] == value for row in each["toxicity"]["events"]),
                  lambda each: evidence.of_term(each, value))  # fmt: skip


def _severe(value: str) -> Figure:
    return Figure(
        f"Grade ≥ 3, possibly related or more: {name_of(value)}",
        lambda each: any(row["term"] == value and row["counts"] == "yes" for row in each["toxicity"]["events"]),
        lambda each: evidence.of_term(each, value),
    )


def _early(value: str) -> Figure:
    return Figure(
        f"Early death: {value}",
        lambda each: each["evaluable"] and each["best"]["subcategory"] == value,
        lambda each: [*evidence.of_response(each), *evidence.of_time(each, "os")],
    )


def _marker(value: str) -> Figure:
    return Figure(f"Raised at baseline: {evidence.marker_name(value)}",
                  lambda each: any(row["marker"] == value and row["raised"] for row in each["hormones"]),
                  lambda each: evidence.of_marker(each, value))  # fmt: skip


def _off(value: str) -> Figure:
    wanted = None if value == "ongoing" else value
    title = "On treatment" if wanted is None else f"Off treatment: {evidence.reason_off(value)}"
    return Figure(title, lambda each: each["treated"] and each["treatment"]["off_reason"] == wanted,
                  evidence.of_treatment)  # fmt: skip


FAMILIES: dict[str, Callable[[str], Figure]] = {
    "best": _best,
    "unconfirmed": _unconfirmed,
    "early": _early,
    "changed": _changed,
    "term": _term,
    "severe": _severe,
    "marker": _marker,
    "off": _off,
}


def figure(name: str) -> Figure | None:
    """The figure of this name (`responders`, `best-PR`, `term-diarrhea`); None for any other."""
    family, dash, value = name.partition("-")
    if dash and value and family in FAMILIES:
        return FAMILIES[family](value)
    return FIGURES.get(name)
