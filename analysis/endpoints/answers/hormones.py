"""Improvement in circulating hormones (objective III, exploratory), per marker and in any marker. PURE.

Population: baseline above the upper limit of normal.
"""

from collections import Counter
from typing import Any

from analysis.endpoints.answers.shapes import Population, Proportion, proportion
from analysis.outcomes.cohort import Cohort, Outcome, numbers
from trial.protocol import OUR_READING

OTHERS = {"not_raised": "not raised at baseline", "undetermined": "not known whether raised at baseline",
          "no_baseline": "no baseline value"}  # fmt: skip


def answer(cohort: Cohort) -> dict[str, Any]:
    """Participants improved in any raised marker, then each marker.

    not_compared: raised, and no level on treatment to compare; they stay in the denominator as not improved.
    """
    raised = cohort.where(_is_raised)
    improved = numbers([outcome for outcome in raised if _improved(outcome)])
    markers = sorted({marker["marker"] for outcome in cohort.outcomes for marker in outcome["hormones"]})
    return {
        **proportion(len(improved), len(raised)),
        "participants": improved,
        "not_compared": [outcome["number"] for outcome in raised
                         if not any(marker["raised"] and marker["best"] for marker in outcome["hormones"])],
        "markers": [_marker(name, cohort) for name in markers],
    }  # fmt: skip


def _marker(name: str, cohort: Cohort) -> dict[str, Any]:
    rows = [marker for outcome in cohort.outcomes for marker in outcome["hormones"] if marker["marker"] == name]
    raised = [marker for marker in rows if marker["raised"]]
    others = Counter(map(standing, rows))
    return {
        "marker": name,
        **proportion(sum(1 for marker in raised if marker["improved"]), len(raised)),
        **{each: others[each] for each in OTHERS},
    }


def standing(marker: dict[str, Any]) -> str:
    """`raised` at baseline, or the key in `OTHERS` of why a sampled marker is not in its denominator."""
    if marker["baseline"] is None:
        return "no_baseline"
    return {True: "raised", False: "not_raised", None: "undetermined"}[marker["raised"]]


def _is_raised(outcome: Outcome) -> bool:
    return any(marker["raised"] for marker in outcome["hormones"])


def _improved(outcome: Outcome) -> bool:
    return any(marker["improved"] for marker in outcome["hormones"])


HORMONE_IMPROVEMENT = Proportion(
    code="hormone_improvement", title="Hormone improvement", source=OUR_READING, answer=answer, counts=_improved,
    population=Population("raised at baseline", ("hormones",), _is_raised), looks_at=("hormones",),
    template="hormones",
    fact=lambda outcome: ", ".join(row["marker"] for row in outcome["hormones"] if row["improved"]) or "no improvement",
)  # fmt: skip
