"""The lane of the dose: each period as high as its daily dose, holds hatched, and where treatment ended. PURE."""

from collections.abc import Iterator
from datetime import timedelta

from capture.participants.timeline.facts import LEFT, RIGHT, Course, Days
from capture.participants.timeline.parts import EMPTY_HEIGHT, Box, Label, Lane, Line, Mark, Stamp
from trial import protocol
from trial.protocol import OFF_TREATMENT_REASONS
from trial.rules.dates.partial_date import shown
from trial.rules.dose.intensity import DOSES_PER_DAY
from trial.rules.evaluation.facts import CycleFact

TOP, BARS, HEIGHT = 6.0, 26.0, 50.0
FULL_DAILY_MG = 2 * protocol.constant("full_dose_mg")
FREQUENCIES = dict(protocol.FREQUENCIES)
REASONS = dict(OFF_TREATMENT_REASONS)
# Percent of the width that the number of a cycle needs under its bar, on the narrowest drawing.
ROOM_FOR_NUMBER = 3.0
GAP = 0.12


def lane(course: Course, days: Days) -> Lane:
    """Bars by day, the numbers of cycles under them, and the end of treatment."""
    marks, free_from = [], 0.0
    for cycle in sorted(course.facts.cycles, key=lambda each: each.number):
        x = days.at(cycle.started_on)
        has_room = x >= free_from
        free_from = x + ROOM_FOR_NUMBER if has_room else free_from
        marks += _cycle(cycle, days, (Label(x, HEIGHT - 6, str(cycle.number), "start", "small"),) if has_room else ())
    marks += _off(course, days)
    if not marks:
        return Lane("dose", ("Dose",), EMPTY_HEIGHT, (), empty="No dose entered.")
    floor = Line(LEFT, TOP + BARS, RIGHT, TOP + BARS, "floor")
    return Lane("dose", ("Dose",), HEIGHT, tuple(marks), (floor,), "by cycle")


def _cycle(cycle: CycleFact, days: Days, number: tuple[Label, ...]) -> list[Mark]:
    """A mark for each period, the number of the cycle with the first of them."""
    marks = [_period(cycle, period, days) for period in sorted(cycle.periods)]
    if not marks:
        day, x = days.of(cycle.started_on), days.at(cycle.started_on)
        words = f"Cycle {cycle.number} begins; no dose entered"
        return [Mark(day, shown(cycle.started_on), words, f"cycle/{cycle.number}",
                     (Line(x, TOP, x, TOP + BARS, "edge"), *number))]  # fmt: skip
    first = marks[0]
    return [Mark(first.day, first.when, first.words, first.entry, (*first.parts, *number)), *marks[1:]]


def _period(cycle: CycleFact, period: tuple[int, int, int, str], days: Days) -> Mark:
    from_day, to_day, dose_mg, frequency = period
    first = cycle.started_on + timedelta(days=from_day - 1)
    last = cycle.started_on + timedelta(days=to_day - 1)
    reason = dict(cycle.reasons).get(from_day, "")
    late = f"; began late: {cycle.delay_reason}" if from_day == 1 and cycle.delay_reason else ""
    dose = "held" if frequency == "held" else f"{dose_mg} mg {FREQUENCIES[frequency]}"
    words = f"Cycle {cycle.number}, {dose} to {shown(last)}{f': {reason}' if reason else ''}{late}"
    x = days.at(first)
    width = round(max(days.at(last + timedelta(days=1)) - x - GAP, GAP), 2)
    return Mark(days.of(first), shown(first), words, f"cycle/{cycle.number}", (_bar(x, width, dose_mg, frequency),))


def _bar(x: float, width: float, dose_mg: int, frequency: str) -> Box:
    """As high as the daily dose is of the full one; a hold is hatched over the whole height."""
    share = float(dose_mg * DOSES_PER_DAY[frequency]) / FULL_DAILY_MG
    if share == 0:
        return Box(x, width, TOP, BARS, "held", "held")
    height = round(BARS * min(share, 1), 1)
    return Box(x, width, round(TOP + BARS - height, 1), height, "dose" if share >= 1 else "dose-reduced")


def _off(course: Course, days: Days) -> Iterator[Mark]:
    off = course.facts.off_treatment
    if off is not None:
        x = days.at(off.off_on)
        words = f"Off treatment: {REASONS.get(off.reason, off.reason).lower()}"
        yield Mark(days.of(off.off_on), shown(off.off_on), words, f"off_treatment/{off.id}",
                   (Stamp("stop", x, TOP + BARS - 13, "ink"), Line(x, TOP, x, TOP + BARS, "edge")))  # fmt: skip
