"""Improvement in circulating hormones (objective III, exploratory), per marker and in any marker. PURE.

Population: baseline above the upper limit of normal.
"""

from typing import Any

from analysis.endpoints.answers.shapes import proportion
from analysis.outcomes.cohort import Cohort


def answer(cohort: Cohort) -> dict[str, Any]:
    """Participants improved in any raised marker, then each marker.

    not_compared: raised, and no level on treatment to compare; they stay in the denominator as not improved.
    """
    raised = [each for each in cohort.outcomes if any(marker["raised"] for marker in each["hormones"])]
    improved = [each["number"] for each in raised if any(marker["improved"] for marker in each["hormones"])]
    markers = sorted({marker["marker"] for each in cohort.outcomes for marker in each["hormones"]})
    return {
        **proportion(len(improved), len(raised)),
        "participants": improved,
        "not_compared": [each["number"] for each in raised
                         if not any(marker["raised"] and marker["best"] for marker in each["hormones"])],
        "markers": [_marker(name, cohort) for name in markers],
    }  # fmt: skip


def _marker(name: str, cohort: Cohort) -> dict[str, Any]:
    rows = [marker for each in cohort.outcomes for marker in each["hormones"] if marker["marker"] == name]
    raised = [marker for marker in rows if marker["raised"]]
    return {
        "marker": name,
        **proportion(sum(1 for marker in raised if marker["improved"]), len(raised)),
        "undetermined": sum(1 for marker in rows if marker["raised"] is None),
        "not_raised": sum(1 for marker in rows if marker["raised"] is False),
    }


def participants(cohort: Cohort) -> dict[str, list[dict[str, Any]]]:
    """Marker → everyone with a level of it: whether raised at baseline, whether improved, why, and what to know."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in cohort.outcomes:
        for marker in each["hormones"]:
            found.setdefault(marker["marker"], []).append(_row(each["number"], marker))
    return dict(sorted(found.items()))


def _row(number: str, marker: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": number,
        "raised": marker["raised"],
        "improved": marker["improved"],
        "because": marker["because"],
        "flags": flags(marker),
    }


def flags(marker: dict[str, Any]) -> list[str]:
    """What confounds a marker, in words."""
    return [words for words in (_analogue(marker), _assay(marker), marker["note"]) if words]


def _analogue(marker: dict[str, Any]) -> str:
    return f"somatostatin analogue: {marker['analogue']}" if marker["analogue"] else ""


def _assay(marker: dict[str, Any]) -> str:
    return "some levels were measured by another assay or in another unit" if marker["assay_changed"] else ""
