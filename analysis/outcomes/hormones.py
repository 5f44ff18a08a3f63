"""One participant's circulating hormones: baseline, best value on treatment, improvement, per marker. PURE.

Improvement [our reading of objective III]: from a baseline above the upper limit of normal, a decrease of at least 50 %
or a normal value, as best value on treatment before progression or new therapy. A decrease is measured by the assay and
in the unit of the baseline; a level within the limit of its own laboratory is normal whatever they are, and flagged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from trial.protocol import MARKER_UNITS, AnalysisSettings
from trial.rules.assay import is_another_assay
from trial.rules.dates.partial_date import shown
from trial.rules.evaluation.disease import Course
from trial.rules.evaluation.facts import HormoneFact, MedicationFact, ParticipantFact
from trial.rules.typed_text import plain

HUNDRED = Decimal(100)
UNITS = dict(MARKER_UNITS)
ANALOGUE = "somatostatin_analogue"
NO_BASELINE = "no baseline value"


@dataclass(frozen=True)
class _Window:
    """When samples count: after `after` up to and including `until`, before `before` (None: no such bound)."""

    after: date | None
    until: date | None
    before: date | None
    before_words: str

    def why_outside(self, on: date) -> str:
        if self.after is None or self.until is None:
            return "no dose was taken"
        if on <= self.after:
            return "at or before the first dose"
        if self.before is not None and on >= self.before:
            return f"on or after {self.before_words}"
        return f"more than the days allowed after the last dose ({shown(self.until)})" if on > self.until else ""


def derive(participant: ParticipantFact, course: Course, settings: AnalysisSettings) -> list[dict[str, Any]]:
    """One entry per marker sampled, in order of marker. raised: None where it is not known, as without a baseline."""
    window = _window(participant, course, settings)
    markers = sorted({sample.marker for sample in participant.hormones})
    return [_marker(marker, participant, window, settings) for marker in markers]


def _window(participant: ParticipantFact, course: Course, settings: AnalysisSettings) -> _Window:
    ends = [(fact.on, words) for fact, words in ((course.progression, "progression"),
            (course.new_therapy, "new therapy")) if fact is not None]  # fmt: skip
    before, words = min(ends, default=(None, ""))
    last = participant.last_dose_on
    until = last + timedelta(settings.hormone_days_after_last_dose) if last else None
    return _Window(participant.first_dose_on, until, before, words)


def _marker(marker: str, participant: ParticipantFact, window: _Window, settings: AnalysisSettings) -> dict[str, Any]:
    samples = sorted((sample for sample in participant.hormones if sample.marker == marker), key=_by_day)
    baseline, note = _baseline(samples, participant)
    row: dict[str, Any] = {"marker": marker, "note": note, "raised": None, "improved": False, "best": None}
    if baseline is None:
        return {**row, "baseline": None, "because": NO_BASELINE, "analogue": "", "assay_changed": False,
                "samples": [_alone(sample, window) for sample in samples]}  # fmt: skip
    out = [_sample(sample, baseline, window) for sample in samples]
    used = [sample for sample in samples if _why_not_used(sample, baseline, window) == ""]
    compared = [sample for sample in used if not _not_comparable(sample, baseline)]
    return {
        **row,
        "baseline": _baseline_out(baseline),
        "samples": out,
        "analogue": _analogue(participant.medications, baseline.sampled_on, used),
        "assay_changed": any(sample["otherwise_measured"] for sample in out),
        **_judged(baseline, used, compared, settings),
    }


def _by_day(sample: HormoneFact) -> tuple[date, int]:
    return sample.sampled_on, sample.id


def _baseline(samples: Sequence[HormoneFact], participant: ParticipantFact) -> tuple[HormoneFact | None, str]:
    """The last level on or before the first dose, else on or before registration, and a note about it."""
    first = participant.first_dose_on
    until, note = (participant.registered_on, "no dose taken: baseline is the last level by registration")
    if first is not None:
        until, note = first, ""
    known = [sample for sample in samples if sample.value is not None and sample.sampled_on <= until]
    return (known[-1], note) if known else (None, note)


def _baseline_out(sample: HormoneFact) -> dict[str, Any]:
    return {
        "on": sample.sampled_on.isoformat(),
        "value": _value(sample),
        "unit": sample.unit,
        "upper_limit": None if sample.upper_limit is None else str(sample.upper_limit),
        "assay": sample.assay,
    }


def _shown(sample: HormoneFact) -> str:
    return UNITS.get(sample.unit, sample.unit)


def _why_not_used(sample: HormoneFact, baseline: HormoneFact, window: _Window) -> str:
    if outside := window.why_outside(sample.sampled_on):
        return outside
    if sample.value is None:
        return "no value"
    return "" if _is_normal(sample) else _not_comparable(sample, baseline)


def _value(sample: HormoneFact) -> str:
    """`<5` of a level that is only known to lie below a limit."""
    return f"{sample.qualifier}{sample.value}"


def _not_comparable(sample: HormoneFact, baseline: HormoneFact) -> str:
    """Why no change in percent is computed of a level; empty where one is."""
    return _otherwise_measured(sample, baseline) or _known_by_a_limit(sample, baseline)


def _known_by_a_limit(sample: HormoneFact, baseline: HormoneFact) -> str:
    """No number is made of a limit [our reading]."""
    of, whose = (baseline, "baseline ") if baseline.qualifier else (sample, "")
    return f"{whose}reported as {of.in_words}: no change in percent is computed" if of.qualifier else ""


def _otherwise_measured(sample: HormoneFact, baseline: HormoneFact) -> str:
    """Why a level cannot be compared with the baseline; empty where it can."""
    if sample.unit != baseline.unit:
        return f"another unit than at baseline ({_shown(sample)}, not {_shown(baseline)})"
    if is_another_assay(sample.assay, baseline.assay):
        return f"another assay than at baseline ({sample.assay}, not {baseline.assay})"
    return ""


def _sample(sample: HormoneFact, baseline: HormoneFact, window: _Window) -> dict[str, Any]:
    """A level as plain values for lists and plots; percent of baseline only where the two can be compared."""
    assert baseline.value is not None
    why_not = _why_not_used(sample, baseline, window)
    otherwise = _otherwise_measured(sample, baseline)
    comparable = sample.value is not None and baseline.value > 0 and not _not_comparable(sample, baseline)
    if sample.value is None or window.why_outside(sample.sampled_on):
        otherwise = ""
    return {
        "id": sample.id,
        "on": sample.sampled_on.isoformat(),
        "day": (sample.sampled_on - baseline.sampled_on).days,
        "value": None if sample.value is None else _value(sample),
        "percent_of_baseline": _percent(sample.value, baseline.value) if comparable else None,
        "normal": _is_normal(sample),
        "is_baseline": sample.id == baseline.id,
        "used": why_not == "",
        "why_not": "" if sample.id == baseline.id else why_not,
        "otherwise_measured": otherwise,
    }


def _alone(sample: HormoneFact, window: _Window) -> dict[str, Any]:
    """A level that there is no baseline for: within its limit or not, compared with nothing."""
    return {
        "id": sample.id, "on": sample.sampled_on.isoformat(), "day": None,
        "value": None if sample.value is None else _value(sample), "percent_of_baseline": None,
        "normal": _is_normal(sample), "is_baseline": False, "used": False, "otherwise_measured": "",
        "why_not": window.why_outside(sample.sampled_on) or ("no value" if sample.value is None else NO_BASELINE),
    }  # fmt: skip


def _percent(value: Decimal | None, baseline: Decimal) -> str | None:
    return None if value is None else f"{value * HUNDRED / baseline:.1f}"


def _is_normal(sample: HormoneFact) -> bool | None:
    """Whether the level lies within its own laboratory's limit; None when that is not known."""
    return None if sample.is_raised is None else not sample.is_raised


