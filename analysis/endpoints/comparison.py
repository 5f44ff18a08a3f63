"""What moved between two results of a group: figures, and the participants whose facts differ. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.outcomes.cohort import Outcome

Result = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """One number of a result: its endpoint, its words, and the name it has in the answer."""

    endpoint: str
    words: str
    name: str
    is_share: bool = False


FIGURES: tuple[Figure, ...] = (
    Figure("response_rate", "Confirmed responders", "numerator"),
    Figure("response_rate", "Evaluable participants", "denominator"),
    Figure("response_rate", "Confirmed response rate", "estimate", True),
    Figure("response_rate", "Confirmed response rate, lower limit", "lower", True),
    Figure("response_rate", "Confirmed response rate, upper limit", "upper", True),
    *(
        Figure(code, f"{title}, {words}", name)
        for code, title in (
            ("progression_free_survival", "Progression-free survival"),
            ("overall_survival", "Overall survival"),
            ("time_to_progression", "Time to progression"),
            ("duration_of_response", "Duration of response"),
        )
        for words, name in (
            ("events", "events"),
            ("participants", "denominator"),
            ("median in months", "median_months"),
            ("lower limit in months", "lower_months"),
            ("upper limit in months", "upper_months"),
        )
    ),
    Figure("toxicity", "Grade ≥ 3 related toxicity, participants", "numerator"),
    Figure("toxicity", "Treated participants", "denominator"),
    Figure("hormone_improvement", "Hormone improvement, participants", "numerator"),
    Figure("hormone_improvement", "Hormone raised at baseline, participants", "denominator"),
    Figure("adverse_events", "Any adverse event, participants", "numerator"),
)


@dataclass(frozen=True)
class Moved:
    """A figure or fact at both moments, in words; `moved` where they differ."""

    words: str
    before: str
    after: str

    @property
    def moved(self) -> bool:
        """Whether the two differ."""
        return self.before != self.after


def figures(before: Result, after: Result) -> list[Moved]:
    """Every declared figure at both moments, in order of declaration."""
    return [Moved(each.words, _shown(each, before), _shown(each, after)) for each in FIGURES]


def _shown(figure: Figure, result: Result) -> str:
    value = result["endpoints"][figure.endpoint][figure.name]
    if value is None:
        return "not reached or not estimable"
    if figure.is_share:
        return f"{100 * value:.1f} %"
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def participants(before: Sequence[Outcome], after: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Study number and what differs in the facts that decide endpoints, for everyone in whom something does."""
    earlier = {each["number"]: _facts(each) for each in before}
    later = {each["number"]: _facts(each) for each in after}
    found = []
    for number in sorted(earlier.keys() | later.keys()):
        moved = _differences(earlier.get(number, {}), later.get(number, {}))
        if moved:
            found.append({"number": number, "moved": moved})
    return found


def _differences(before: dict[str, str], after: dict[str, str]) -> list[Moved]:
    pairs = [Moved(words, before.get(words, "not in the group"), after.get(words, "not in the group"))
             for words in (after or before)]  # fmt: skip
    return [each for each in pairs if each.moved]


def _facts(each: Outcome) -> dict[str, str]:
    """The deciding facts of one participant in words."""
    return {
        "Evaluable": "yes" if each["evaluable"] else f"no: {each['exclusion']}",
        "Confirmed response": each["confirmed"]["because"] if each["confirmed"] else "none",
        "Best response": each["best"]["category"],
        "Best change of the sum": "none" if each["best_change_percent"] is None else f"{each['best_change_percent']} %",
        "Progression-free survival": _time(each["pfs"]),
        "Overall survival": _time(each["os"]),
        "Time to progression": _time(each["ttp"]),
        "Duration of response": _time(each["dor"]) if each["dor"] else "no confirmed response",
        "Related toxicity": each["toxicity"]["because"] or each["toxicity"]["status"],
        "Hormones": ", ".join(row["marker"] for row in each["hormones"] if row["improved"]) or "no improvement",
        "Cycles": str(each["treatment"]["cycles"]) if each["treatment"] else "none",
    }


def _time(found: dict[str, Any]) -> str:
    if found["days"] is None:
        return str(found["because"])
    return f"{found['days']} days, {'event' if found['event'] else 'censored'}: {found['because']}"
