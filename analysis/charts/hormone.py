"""Hormone levels of one marker over the months since baseline, in percent of the baseline level. PURE.

Only participants raised at baseline; every line begins at 100%. The dashed line marks the decrease that counts as
improvement [our reading]. A filled mark is a level within the laboratory's normal range; lines of participants who
improved are solid, of others dashed, so that the plot reads in gray.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.charts.axis import WIDTH, Axis, Chart, Frame, Tick, finite, month_axis, shape, unique_key
from analysis.statistics.survival import months

FRAME = Frame(WIDTH, 250, 46, 548, 16, 212)
RADIUS = 3.2
CEILING_PERCENT = 200.0


@dataclass(frozen=True)
class Level:
    """One sample: days since baseline, percent of the baseline level, whether it is within the normal range."""

    day: int
    percent: float
    normal: bool


@dataclass(frozen=True)
class Course:
    """One participant's comparable levels of the marker, whether they improved, and the page of the participant."""

    number: str
    levels: tuple[Level, ...]
    improved: bool
    url: str


@dataclass(frozen=True)
class DrawnMark:
    """A level in place; `filled` within the normal range."""

    path: str
    filled: bool


@dataclass(frozen=True)
class DrawnCourse:
    """A course in place, and its words."""

    course: Course
    path: str
    marks: tuple[DrawnMark, ...]
    words: str


@dataclass(frozen=True, kw_only=True)
class HormonePlot(Chart):
    """The whole plot of one marker."""

    marker: str
    courses: tuple[DrawnCourse, ...]
    threshold: Tick


def hormone_plot(marker: str, courses: Sequence[Course], decrease_percent: int) -> HormonePlot:
    """The plot of these participants; who has no comparable level after baseline is counted in words.

    Raises ValueError for a level before baseline, below 0 or not a number.
    """
    for course in courses:
        _refuse(course)
    drawable = sorted((course for course in courses if len(course.levels) > 1), key=lambda course: course.number)
    across, ticks = month_axis(max((course.levels[-1].day for course in drawable), default=0), FRAME.left,
                               FRAME.right)  # fmt: skip
    up = Axis(low=0, high=CEILING_PERCENT, start=FRAME.bottom - 6, end=FRAME.top + 6)
    return HormonePlot(
        key=unique_key("hormone", [marker, *(course.number for course in drawable)]),
        frame=FRAME,
        is_empty=not drawable,
        marker=marker,
        courses=tuple(_drawn(course, across, up) for course in drawable),
        ticks=tuple(Tick(up.at(value), str(value)) for value in range(0, int(CEILING_PERCENT) + 1, 50)),
        across=ticks,
        threshold=Tick(up.at(100 - decrease_percent), f"−{decrease_percent}%"),
        summary=_summary(marker, drawable, len(courses)),
    )


def _refuse(course: Course) -> None:
    for level in course.levels:
        if level.day < 0:
            raise ValueError(f"{course.number}: a level {-level.day} days before baseline cannot be drawn.")
        if finite(level.percent, course.number) < 0:
            raise ValueError(f"{course.number}: a level cannot be {level.percent}% of the baseline.")


def _drawn(course: Course, across: Axis, up: Axis) -> DrawnCourse:
    places = [(across.at(level.day), up.at(min(level.percent, CEILING_PERCENT))) for level in course.levels]
    marks = tuple(DrawnMark(shape("circle", x, y, RADIUS), level.normal)
                  for level, (x, y) in zip(course.levels, places, strict=True))  # fmt: skip
    words = "; ".join(f"{months(level.day):.1f} months {level.percent:.0f}%" + (" (normal)" if level.normal else "")
                      for level in course.levels)  # fmt: skip
    return DrawnCourse(
        course=course,
        path="M" + "L".join(f"{x} {y}" for x, y in places),
        marks=marks,
        words=f"{course.number}, {'improved' if course.improved else 'not improved'}: {words}",
    )


def _summary(marker: str, drawn: Sequence[Course], asked: int) -> str:
    if not drawn:
        return f"No comparable level of {marker} after baseline is on record for a participant raised at baseline."
    improved = sum(1 for course in drawn if course.improved)
    left_out = asked - len(drawn)
    without = f"; {left_out} without a comparable level after baseline not drawn" if left_out else ""
    plural = "s" if len(drawn) > 1 else ""
    return f"{marker}: {len(drawn)} participant{plural} raised at baseline, {improved} improved{without}."
