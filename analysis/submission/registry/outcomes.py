"""One outcome measure of the registry, out of the stored answers of its endpoint. PURE."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.endpoints.answers.toxicity import counted_in_words
from analysis.endpoints.registry import BY_CODE
from trial.protocol import CRITERIA, GROUPS, REGISTRY
from trial.tabulation.registered import RegisteredOutcome

Answer = dict[str, Any]
NOT_AVAILABLE = "NA"
CONFIDENCE, RANGE, NO_DISPERSION = "95% Confidence Interval", "Full Range", None
PERCENT, MONTHS, PARTICIPANTS = "percentage of participants", "months", "Participants"


@dataclass(frozen=True)
class Shown:
    """How an answer is shown: its parameter, what stands beside it, its unit, value and method.

    words: the rule by the settings of the group (as in `AnalysisSettings.as_dict`).
    """

    parameter: str
    dispersion: str | None
    unit: str
    words: Callable[[Mapping[str, Any]], str]
    value: Callable[[Answer], Answer]
    method: Callable[[Answer], str]


def outcome_measure(one: RegisteredOutcome, results: Mapping[str, Answer], groups: Sequence[Answer]) -> Answer:
    """The measure, with one value for each group; a KeyError names an endpoint that a result does not have."""
    endpoint, shown = BY_CODE[one.endpoint], SHOWN[one.endpoint]
    answers = [(each["id"], results[group.code]["endpoints"][one.endpoint])
               for each, group in zip(groups, GROUPS, strict=True)]  # fmt: skip
    # One sentence where the settings of all groups give the same.
    rules = [shown.words(results[group.code]["settings"]) for group in GROUPS]
    told = rules[:1] if len(set(rules)) == 1 else _by_group(rules)
    methods = [f"{shown.method(answer)}." for _, answer in answers]
    own = [] if one.source == REGISTRY else ["This outcome is not in the registry's record."]
    return {
        "type": one.type, "title": endpoint.title, "description": " ".join([*told, *_by_group(methods), *own]),
        "populationDescription": endpoint.population.words, "reportingStatus": "POSTED", "paramType": shown.parameter,
        **({"dispersionType": shown.dispersion} if shown.dispersion else {}), "unitOfMeasure": shown.unit,
        "timeFrame": one.time_frame, "groups": list(groups),
        "denoms": [{"units": PARTICIPANTS, "counts": [
            {"groupId": group, "value": str(answer["denominator"])} for group, answer in answers]}],
        "classes": [{"categories": [{"measurements": [{"groupId": group, **shown.value(answer)}
                                                      for group, answer in answers]}]}],
    }  # fmt: skip


def _by_group(words: Sequence[str]) -> list[str]:
    return [f"Group {group.code}: {each}" for group, each in zip(GROUPS, words, strict=True)]


def _rate(answer: Answer) -> Answer:
    """Percent with its limits."""
    if answer["estimate"] is None:
        return {"value": NOT_AVAILABLE, "comment": _sentence(answer["method"])}
    value, lower, upper = (f"{100 * answer[name]:.1f}" for name in ("estimate", "lower", "upper"))
    words = f"{answer['numerator']} of {answer['denominator']}. {answer.get('note', '')}".strip()
    return {"value": value, "lowerLimit": lower, "upperLimit": upper, "comment": words}


def _count(answer: Answer) -> Answer:
    open_still = len(answer.get("undetermined", ()))
    words = f"Undetermined in {open_still} more: grade or attribution is not known." if open_still else ""
    return {"value": str(answer["numerator"]), **({"comment": words} if words else {})}


def _median(answer: Answer) -> Answer:
    """Months; a limit that was not reached is NA, and the comment says so."""
    value, lower, upper = (_months(answer[f"{name}_months"]) for name in ("median", "lower", "upper"))
    words = [f"Median {answer['missing']}."] if value == NOT_AVAILABLE else []
    words += [f"Limits: {answer['limits']}."] if NOT_AVAILABLE in (lower, upper) else []
    events = f"{answer['events']} events among {answer['denominator']}."
    return {"value": value, "lowerLimit": lower, "upperLimit": upper, "comment": " ".join([events, *words])}


def _simple(answer: Answer) -> Answer:
    """The median over all durations, as the registry's record asks for it."""
    one = answer["simple"]
    value, lower, upper = (_months(one[f"{name}_months"]) for name in ("median", "shortest", "longest"))
    if value == NOT_AVAILABLE:
        return {"value": value, "comment": _sentence(one["words"])}
    return {"value": value, "lowerLimit": lower, "upperLimit": upper,
            "comment": f"{one['censored']} of {one['denominator']} durations are censored."}  # fmt: skip


def _months(value: float | None) -> str:
    return NOT_AVAILABLE if value is None else f"{value:.1f}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _method(answer: Answer) -> str:
    return str(answer["method"])


def _curve(words: str) -> Shown:
    return Shown("MEDIAN", CONFIDENCE, MONTHS, lambda settings: words, _median, _method)


SHOWN = {
    "response_rate": Shown(
        "NUMBER", CONFIDENCE, PERCENT,
        lambda settings: f"Complete or partial response by {CRITERIA}, seen again on scans at least "
                         f"{settings['confirmation_days']} days later.", _rate, _method),
    "toxicity": Shown(
        "COUNT_OF_PARTICIPANTS", NO_DISPERSION, PARTICIPANTS,
        lambda settings: f"At least one adverse event of {counted_in_words(settings)}.", _count,
        lambda answer: "count of participants"),
    "overall_survival": _curve("From registration to death of any cause; else censored at the last day known alive."),
    "progression_free_survival": _curve("From registration to progression or death of any cause; else censored at the "
                                        "most recent disease assessment."),
    "time_to_progression": _curve("From registration to progression; else censored at the most recent disease "
                                  "assessment, deaths too."),
    "duration_of_response": Shown(
        "MEDIAN", RANGE, MONTHS, lambda settings: "From the first response of the confirmed pair to progression; else "
        "censored at the most recent disease assessment.", _simple, lambda answer: str(answer["simple"]["method"])),
    "hormone_improvement": Shown(
        "COUNT_OF_PARTICIPANTS", NO_DISPERSION, PARTICIPANTS,
        lambda settings: f"A decrease of at least {settings['hormone_decrease_percent']}%, or a normal value, in a "
                         "hormone raised at baseline.", _count,
        lambda answer: "count of participants"),
}  # fmt: skip
