"""The boundary of a plan of looks: participants across, responders up, stop regions, the group's way so far. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analysis.charts.axis import WIDTH, Axis, Chart, Frame, Spoken, Tick, shape, staircase, unique_key, whole_ticks

FRAME = Frame(WIDTH, 300, 32, 496, 30, 250)
# The last look has no width of its own: its verdict is drawn as a band of this width behind it.
BAND = 22
# Beyond so many participants their single outcomes cannot be told apart.
MOST_MARKS = 150
OUTCOMES = {"R": "confirmed response", "o": "outcome still open", "n": "no confirmed response"}


class Look(NamedTuple):
    """A look after so many participants: stop at or below `futility` responders, or at or above `efficacy`."""

    participants: int
    futility: int | None
    efficacy: int | None


@dataclass(frozen=True)
class Region:
    """A rectangle of the boundary, and how many responders lead there to which verdict; `kind` is stop or promising."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    label: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class Boundary(Chart):
    """Everything that the template draws; `open` are marks of outcomes that may still become responses."""

    regions: tuple[Region, ...]
    looks: tuple[Tick, ...]
    path: str
    responders: tuple[str, ...]
    open: tuple[str, ...]
    spoken: tuple[Spoken, ...]


def boundary(looks: Sequence[Look], outcomes: str, summary: str, numbers: Sequence[str] = ()) -> Boundary:
    """The drawing. outcomes: one letter a participant by order of registration, R responder, o open, n neither.

    numbers: the study numbers in the same order, for the read-out.

    Raises ValueError for a plan without looks.
    """
    if not looks:
        raise ValueError("A plan without looks has no boundary.")
    across = Axis(0, max(looks[-1].participants, len(outcomes), 1), FRAME.left, FRAME.right)
    bounds = [bound for look in looks for bound in (look.futility, look.efficacy) if bound is not None]
    top = max([*bounds, outcomes.count("R")]) + 2 if bounds else outcomes.count("R") + 2
    # Half a responder below none, so that the way along the bottom stands clear of the frame.
    upwards = Axis(-0.5, top, FRAME.bottom, FRAME.top)
    regions = tuple(region for place in range(len(looks)) for region in _regions(looks, place, across, upwards))
    return Boundary(
        key=unique_key("boundary", [outcomes, *map(str, looks)]),
        summary=summary,
        frame=FRAME,
        regions=regions,
        looks=tuple(Tick(across.at(look.participants), str(look.participants)) for look in looks),
        across=whole_ticks(across, 10),
        ticks=whole_ticks(upwards, 8),
        path=staircase(outcomes, "R", across, upwards),
        responders=_marks(outcomes, "R", across, upwards),
        open=_marks(outcomes, "o", across, upwards),
        spoken=(*_way(outcomes, numbers, across, upwards), *map(_said, regions)),
    )


def _regions(looks: Sequence[Look], place: int, across: Axis, upwards: Axis) -> list[Region]:
    """What a look rules out: from the look to the next one, or the band behind the last."""
    look, is_last = looks[place], place == len(looks) - 1
    left = across.at(look.participants)
    right = left + BAND if is_last else across.at(looks[place + 1].participants)
    regions = []
    if look.futility is not None:
        verdict = "not promising" if is_last else "stop"
        regions.append(_region(left, right, (upwards.low, look.futility + 0.5), upwards,
                             ("stop", f"{look.futility} or fewer", verdict)))  # fmt: skip
    lowest = look.efficacy if not is_last else None if look.futility is None else look.futility + 1
    if lowest is not None:
        verdict = "promising" if is_last else "stop, promising"
        regions.append(_region(left, right, (lowest - 0.5, upwards.high), upwards,
                             ("promising", f"{lowest} or more", verdict)))  # fmt: skip
    return regions


def _region(left: float, right: float, span: tuple[float, float], upwards: Axis, words: tuple[str, str, str]) -> Region:
    bottom, top = (upwards.at(value) for value in span)
    return Region(left, top, round(right - left, 1), round(bottom - top, 1), *words)


def _marks(outcomes: str, kind: str, across: Axis, upwards: Axis) -> tuple[str, ...]:
    """A circle on the way at each outcome of a kind."""
    marks, responders = [], 0
    for place, outcome in enumerate(outcomes[:MOST_MARKS], start=1):
        responders += outcome == "R"
        if outcome == kind:
            marks.append(shape("circle", across.at(place), upwards.at(responders), 3.2))
    return tuple(marks)


def _way(outcomes: str, numbers: Sequence[str], across: Axis, upwards: Axis) -> list[Spoken]:
    """Each outcome in words, with the responders until then."""
    spoken, responders = [], 0
    for place, outcome in enumerate(outcomes[:MOST_MARKS], start=1):
        responders += outcome == "R"
        who = f"{numbers[place - 1]}, " if place <= len(numbers) else ""
        so_far = f"{responders} responder{'s' * (responders != 1)} so far"
        spoken.append(Spoken(across.at(place), upwards.at(responders),
                            f"{who}{place} of {len(outcomes)}: {OUTCOMES[outcome]}; {so_far}"))  # fmt: skip
    return spoken


def _said(region: Region) -> Spoken:
    middle = round(region.x + region.width / 2, 1), round(region.y + region.height / 2, 1)
    return Spoken(*middle, f"{region.label} responders from here: {region.verdict}")
