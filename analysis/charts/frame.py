"""The sheet that a plot is drawn on: full size for a page of its own, compact for the dashboard. PURE."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """Size of the drawing and the edges of the plotting area, in SVG units; `compact` shortens what stands around."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    compact: bool = False
