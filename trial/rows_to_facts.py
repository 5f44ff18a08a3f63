"""One row of the record (as JSON, live or of a past moment) → one fact of `trial.evaluation.record`."""

from datetime import date
from decimal import Decimal
from typing import Any

from trial import partial_date
from trial.evaluation.record import (
    AdverseEventFact,
    DeathFact,
    FollowUpFact,
    HormoneFact,
    LesionFact,
    MedicationFact,
    OffTreatmentFact,
    ReadingFact,
    WithdrawalFact,
)

Row = dict[str, Any]


def day(text: str | None) -> date | None:
    """`2006-01-12` → date; None and empty → None."""
    return date.fromisoformat(text) if text else None


def partial(text: str | None) -> partial_date.PartialDate | None:
    """`2006-01` → PartialDate; None and empty → None."""
    return partial_date.from_stored(text) if text else None


def number(value: Any) -> Decimal | None:
    """A JSON number → exact Decimal; None stays None: missing is never zero."""
    return None if value is None else Decimal(value)


def lesion(row: Row) -> LesionFact:
    """A lesion chosen at baseline."""
    return LesionFact(row["id"], row["label"], row["kind"], row["organ"], day(row["locally_treated_on"]))


def reading(row: Row) -> ReadingFact:
    """What one assessment says of one lesion."""
    return ReadingFact(
        row["lesion_id"], row["state"], number(row["longest_diameter_mm"]), row["not_evaluated_reason"],
        day(row["scanned_on"]),
    )  # fmt: skip


def adverse_event(row: Row) -> AdverseEventFact:
    """An adverse event or a further episode of one."""
    return AdverseEventFact(
        id=row["id"], term=row["term"], select=row["select"], other_words=row["other_words"], grade=row["grade"],
        attribution=row["attribution"], onset_on=partial(row["onset_on"]), resolved_on=partial(row["resolved_on"]),
        serious=row["seriousness"] != "no", outcome=row["outcome"], continues_id=row["continues_id"],
        present_at_baseline=row["present_at_baseline"], cycle_number=row["cycle_number"],
    )  # fmt: skip


def hormone(row: Row) -> HormoneFact:
    """One marker of one sample."""
    return HormoneFact(
        row["id"], row["marker"], date.fromisoformat(row["sampled_on"]), number(row["value"]), row["unit"],
        number(row["upper_limit"]), row["assay"],
    )  # fmt: skip


def medication(row: Row) -> MedicationFact:
    """One concomitant medication."""
    return MedicationFact(row["id"], row["kind"], row["name"], partial(row["started_on"]), partial(row["stopped_on"]))


def off_treatment(row: Row) -> OffTreatmentFact:
    """The end of treatment."""
    return OffTreatmentFact(row["id"], date.fromisoformat(row["off_on"]), row["reason"])


def follow_up(row: Row) -> FollowUpFact:
    """A contact after treatment; "not known" becomes empty, new therapy without a date stays undated."""
    return FollowUpFact(
        id=row["id"], contacted_on=date.fromisoformat(row["contacted_on"]), alive=row["alive"] == "alive",
        progression="" if row["progression"] == "not_known" else row["progression"],
        progressed_on=day(row["progressed_on"]), disease_assessed_on=day(row["disease_assessed_on"]),
        new_therapy_on=partial(row["new_therapy_on"]),
    )  # fmt: skip


def death(row: Row) -> DeathFact:
    """Death of any cause."""
    return DeathFact(row["id"], partial_date.from_stored(row["died_on"]), row["cause"])


def withdrawal(row: Row) -> WithdrawalFact:
    """Withdrawal of consent."""
    return WithdrawalFact(row["id"], date.fromisoformat(row["withdrew_on"]), row["scope"])


def off_study(row: Row) -> WithdrawalFact:
    """The end of the study for a participant."""
    return WithdrawalFact(row["id"], date.fromisoformat(row["off_on"]), "off_study")
