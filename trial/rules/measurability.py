"""Which lesions can be targets, and what an entry says of a target at a follow-up, by the criteria chosen. PURE."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from trial.partial_date import shown
from trial.rules.chosen_criteria import IN_FORCE
from trial.rules.criteria import Criteria
from trial.rules.recist import Measurement

BONE = "bone"
CLINICAL = "clinical"
# What the examining hand or eye can reach and measure.
SUPERFICIAL_ORGANS = frozenset({"lymph_node", "soft_tissue", "other"})
MEASURED = frozenset({"measured", "too_small"})


def is_measurable(
    size_mm: Decimal | None, method: str, organ: str = "", slice_thickness_mm: Decimal | int | None = None,
    criteria: Criteria = IN_FORCE,
) -> bool:  # fmt: skip
    """Whether a lesion of this size can be a target, limits inclusive."""
    return size_mm is not None and size_mm >= criteria.least_mm(organ, method, slice_thickness_mm)


def is_under_two_slices(longest_diameter_mm: Decimal | None, slice_thickness_mm: Decimal | int | None) -> bool:
    """A lesion should be at least twice as long as a slice is thick; False where either is not known."""
    if longest_diameter_mm is None or slice_thickness_mm is None:
        return False
    return longest_diameter_mm < 2 * slice_thickness_mm


def is_never_measurable(organ: str, method: str) -> bool:
    """Bone lesions (by RECIST 1.1 those without a soft-tissue part), and by examination whatever is not superficial."""
    return organ == BONE or (method == CLINICAL and organ not in SUPERFICIAL_ORGANS)


def too_many_in_an_organ(organs: Sequence[str], criteria: Criteria = IN_FORCE) -> bool:
    """More targets in one organ than the criteria allow; all lymph nodes are one organ."""
    return any(organs.count(organ) > criteria.targets_per_organ for organ in organs)


def measurement(
    lesion: str, state: str, longest_diameter_mm: Decimal | None, reason: str, scanned_on: date,
    locally_treated_on: date | None,
) -> Measurement:  # fmt: skip
    """An entry as the rules read it: absent is 0, too small keeps its value, locally treated is not evaluated."""
    if locally_treated_on is not None and locally_treated_on <= scanned_on:
        return Measurement(lesion, None, f"locally treated on {shown(locally_treated_on)}")
    if state == "absent":
        return Measurement(lesion, Decimal(0))
    if state in MEASURED:
        return Measurement(lesion, longest_diameter_mm)
    return Measurement(lesion, None, reason or "not evaluated")
