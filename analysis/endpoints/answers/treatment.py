"""Treatment given: cycles, dose intensity, reductions, holds, delays, reasons off treatment, time on treatment. PURE.

Population: at least one dose.
"""

from collections import defaultdict
from collections.abc import Sequence
from statistics import median
from typing import Any

from analysis.endpoints.answers.curves import in_months
from analysis.endpoints.answers.shapes import NOT_ESTIMABLE, TREATED, Number, Table
from analysis.outcomes.cohort import Cohort, Outcome, numbers
from trial.protocol import OFF_TREATMENT_REASONS, OUR_READING

ONGOING = "on treatment"
CHANGES = ("held", "reduced", "delayed")


def answer(cohort: Cohort) -> dict[str, Any]:
    """Medians and ranges over the treated, and who was reduced, held, delayed or went off and why."""
    treated = cohort.treated
    return {
        "denominator": len(treated),
        "cycles": _spread([float(outcome["treatment"]["cycles"]) for outcome in treated]),
        "dose_intensity_percent": _spread([float(outcome["treatment"]["dose_intensity_percent"]) for outcome in treated
                                           if outcome["treatment"]["dose_intensity_percent"] is not None]),
        "months_on_treatment": _months([outcome["treatment"]["days_on_treatment"] for outcome in treated]),
        "reduced": _those(treated, "reductions"),
        "held": _those(treated, "holds"),
        "delayed": _those(treated, "delays"),
        "change_reasons": {kind: _change_reasons(treated, kind) for kind in CHANGES},
        "days_without_entry": _those(treated, "days_without_entry"),
        "off_treatment": _reasons(treated),
    }  # fmt: skip


def _spread(values: Sequence[float]) -> dict[str, float | None]:
    return {
        "median": round(median(values), 4) if values else None,
        "lowest": min(values, default=None),
        "highest": max(values, default=None),
    }


def _months(days: Sequence[int]) -> dict[str, float | None]:
    return {
        "median": in_months(median(days)) if days else None,
        "lowest": in_months(min(days, default=None)),
        "highest": in_months(max(days, default=None)),
    }


def _those(treated: Sequence[Outcome], key: str) -> list[str]:
    return numbers([outcome for outcome in treated if outcome["treatment"][key]])


def _change_reasons(treated: Sequence[Outcome], kind: str) -> dict[str, list[str]]:
    """Reason of this kind of change → study numbers, each once, most frequent first."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for outcome in treated:
        reasons = {change["reason"] for change in outcome["treatment"]["changes"] if change["kind"] == kind}
        for reason in reasons:
            by_reason[reason].append(outcome["number"])
    return _most_first(by_reason)


def _reasons(treated: Sequence[Outcome]) -> dict[str, list[str]]:
    """Reason code → study numbers in the order of the form; those without an end are under "on treatment"."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for outcome in treated:
        by_reason[outcome["treatment"]["off_reason"] or ONGOING].append(outcome["number"])
    return _as_declared(by_reason)


def _as_declared(reasons: dict[str, list[str]]) -> dict[str, list[str]]:
    """On treatment first, then the reasons in the order of the form, then whatever it no longer offers."""
    order = dict.fromkeys([ONGOING, *(code for code, _ in OFF_TREATMENT_REASONS), *sorted(reasons)])
    return {code: reasons[code] for code in order if code in reasons}


def arrange(stored: dict[str, Any]) -> dict[str, Any]:
    """The answer with kinds of change and reasons off treatment as declared, reasons of a change by how many."""
    changes = {kind: _most_first(stored["change_reasons"][kind]) for kind in CHANGES}
    return {**stored, "change_reasons": changes, "off_treatment": _as_declared(stored["off_treatment"])}


def _most_first(reasons: dict[str, list[str]]) -> dict[str, list[str]]:
    """Most frequent first, equals by the alphabet."""
    return dict(sorted(reasons.items(), key=lambda row: (-len(row[1]), row[0])))


def rows(stored: dict[str, Any]) -> list[Number]:
    """Medians with their range, and how many were held, reduced, delayed."""
    return [
        Number("treated", str(stored["denominator"]), "treated"),
        Number("cycles, median (range)", spread(stored["cycles"])),
        Number("relative dose intensity in percent, median (range)", spread(stored["dose_intensity_percent"])),
        Number("months on treatment, median (range)", spread(stored["months_on_treatment"])),
        *(Number(kind, str(len(stored[kind])), kind) for kind in CHANGES),
    ]


def spread(values: dict[str, float | None]) -> str:
    """`4.0 (1.0 to 12.0)`; `not estimable` without a median."""
    if values["median"] is None or values["lowest"] is None or values["highest"] is None:
        return NOT_ESTIMABLE
    return f"{values['median']:.1f} ({values['lowest']:.1f} to {values['highest']:.1f})"


TREATMENT = Table(
    code="treatment", title="Treatment", population=TREATED, source=OUR_READING, answer=answer, rows=rows,
    looks_at=("treatment",), arrange=arrange, template="treatment",
)  # fmt: skip
