"""Adverse events by term: the worst grade of each participant, stacked by grade, as a share of those treated. PURE.

Grades darken from 1 to 5, and each stretch carries its number of participants; a participant whose grade is missing is
"undetermined", drawn apart.
One group is a column of bars; two groups are back to back on one scale, each in percent of its own denominator.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from textwrap import wrap

from analysis.charts.axis import WIDTH, Axis, Chart, Frame, LegendEntry, Tick, unique_key

LONGEST_LINE = 29  # characters of a term that fit beside the bars


@dataclass(frozen=True)
class GradeLook:
    """How a grade is drawn: name, fill, ink of the number on it; undetermined has a dashed outline."""

    name: str
    fill: str
    ink: str
    dash: str = "none"


# From light to dark also in gray, so that the order of the grades is seen without color.
LOOKS = (
    GradeLook("grade 1", "#eef4f3", "#17242b"),
    GradeLook("grade 2", "#bcd8d4", "#17242b"),
    GradeLook("grade 3", "#74aaa5", "#17242b"),
    GradeLook("grade 4", "#2a6667", "#ffffff"),
    GradeLook("grade 5", "#101a1f", "#ffffff"),
    GradeLook("undetermined", "#ffffff", "#17242b", "2 2"),
)


@dataclass(frozen=True)
class Segment:
    """The stretch of a bar that belongs to one grade; the count is empty where it would not fit."""

    look: GradeLook
    x: float
    width: float
    count: str
    middle: float


@dataclass(frozen=True)
class DrawnBar:
    """The bar of one term in one group, its number at the end, and its words; `cells` are the counts for the table."""

    side: str
    segments: tuple[Segment, ...]
    label: str
    label_x: float
    anchor: str
    words: str
    cells: tuple[int, ...]


@dataclass(frozen=True)
class DrawnTerm:
    """One row: the term, whole, in as many lines as it needs, a bar per group, and the page of its participants."""

    term: str
    category: str
    lines: tuple[Tick, ...]
    top: float
    middle: float
    bars: tuple[DrawnBar, ...]
    url: str = ""

    @property
    def words(self) -> str:
        """The text of the row for a pointer or a screen reader."""
        return "; ".join([f"{self.term} ({self.category})", *(bar.words for bar in self.bars)])


def legend(shown: Set[GradeLook]) -> tuple[LegendEntry, ...]:
    """The grades that occur, from 1 to undetermined."""
    entries, x = [], 4.0
    for look in (style for style in LOOKS if style in shown):
        label = look.name.capitalize()
        entries.append(LegendEntry(look, x, label))
        x = round(x + 38 + 6 * len(label), 1)
    return tuple(entries)


def in_lines(term: str) -> list[str]:
    """A term in lines that fit beside the bars; terms of the toxicity dictionary differ at their ends."""
    return wrap(term, LONGEST_LINE)


TOP, FOOT = 48, 40
LINE = 12
BAR_HEIGHT = 14
# A number of one digit fits into so much; each further digit takes as much again as its own width.
NARROWEST_WITH_COUNT, DIGIT = 9, 6
# The scale ends at the first of these percentages that holds the longest bar; beside it the step of its ticks.
SCALES = ((10, 2), (20, 5), (40, 10), (60, 20), (80, 20), (100, 20))


@dataclass(frozen=True)
class TermCount:
    """Participants by worst grade (1 to 5) of one term, each once, and those whose grade is undetermined.

    url: the page of those participants.
    """

    term: str
    category: str
    counts: Mapping[int, int]
    undetermined: int = 0
    url: str = ""

    @property
    def any_grade(self) -> int:
        """Participants with the term, of whatever grade."""
        return sum(self.counts.values()) + self.undetermined


@dataclass(frozen=True)
class Side:
    """One group: its name, the participants treated (the denominator) and its terms."""

    name: str
    denominator: int
    terms: Sequence[TermCount]


@dataclass(frozen=True, kw_only=True)
class Toxicity(Chart):
    """The whole plot."""

    rows: tuple[DrawnTerm, ...]
    headings: tuple[Tick, ...]
    legend: tuple[LegendEntry, ...]
    zeros: tuple[float, ...]
    term_x: float
    term_anchor: str
    bar_height: int = BAR_HEIGHT


# Where the bars of each group begin and end.
ONE = ((212, 534),)
TWO = ((198, 66), (402, 534))


def toxicity(terms: Sequence[TermCount], denominator: int, most: int = 20) -> Toxicity:
    """The plot of one group, the `most` frequent terms first. Raises ValueError for counts that cannot be."""
    return _chart([Side("", denominator, terms)], ONE, (206, "end"), most)


def butterfly(left: Side, right: Side, most: int = 20) -> Toxicity:
    """Two groups back to back, terms by participants of both together. Raises ValueError for counts that cannot be."""
    return _chart([left, right], TWO, (300, "middle"), most)


def _chart(sides: Sequence[Side], places: Sequence[tuple[int, int]], term_at: tuple[float, str], most: int) -> Toxicity:
    by_side = [_by_name(side) for side in sides]
    names = _ordered(by_side)
    longest = _longest(sides, by_side, names[:most])
    axes = [Axis(0, next(high for high, _ in SCALES if longest <= high), *place) for place in places]
    heights = [8 + LINE * len(in_lines(name[0])) for name in names[:most]]
    bottom = TOP + sum(heights)
    urls = {name: term.url for terms in reversed(by_side) for name, term in terms.items()}
    bars = [
        tuple(_bar(side, terms.get(name, TermCount(name[0], name[1], {})), axis)
        for side, terms, axis in zip(sides, by_side, axes, strict=True))
        for name in names[:most]
    ]  # fmt: skip
    return Toxicity(
        key=unique_key("toxicity", (name[0] for name in names)),
        rows=tuple(_row(name, urls[name], TOP + sum(heights[:place]) + heights[place] / 2, row)
                   for place, (name, row) in enumerate(zip(names[:most], bars, strict=True))),
        across=tuple(tick for axis in axes for tick in _ticks(axis)),
        headings=tuple(_heading(side, axis) for side, axis in zip(sides, axes, strict=True)),
        legend=legend({segment.look for row in bars for bar in row for segment in bar.segments}),
        zeros=tuple(axis.start for axis in axes),
        term_x=term_at[0],
        term_anchor=term_at[1],
        summary=_summary(sides, names, most),
        frame=Frame(WIDTH, bottom + FOOT, 0, WIDTH, TOP, bottom),
        is_empty=not names,
    )


def _by_name(side: Side) -> dict[tuple[str, str], TermCount]:
    """The terms somebody has, by term and category."""
    if side.denominator < 0:
        raise ValueError(f"{side.denominator} participants cannot be a denominator.")
    by_name: dict[tuple[str, str], TermCount] = {}
    for term in side.terms:
        _check(term, side.denominator)
        if (term.term, term.category) in by_name:
            raise ValueError(f"{term.term} ({term.category}) is counted twice in one group.")
        by_name[term.term, term.category] = term
    return {name: item for name, item in by_name.items() if item.any_grade}


def _check(term: TermCount, denominator: int) -> None:
    if set(term.counts) - {1, 2, 3, 4, 5}:
        raise ValueError(f"{term.term}: grades are 1 to 5, not {sorted(set(term.counts) - {1, 2, 3, 4, 5})}.")
    if min([term.undetermined, *term.counts.values()]) < 0:
        raise ValueError(f"{term.term}: a number of participants is never negative.")
    if term.any_grade > denominator:
        raise ValueError(f"{term.term}: {term.any_grade} participants of {denominator} cannot be.")


def _ordered(by_side: Sequence[Mapping[tuple[str, str], TermCount]]) -> list[tuple[str, str]]:
    """Names by falling count of any grade, then of grade 3 and more, then by the alphabet."""

    def rank(name: tuple[str, str]) -> tuple[int, int, tuple[str, str]]:
        here = [terms[name] for terms in by_side if name in terms]
        severe = sum(count for term in here for grade, count in term.counts.items() if grade >= 3)
        return -sum(term.any_grade for term in here), -severe, name

    return sorted({name for terms in by_side for name in terms}, key=rank)


def _longest(
    sides: Sequence[Side], by_side: Sequence[Mapping[tuple[str, str], TermCount]], names: Iterable[tuple[str, str]]
) -> float:
    shown = set(names)
    return max(
        (100 * term.any_grade / side.denominator
         for side, terms in zip(sides, by_side, strict=True) for name, term in terms.items() if name in shown),
        default=0,
    )  # fmt: skip


def _ticks(axis: Axis) -> list[Tick]:
    step = next(step for high, step in SCALES if high == axis.high)
    return [Tick(axis.at(value), str(value)) for value in range(0, int(axis.high) + 1, step)]


def _row(name: tuple[str, str], url: str, middle: float, bars: tuple[DrawnBar, ...]) -> DrawnTerm:
    lines = in_lines(name[0])
    first = middle - LINE * (len(lines) - 1) / 2
    shown = tuple(Tick(first + LINE * place, line) for place, line in enumerate(lines))
    return DrawnTerm(*name, shown, middle - BAR_HEIGHT / 2, middle, bars, url)


def _bar(side: Side, term: TermCount, axis: Axis) -> DrawnBar:
    counts = [term.counts.get(grade, 0) for grade in (1, 2, 3, 4, 5)] + [term.undetermined]
    share = f" ({100 * term.any_grade / side.denominator:.0f}%)" if side.denominator else ""
    grades = ", ".join(f"{look.name} {count}" for look, count in zip(LOOKS, counts, strict=True) if count)
    outwards = 1 if axis.end > axis.start else -1
    end = axis.at(100 * term.any_grade / side.denominator) if side.denominator else axis.start
    return DrawnBar(
        side=side.name,
        segments=_segments(counts, side.denominator, axis),
        label=f"{term.any_grade}{share}",
        label_x=round(end + 5 * outwards, 1),
        anchor="start" if outwards > 0 else "end",
        words=f"{side.name + ': ' if side.name else ''}{term.any_grade} of {side.denominator}{share}"
        + (f"; {grades}" if grades else ""),
        cells=(*counts, term.any_grade),
    )


def _segments(counts: Sequence[int], denominator: int, axis: Axis) -> tuple[Segment, ...]:
    drawn, before = [], 0
    for look, count in zip(LOOKS, counts, strict=True):
        if count:
            ends = axis.at(100 * before / denominator), axis.at(100 * (before + count) / denominator)
            width = round(abs(ends[1] - ends[0]), 1)
            words = str(count) if width >= NARROWEST_WITH_COUNT + DIGIT * (len(str(count)) - 1) else ""
            drawn.append(Segment(look, min(ends), width, words, round(sum(ends) / 2, 1)))
            before += count
    return tuple(drawn)


def _heading(side: Side, axis: Axis) -> Tick:
    name = f"{side.name}, " if side.name else ""
    return Tick(round((axis.start + axis.end) / 2, 1), f"{name}% of {side.denominator} treated")


def _summary(sides: Sequence[Side], names: Sequence[tuple[str, str]], most: int) -> str:
    treated = " and ".join(f"{side.denominator}{' in ' + side.name if side.name else ''}" for side in sides)
    if not any(side.denominator for side in sides):
        return "No participant has been treated yet."
    if not names:
        return f"No adverse event on record among the participants treated ({treated})."
    further = (
        f" and {len(names) - most} further term{'s' if len(names) - most > 1 else ''}" if len(names) > most else ""
    )
    return (
        f"Worst grade per participant, of {treated} treated; most frequent: {names[0][0]}. "
        f"{min(len(names), most)} term{'s' if min(len(names), most) > 1 else ''} shown{further}."
    )
