"""Two-stage plans: how many participants a stage takes, and when a group stops. PURE."""

from dataclasses import dataclass

from trial.protocol.constants import constant
from trial.refused import Refused


@dataclass(frozen=True)
class StagePlan:
    """A group's looks: participants in all, stop at or below `futility`, or at or above `efficacy` (None: no bound).

    p0, p1: the response rates that the plan tells apart.
    """

    participants: tuple[int, ...]
    futility: tuple[int | None, ...]
    efficacy: tuple[int | None, ...]
    p0: float = 0.05
    p1: float = 0.20

    def __post_init__(self) -> None:
        """Refuse a plan that cannot be followed (Refused)."""
        if not self.participants or len({len(self.participants), len(self.futility), len(self.efficacy)}) != 1:
            raise Refused("A plan names participants, futility and efficacy for each of its stages.")
        if any(later <= earlier for earlier, later in zip((0, *self.participants), self.participants, strict=False)):
            raise Refused(f"Stages grow: {self.participants} participants do not.")
        for size, low, high in zip(self.participants, self.futility, self.efficacy, strict=True):
            _refuse_wrong_bounds(size, low, high)
        if not 0 < self.p0 < self.p1 < 1:
            raise Refused(f"The rates of a plan lie between 0 and 1 in order, not {self.p0} and {self.p1}.")


def _refuse_wrong_bounds(size: int, low: int | None, high: int | None) -> None:
    for bound in (low, high):
        if bound is not None and not 0 <= bound <= size:
            raise Refused(f"A bound of {bound} is impossible among {size} participants.")
    if low is not None and high is not None and low >= high:
        raise Refused(f"Futility at {low} and efficacy at {high} cannot both hold: futility must be lower.")


# Simon's optimal two-stage design for 5% against 20% [our reading].
SIMON_OPTIMAL = StagePlan(
    participants=(constant("stage_1_participants"), constant("stage_2_participants")),
    futility=(constant("stage_1_futility"), constant("stage_2_futility")),
    efficacy=(None, None),
)
