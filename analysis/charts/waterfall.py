"""The waterfall plot: best change in the sum of longest diameters, one bar per participant. PURE.

Responses are told apart by color, by pattern and by a letter, so that the plot reads in gray and in print.
The dashed lines mark −30% (partial response) and +20% (progression) [RECIST 1.0].
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.charts.axis import HEIGHT, WIDTH, Axis, Chart, Frame, LegendEntry, Tick, signed, unique_key
from trial.rules.response.recist import IN_FORCE

LARGE = Frame(WIDTH, HEIGHT, 46, 556, 40, 278)
COMPACT = Frame(330, 206, 38, 290, 24, 196, compact=True)
NARROWEST_WITH_LETTER = 8  # narrower bars keep color and pattern; the letter would cover its neighbours
GAP = 0.18  # share of a bar's place left empty
WIDEST = 34
CEILING_PERCENT = 100  # taller bars are cut here and marked, so that one of them does not flatten all others
THRESHOLDS = ((20, "+20%"), (-30, "−30%"))


@dataclass(frozen=True)
class Bar:
    """One participant: study number, best change from baseline in percent, response code or words, page address, and
    what the change does not say, codes of NOTES."""

    number: str
    change_percent: float
    response: str
    url: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Look:
    """How a response is drawn: code of its pattern, letter on the bar, name in the legend, colors."""

    code: str
    letter: str
    name: str
    fill: str
    ink: str


LOOKS = (
    Look("CR", "C", "CR", "#0d4a50", "#0d4a50"),
    Look("PR", "P", "PR", "#8fc3bd", "#0d4a50"),
    Look("SD", "S", "SD", "#dfe5e6", "#4b5a62"),
    Look("PD", "D", "PD", "#e2b48a", "#8a4a10"),
)
OTHER = Look("other", "U", "Other", "#ffffff", "#4b5a62")


# Code → sign beside the bar, words.
NOTES = {"new": ("n", "new lesion"), "unconfirmed": ("u", "response not confirmed"), "ongoing": ("▸", "on treatment")}


@dataclass(frozen=True)
class Note:
    """The sign of a note in place."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class DrawnBar:
    """A bar in place: rectangle, letter position, whether it was cut at the ceiling, and its words."""

    bar: Bar
    look: Look
    x: float
    y: float
    width: float
    height: float
    letter: str
    letter_x: float
    letter_y: float
    cut: bool
    change: str
    marks: tuple[Note, ...] = ()

    @property
    def said(self) -> str:
        """The response with its notes."""
        return ", ".join([self.bar.response, *(NOTES[code][1] for code in self.bar.notes)])

    @property
    def words(self) -> str:
        """The text of the bar for a pointer or a screen reader."""
        return f"{self.bar.number}: {self.change}%, {self.said}{', bar cut at +100%' if self.cut else ''}"


@dataclass(frozen=True, kw_only=True)
class Waterfall(Chart):
    """The whole plot. notes: what the signs beside the bars mean, and how many have each."""

    bars: tuple[DrawnBar, ...]
    thresholds: tuple[Tick, ...]
    legend: tuple[LegendEntry, ...]
    zero: float
    notes: str = ""


def waterfall(bars: Sequence[Bar], frame: Frame = LARGE) -> Waterfall:
    """The plot of these participants in falling order of change; equal changes are in order of study number.

    Raises ValueError for a change below −100%, which no sum of diameters can have.
    """
    for bar in bars:
        if not bar.change_percent >= -100:
            raise ValueError(f"{bar.number}: a sum of diameters cannot change by {bar.change_percent}%.")
    ordered = sorted(bars, key=lambda bar: (-bar.change_percent, bar.number))
    axis = change_axis(ordered[0].change_percent if ordered else 0, frame.bottom - 14, frame.top)
    return Waterfall(
        key=unique_key("waterfall", (bar.number for bar in ordered)),
        bars=_drawn(ordered, axis, frame),
        ticks=tuple(Tick(axis.at(value), signed(value)) for value in range(int(axis.low), int(axis.high) + 1, 50)),
        thresholds=tuple(Tick(axis.at(value), label) for value, label in THRESHOLDS),
        legend=_legend(ordered, frame),
        zero=axis.at(0),
        notes=" · ".join(f"{sign} {words} ({count})" for code, (sign, words) in NOTES.items()
                         if (count := sum(code in bar.notes for bar in ordered))),
        summary=_summary(ordered),
        frame=frame,
        is_empty=not bars,
    )


def look(response: str) -> Look:
    """How this response is drawn; anything but CR, PR, SD and PD counts as other."""
    return next((style for style in LOOKS if style.code == response), OTHER)


def change_axis(tallest: float, start: float, end: float) -> Axis:
    """From −100% to +50%, or to +100% where the tallest change is above +50%."""
    return Axis(-100, 100 if tallest > 50 else 50, start, end)


def _drawn(bars: Sequence[Bar], axis: Axis, frame: Frame) -> tuple[DrawnBar, ...]:
    place = min((frame.right - frame.left) / max(len(bars), 1), WIDEST)
    return tuple(_one(bar, frame.left + place * position, place, axis) for position, bar in enumerate(bars))


def _one(bar: Bar, left: float, place: float, axis: Axis) -> DrawnBar:
    shown = min(bar.change_percent, CEILING_PERCENT)
    top, bottom = axis.at(max(shown, 0)), axis.at(min(shown, 0))
    if bottom - top < 1.5:  # an unchanged sum is still a participant: a sliver stays visible and can be pointed at
        top = bottom - 1.5
    return DrawnBar(
        bar=bar,
        look=look(bar.response),
        x=round(left + place * GAP / 2, 1),
        y=round(top, 1),
        width=round(place * (1 - GAP), 1),
        height=round(bottom - top, 1),
        letter=look(bar.response).letter if place >= NARROWEST_WITH_LETTER else "",
        letter_x=round(left + place / 2, 1),
        letter_y=round(top - 3 if shown >= 0 else bottom + 11, 1),
        cut=bar.change_percent > CEILING_PERCENT,
        change=signed(bar.change_percent, 1),
        marks=_beside(bar, round(left + place / 2, 1), axis) if place >= NARROWEST_WITH_LETTER else (),
    )


def _beside(bar: Bar, x: float, axis: Axis) -> tuple[Note, ...]:
    """The signs of a bar, one above the other, at the other side of zero."""
    first, step = (12, 10) if bar.change_percent > 0 else (-4, -10)
    return tuple(Note(x, round(axis.at(0) + first + step * row, 1), NOTES[code][0])
                 for row, code in enumerate(bar.notes))  # fmt: skip


def _legend(bars: Sequence[Bar], frame: Frame) -> tuple[LegendEntry, ...]:
    entries, x = [], 4.0
    for style in (*LOOKS, OTHER):
        count = sum(1 for bar in bars if look(bar.response) is style)
        if count:
            label = f"{style.name} {count}" if frame.compact else f"{style.letter} = {style.name} ({count})"
            entries.append(LegendEntry(style, x, label))
            x = round(x + 32 + 5.8 * len(label), 1)
    return tuple(entries)


def _summary(bars: Sequence[Bar]) -> str:
    if not bars:
        return f"No participant has a follow-up assessment with a complete {IN_FORCE.sum_words} yet."
    shrunk = sum(1 for bar in bars if bar.change_percent <= -30)
    return (
        f"Best change of {len(bars)} participants, from {signed(bars[0].change_percent, 1)}% "
        f"to {signed(bars[-1].change_percent, 1)}%; {shrunk} reached −30% or less."
    )
