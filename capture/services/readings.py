"""A reading as it is typed: what a follow-up says of one lesion."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Reading:
    """Millimetres for a target, a state for every lesion, a reason where it was not evaluated."""

    lesion_id: int
    state: str
    longest_diameter_mm: Decimal | None = None
    not_evaluated_reason: str = ""
    scanned_on: date | None = None
