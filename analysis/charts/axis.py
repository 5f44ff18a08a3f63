"""The sheet of the plots, and percentages as they are labelled; axes are those of `trial.drawing.axes`. PURE."""

from trial.drawing.axes import Axis, Tick, round_step

__all__ = ["HEIGHT", "WIDTH", "Axis", "Tick", "round_step", "signed"]

WIDTH, HEIGHT = 600, 300


def signed(value: float, digits: int = 0) -> str:
    """A percentage with its sign, a true minus and no `-0`: 20 → `+20`, −30.25 with one digit → `−30.2`."""
    text = f"{value:+.{digits}f}"
    if float(text) == 0:
        return text[1:]
    return text.replace("-", "−")
