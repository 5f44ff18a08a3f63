"""Treatment given: cycles, dose intensity, reductions, holds, delays, reasons off treatment, time on treatment. PURE.

Population: at least one dose.
"""

from collections import defaultdict
from collections.abc import Sequence
from math import inf
from statistics import median
from typing import Any

from analysis.endpoints.answers.curves import in_months
from analysis.endpoints.answers.shapes import NOT_ESTIMABLE, NOT_KNOWN, TREATED, Number, Table
from analysis.outcomes import dictionary
from analysis.outcomes.cohort import Cohort, Outcome, numbers
from analysis.outcomes.treatment import NO_REASON
from trial.protocol import OFF_TREATMENT_REASONS, OUR_READING, by_registration
from trial.protocol.ctcae_v3.term_search import named

ONGOING = "on treatment"
CHANGES = ("held", "reduced", "delayed")
MG_IN_A_GRAM = 1000
# Relative dose intensity in percent: (from, up to but not with, words).
BANDS = ((90, inf, "90% or more"), (75, 90, "75% to under 90%"), (50, 75, "50% to under 75%"), (0, 50, "under 50%"))
UNNAMED = "other reason"


def answer(cohort: Cohort) -> dict[str, Any]:
    """Medians and ranges over the treated, and who was reduced, held, delayed or went off and why."""
    treated = cohort.treated
    return {
        "denominator": len(treated),
        "cycles": _spread([float(outcome["treatment"]["cycles"]) for outcome in treated]),
        "dose_intensity_percent": _spread([float(outcome["treatment"]["dose_intensity_percent"]) for outcome in treated
                                           if outcome["treatment"]["dose_intensity_percent"] is not None]),
        "grams_taken": _spread([float(outcome["treatment"]["taken_mg"]) / MG_IN_A_GRAM for outcome in treated]),
        "months_on_treatment": _months([outcome["treatment"]["days_on_treatment"] for outcome in treated]),
        "reduced": _those(treated, "reductions"),
        "held": _those(treated, "holds"),
        "delayed": _those(treated, "delays"),
        "change_reasons": {kind: _change_reasons(treated, kind) for kind in CHANGES},
        "days_without_entry": _those(treated, "days_without_entry"),
        "off_treatment": _reasons(treated),
        "rows": [*_bands(treated), *(row for kind in CHANGES for row in _coded(treated, kind))],
    }  # fmt: skip


def _bands(treated: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Every treated participant in one row: those of whom no intensity is known in the last."""
    known = [(float(given), outcome) for outcome in treated
             if (given := outcome["treatment"]["dose_intensity_percent"]) is not None]  # fmt: skip
    unknown = [outcome for outcome in treated if outcome["treatment"]["dose_intensity_percent"] is None]
    bands = [(words, [outcome for given, outcome in known if low <= given < high]) for low, high, words in BANDS]
    return [{"label": f"relative dose intensity {words}", "participants": numbers(among)}
            for words, among in (*bands, (NOT_KNOWN, unknown))]  # fmt: skip


def _coded(treated: Sequence[Outcome], kind: str) -> list[dict[str, Any]]:
    """The reasons of this kind of change, each that is the name of a CTCAE term as that term [interpretation]."""
    by_term: dict[str, set[str]] = defaultdict(set)
    for reason, whom in _change_reasons(treated, kind).items():
        by_term[coded(reason)].update(whom)
    in_order = sorted(by_term.items(), key=lambda row: (row[0] in (NO_REASON, UNNAMED), -len(row[1]), row[0]))
    return [{"label": f"{kind}: {words}", "participants": sorted(whom, key=by_registration)}
            for words, whom in in_order]  # fmt: skip


def coded(reason: str) -> str:
    """The CTCAE term that the site's words name, no reason on record, or another reason."""
    if reason == NO_REASON:
        return reason
    found = named(reason)
    if found is None:
        return UNNAMED
    return dictionary.name_of(found.term.code, found.select.code if found.select else "", "")


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
        *([Number("grams taken, median (range)", spread(stored["grams_taken"]))] if "grams_taken" in stored else []),
        *(Number(kind, str(len(stored[kind])), kind) for kind in CHANGES),
        *(Number(row["label"], str(len(row["participants"])), f"row-treatment:{row['label']}")
          for row in stored.get("rows", ())),
    ]  # fmt: skip


def spread(values: dict[str, float | None]) -> str:
    """`4.0 (1.0 to 12.0)`; `not estimable` without a median."""
    if values["median"] is None or values["lowest"] is None or values["highest"] is None:
        return NOT_ESTIMABLE
    return f"{values['median']:.1f} ({values['lowest']:.1f} to {values['highest']:.1f})"


TREATMENT = Table(
    code="treatment", title="Treatment", population=TREATED, source=OUR_READING, answer=answer, rows=rows,
    looks_at=("treatment",), version=3, arrange=arrange, template="treatment",
)  # fmt: skip
