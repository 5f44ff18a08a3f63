"""The lanes of adverse events: one per term, the worst first; without an onset no bar, but words. PURE."""

from collections import defaultdict

from capture.timeline.course import Course
from capture.timeline.days import Days
from capture.timeline.event_bar import Bar, bar_of, mark, words
from capture.timeline.parts import Lane, Mark, two_lines
from trial.evaluation.record import AdverseEventFact

ROW = 20.0


def lanes(course: Course, days: Days) -> list[Lane]:
    """One lane for each term: of the highest grade first, then in order of onset."""
    by_term: dict[str, list[AdverseEventFact]] = defaultdict(list)
    for event in course.facts.adverse_events:
        by_term[course.event_names.get(event.id, event.term)].append(event)
    found = [_lane(term, events, course, days) for term, events in by_term.items()]
    worst = {term: max(each.grade or 0 for each in events) for term, events in by_term.items()}
    return [lane for _, _, _, lane in sorted(
        (-worst[term], min((each.day for each in lane.marks if each.day is not None), default=days.last), term, lane)
        for term, lane in zip(by_term, found, strict=True)
    )]  # fmt: skip


def worst_grade(lane: Lane) -> int:
    """The highest grade drawn in a lane, 0 where none is on record."""
    looks = [box.look for each in lane.marks for box in each.boxes]
    return max((int(look.removeprefix("grade-")) for look in looks), default=0)


def _lane(term: str, events: list[AdverseEventFact], course: Course, days: Days) -> Lane:
    """Bars in order of onset; those that overlap stand in rows below each other."""
    bars = [bar_of(each, course, days) for each in events if each.onset_on is not None]
    ends: list[float] = []
    marks = [mark(bar, term, ROW * _row(bar, ends), ROW) for bar in sorted(bars, key=lambda each: each.x)]
    undated = [_undated(term, each, course) for each in events if each.onset_on is None]
    return Lane("event", two_lines(term), ROW * max(len(ends), 1) + 4, tuple(marks), listed=tuple(undated))


def _row(bar: Bar, ends: list[float]) -> int:
    """The first row that is free where the bar begins; `ends` says from where each is, and is brought up to date."""
    row = next((number for number, taken in enumerate(ends) if taken <= bar.x), len(ends))
    ends[row : row + 1] = [bar.free_from]
    return row


def _undated(term: str, event: AdverseEventFact, course: Course) -> Mark:
    reason = course.onset_missing.get(event.id, "not on record").lower()
    return Mark(None, f"onset {reason}", words(term, event), f"adverse_event/{event.id}")
