"""Whether a group is open for registration. PURE.

Today the rule is the accrual ceiling of the group alone; the two-stage gate joins it here, so that registration has
one question to ask.
"""

from dataclasses import dataclass

from trial.protocol import GROUP_NAMES, Group, constant


@dataclass(frozen=True)
class Gate:
    """Open or closed, and the reason in words."""

    open: bool
    because: str


def ceiling_of(group: Group) -> int:
    """The most participants that the group takes [our reading]."""
    return constant(f"accrual_ceiling_{group.value}")


def accrual(group: Group, registered: int, ceiling: int) -> Gate:
    """The gate of one group after `registered` registrations against its ceiling."""
    name = f"Group {group.value} ({GROUP_NAMES[group]})"
    if registered >= ceiling:
        return Gate(False, f"{name} is closed: {registered} of {ceiling} places are taken.")
    return Gate(True, f"{name} is open: {registered} of {ceiling} places are taken.")
