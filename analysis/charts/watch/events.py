"""Events one participant after the other, against the boundary that stops: participants across, events up. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.charts.axis import WIDTH, Axis, Chart, Frame, Spoken, staircase, unique_key, whole_ticks

FRAME = Frame(WIDTH, 250, 32, 560, 26, 204)
MOST_MARKS = 150
OUTCOMES = {"T": "with toxicity", "u": "not determined", "n": "without"}


@dataclass(frozen=True, kw_only=True)
class Watch(Chart):
    """Everything that the template draws; `bound` is the boundary (empty: none), `unsure` also counts the unknown."""

    bound: str
    stop: str
    path: str
    unsure: str
    spoken: tuple[Spoken, ...]


def watch(path: str, bounds: Sequence[int | None], numbers: Sequence[str], summary: str) -> Watch:
    """The drawing. path: T, u or n for each; bounds: the fewest events that stop at each (None: none would)."""
    most = max(len(path), len(bounds), 1)
    highest = max([bound for bound in bounds if bound is not None] + [path.count("T") + path.count("u"), 4])
    across, upwards = Axis(0, most, FRAME.left, FRAME.right), Axis(0, highest + 1, FRAME.bottom, FRAME.top)
    bound = _steps([(place, each) for place, each in enumerate(bounds, start=1) if each is not None], across, upwards)
    return Watch(
        key=unique_key("watch", [path, *map(str, bounds)]),
        summary=summary,
        is_empty=not path and not bounds,
        frame=FRAME,
        ticks=whole_ticks(upwards, 8),
        across=whole_ticks(across, 10),
        bound=bound,
        stop=f"{bound}V{FRAME.top}H{bound[1:].partition(' ')[0]}Z" if bound else "",
        path=staircase(path, "T", across, upwards),
        unsure=staircase(path, "Tu", across, upwards) if "u" in path else "",
        spoken=tuple(_spoken(path, bounds, numbers, across, upwards)),
    )


def _steps(points: Sequence[tuple[int, int]], across: Axis, upwards: Axis) -> str:
    """A step for each participant, half a participant to either side."""
    if not points:
        return ""
    words = [f"M{across.at(points[0][0] - 0.5)} {upwards.at(points[0][1] - 0.5)}"]
    words += [f"V{upwards.at(count - 0.5)}H{across.at(place + 0.5)}" for place, count in points]
    return "".join(words)


def _spoken(
    path: str, bounds: Sequence[int | None], numbers: Sequence[str], across: Axis, upwards: Axis
) -> list[Spoken]:
    spoken, seen = [], 0
    for place, letter in enumerate(path[:MOST_MARKS], start=1):
        seen += letter == "T"
        bound = bounds[place - 1] if place <= len(bounds) else None
        stops = f"; {bound} would stop" if bound is not None else ""
        who = f"{numbers[place - 1]}, " if place <= len(numbers) else ""
        words = f"{who}{place} treated: {OUTCOMES[letter]}; {seen} with toxicity so far{stops}"
        spoken.append(Spoken(across.at(place), upwards.at(seen), words))
    return spoken