def _judged(
    baseline: HormoneFact, used: Sequence[HormoneFact], compared: Sequence[HormoneFact], settings: AnalysisSettings
) -> dict[str, Any]:
    """used: levels on treatment that count. compared: those of them by the assay and in the unit of the baseline."""
    if baseline.upper_limit is None:
        return {"raised": None, "because": "the baseline has no upper limit of normal"}
    if baseline.is_raised is None:
        limit = f"{plain(baseline.upper_limit)}"
        return {"raised": None, "because": f"the baseline is reported as {baseline.in_words}, the upper limit is "
                                           f"{limit}: not known whether it was raised"}  # fmt: skip
    if not baseline.is_raised:
        return {"raised": False, "because": "not above the upper limit of normal at baseline"}
    if not used:
        limit = f"; {_known_by_a_limit(baseline, baseline)}" if baseline.qualifier else ""
        return {"raised": True, "because": f"no level on treatment to compare{limit}"}
    return {"raised": True, **_improvement(baseline, used, compared, settings)}


def _improvement(
    baseline: HormoneFact, used: Sequence[HormoneFact], compared: Sequence[HormoneFact], settings: AnalysisSettings
) -> dict[str, Any]:
    """Improved by decrease of the lowest value compared, or by any value within its own laboratory's limit.

    change_percent: None where the best value was measured otherwise than the baseline.
    """
    best = min(compared or used, key=lambda sample: (sample.value, sample.sampled_on))
    normal = next((sample for sample in used if _is_normal(sample)), None)
    assert baseline.value is not None and best.value is not None
    words, halved, change = [], False, None
    if compared:
        halved = best.value * HUNDRED <= baseline.value * (HUNDRED - settings.hormone_decrease_percent)
        share = (best.value - baseline.value) * HUNDRED / baseline.value
        change = f"{share:.1f}"
        words.append(f"{share:+.1f}%".replace("-", "−") + f" on {shown(best.sampled_on)}")
    if normal is not None:
        otherwise, limit = _otherwise_measured(normal, baseline), _known_by_a_limit(normal, baseline)
        how = f", by {otherwise}" if otherwise else f", {limit}" if limit else ""
        words.append(f"normal on {shown(normal.sampled_on)}{how}")
    return {
        "improved": halved or normal is not None,
        "normalised": normal is not None,
        "best": {"on": best.sampled_on.isoformat(), "value": _value(best), "change_percent": change},
        "because": ", ".join(words),
    }


def _analogue(medications: Sequence[MedicationFact], since: date, used: Sequence[HormoneFact]) -> str:
    """Words when a somatostatin analogue was taken between baseline and the last level used: it confounds them."""
    if not used:
        return ""
    until = used[-1].sampled_on
    words = (_taken(medication, since, until) for medication in medications if medication.kind == ANALOGUE)
    return "; ".join(word for word in words if word)


def _taken(medication: MedicationFact, since: date, until: date) -> str:
    """Started or stopped in between, or taken throughout; empty when taken before or after only."""
    name, started, stopped = medication.name or "somatostatin analog", medication.started_on, medication.stopped_on
    if started is None and stopped is None:
        return f"{name} taken, dates not on record"
    if (stopped is not None and stopped.latest() < since) or (started is not None and started.earliest() > until):
        return ""
    moved = [
        f"{name} {verb} {on}"
        for verb, on in (("started", started), ("stopped", stopped))
        if on is not None and on.latest() >= since and on.earliest() <= until
    ]
    return "; ".join(moved) or f"{name} taken throughout"
