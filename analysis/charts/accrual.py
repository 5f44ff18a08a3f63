"""The accrual bar: participants registered against the ceiling, with the stages of the plan marked. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.charts.axis import WIDTH, Axis, Tick

LEFT, RIGHT = 2, 598


@dataclass(frozen=True)
class Accrual:
    """A horizontal bar: how far it is filled, marks of the plan, and the sentence it says."""

    filled: float
    marks: tuple[Tick, ...]
    ceiling: Tick
    over: bool
    summary: str
    width: int = WIDTH
    height: int = 56
    left: int = LEFT
    right: int = RIGHT


def accrual(registered: int, ceiling: int, stages: Sequence[int] = ()) -> Accrual:
    """The bar of a group; `stages` are cumulative numbers of the plan, such as 21 and 41.

    Raises ValueError for a negative count or a ceiling below 1. Beyond the ceiling the bar is full and `over` holds.
    """
    if registered < 0 or ceiling < 1:
        raise ValueError(f"{registered} registered against a ceiling of {ceiling} cannot be drawn.")
    axis = Axis(0, ceiling, LEFT, RIGHT)
    share = 100 * registered / ceiling
    return Accrual(
        filled=round(axis.at(min(registered, ceiling)) - LEFT, 1),
        marks=tuple(Tick(axis.at(stage), str(stage)) for stage in stages if 0 < stage < ceiling),
        ceiling=Tick(RIGHT, str(ceiling)),
        over=registered > ceiling,
        summary=f"{registered} of {ceiling} participants registered ({share:.0f} %).",
    )
