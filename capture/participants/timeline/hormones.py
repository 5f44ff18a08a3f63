"""The lanes of hormones and tumor markers: one per marker, against the upper limit of normal or the baseline. PURE.

Values are drawn as multiples of their own upper limit where each has one; else, in one unit, of the first value; a
marker for which neither holds is listed in words.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from capture.participants.timeline.facts import LEFT, RIGHT, Course, Days
from capture.participants.timeline.parts import EMPTY_HEIGHT, Label, Lane, Line, Mark, Stamp, two_lines
from trial.protocol import MARKER_UNITS, MARKERS
from trial.rules.dates.partial_date import shown
from trial.rules.evaluation.facts import HormoneFact
from trial.rules.typed_text import plain

TOP, FLOOR, HEIGHT = 16.0, 38.0, 46.0
NAMES, UNITS = dict(MARKERS), dict(MARKER_UNITS)
NOTES = {"limit": "× upper limit", "baseline": "× first value", "": ""}
# Percent of the width between two values that are written out.
ROOM_FOR_VALUE = 7.0


def lanes(course: Course, days: Days) -> list[Lane]:
    """One lane for each marker that was sampled, in the order of the code list."""
    by_marker: dict[str, list[HormoneFact]] = defaultdict(list)
    for each in sorted(course.facts.hormones, key=lambda sample: (sample.sampled_on, sample.id)):
        by_marker[each.marker].append(each)
    known = sorted(by_marker, key=lambda code: list(NAMES).index(code) if code in NAMES else len(NAMES))
    return [_lane(NAMES.get(code, code), by_marker[code], days) for code in known]


def _lane(name: str, samples: list[HormoneFact], days: Days) -> Lane:
    # A level below or above a limit is no number, so that it has no place on the scale.
    missing = [_listed(name, each, days) for each in samples if each.value is None or each.qualifier]
    valued = [each for each in samples if each.value is not None and not each.qualifier]
    ratios, against = _ratios(valued)
    if not ratios:
        listed = (*missing, *(_listed(name, each, days) for each in valued))
        words = "No values to compare. See the table."
        return Lane("hormone", two_lines(name), EMPTY_HEIGHT + 14, (), note=NOTES[against], listed=listed, empty=words)
    most = max([*ratios, Decimal(1)])
    points = [(days.at(each.sampled_on), _y(ratio, most)) for each, ratio in zip(valued, ratios, strict=True)]
    shown_values = _written([x for x, _ in points])
    marks = tuple(
        _mark(name, each, days, y, ratio > 1 if against == "limit" else None, place in shown_values)
        for place, (each, (_, y), ratio) in enumerate(zip(valued, points, ratios, strict=True))
    )
    one = _y(Decimal(1), most)
    behind = (Line(LEFT, FLOOR, RIGHT, FLOOR, "floor"), Line(LEFT, one, RIGHT, one, "reference"),
              *(Line(*before, *after, "level") for before, after in zip(points, points[1:], strict=False)))  # fmt: skip
    return Lane("hormone", two_lines(name), HEIGHT, marks, behind, NOTES[against], tuple(missing))


def _ratios(samples: Sequence[HormoneFact]) -> tuple[list[Decimal], str]:
    """Each value over its own upper limit (`limit`), or over the first (`baseline`); empty where neither compares."""
    limited = [each.value / each.upper_limit for each in samples if each.value is not None and each.upper_limit]
    if samples and len(limited) == len(samples):
        return limited, "limit"
    first = samples[0].value if samples else None
    if first and len({each.unit for each in samples}) == 1:
        return [each.value / first for each in samples if each.value is not None], "baseline"
    return [], ""


def _y(ratio: Decimal, most: Decimal) -> float:
    return round(FLOOR - float(ratio / most) * (FLOOR - TOP), 1)


def _written(xs: Sequence[float]) -> set[int]:
    """Which values are written out: the last, and from the first on each that has room."""
    found, free_from, last = set(), -100.0, len(xs) - 1
    for place, x in enumerate(xs):
        if place == last or (x >= free_from and xs[last] - x >= ROOM_FOR_VALUE):
            found.add(place)
            free_from = x + ROOM_FOR_VALUE
    return found


def _mark(name: str, sample: HormoneFact, days: Days, y: float, above: bool | None, written: bool) -> Mark:
    x = days.at(sample.sampled_on)
    look = {True: "level-above", False: "level-normal", None: "level-plain"}[above]
    parts: tuple[Stamp | Label, ...] = (Stamp("level", x, y, look),)
    if written and sample.value is not None:
        parts = (*parts, Label(x, y - 6, plain(sample.value), "middle", "small"))
    return replace(_listed(name, sample, days), parts=parts)


def _listed(name: str, sample: HormoneFact, days: Days) -> Mark:
    return Mark(days.of(sample.sampled_on), shown(sample.sampled_on), _words(name, sample), f"hormone/{sample.id}")


def _words(name: str, sample: HormoneFact) -> str:
    if sample.value is None:
        return f"{name}: no value entered"
    limit, unit = sample.upper_limit, UNITS.get(sample.unit, sample.unit)
    if not limit:
        return f"{name} {sample.in_words} {unit}, upper limit not known"
    if sample.qualifier:
        said = {True: "above", False: "not above", None: "not known whether above"}[sample.is_raised]
        return f"{name} {sample.in_words} {unit}, {said} the upper limit {plain(limit)}"
    times = f"{sample.value / limit:.1f}"
    return f"{name} {plain(sample.value)} {unit}, {times} × the upper limit {plain(limit)}"
