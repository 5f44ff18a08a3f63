"""The lanes of adverse events: one per term, the worst first; without an onset no bar, but words. PURE."""

from collections import defaultdict
from dataclasses import dataclass

from capture.participants.timeline.facts import Course, Days, Read, read
from capture.participants.timeline.parts import Box, Label, Lane, Line, Mark, Stamp, two_lines
from trial.rules.evaluation.facts import AdverseEventFact

RELATED = 3  # possible; the registry's toxicity counts from here
OPEN = {"not_recovered": "not recovered", "recovering": "recovering"}
OUTCOMES = {"recovered": "recovered", "sequelae": "recovered with sequelae", "fatal": "fatal",
            "unknown": "outcome unknown", **OPEN}  # fmt: skip
ATTRIBUTIONS = {1: "unrelated", 2: "unlikely related", 3: "possibly related", 4: "probably related",
                5: "definitely related"}  # fmt: skip
# Percent of the width that a letter needs on the narrowest drawing, and that the shortest bar is wide.
LETTER, SHORTEST = 1.0, 0.5


@dataclass(frozen=True)
class Bar:
    """An event that has an onset: what its dates can mean, in percent across; `end` None: over, on a day unknown."""

    event: AdverseEventFact
    onset: Read
    end: Read | None
    goes_on: bool
    days: Days

    @property
    def x(self) -> float:
        """Where it begins at the earliest."""
        return self.days.at(self.onset.earliest)

    @property
    def right(self) -> float:
        """Where it ends at the latest."""
        last = self.days.at(self.end.latest) if self.end else self.days.at(self.onset.latest)
        return max(last, round(self.x + SHORTEST, 2))

    @property
    def sure(self) -> tuple[float, float]:
        """The days on which it was there whatever the dates mean; the second may be before the first: none."""
        start = self.days.at(self.onset.latest)
        stop = self.days.at(self.end.earliest) if self.end else start
        return start, max(stop, round(start + SHORTEST, 2)) if stop >= start else stop

    @property
    def is_exact(self) -> bool:
        """Whether both dates are complete, or the end still to come."""
        return self.onset.is_exact and (self.end is None or self.end.is_exact)

    @property
    def label(self) -> str:
        """The grade, with ! when it is serious and ≈ when a day is approximate."""
        return f"{'' if self.is_exact else '≈'}{self.event.grade or '?'}{'!' if self.event.serious else ''}"

    @property
    def holds_label(self) -> bool:
        """Whether the label fits into the part that is sure."""
        start, stop = self.sure
        return stop - start >= 0.6 + LETTER * len(self.label)

    @property
    def free_from(self) -> float:
        """From where on its row is free again."""
        return self.right + (0.4 if self.holds_label else 1.6 + LETTER * len(self.label))


def bar_of(event: AdverseEventFact, course: Course, days: Days) -> Bar:
    """The bar of an event with an onset; one that is not resolved runs to the end of the record."""
    assert event.onset_on is not None
    end = read(event.resolved_on) if event.resolved_on is not None else None
    goes_on = end is None and event.outcome in OPEN
    if end is None and (goes_on or event.outcome == "fatal"):
        end = Read(course.ends_on, course.ends_on, "")
    return Bar(event, read(event.onset_on), end, goes_on and course.is_open, days)


def mark(bar: Bar, term: str, top: float, row: float) -> Mark:
    """The bar in a row that begins at `top`."""
    height = 6.0 + 2 * (bar.event.grade or 1)
    y = round(top + (row - height) / 2, 1)
    middle, entry = top + row / 2, f"adverse_event/{bar.event.id}"
    parts: tuple[Box | Line | Stamp | Label, ...] = (
        *_boxes(bar, y, height), *_related(bar, y + height), *_ends(bar, middle), _label(bar, middle + 3.6),
    )  # fmt: skip
    return Mark(bar.days.of(bar.onset.earliest), bar.onset.words, words(term, bar.event), entry, parts)


def _boxes(bar: Bar, y: float, height: float) -> list[Box]:
    look = f"grade-{bar.event.grade or 0}"
    start, stop = bar.sure
    if stop < start:
        return [Box(bar.x, round(bar.right - bar.x, 2), y, height, look, "unsure")]
    found = [Box(start, round(stop - start, 2), y, height, look)]
    if bar.x < start:
        found.append(Box(bar.x, round(start - bar.x, 2), y, height, look, "unsure"))
    if stop < bar.right:
        found.append(Box(stop, round(bar.right - stop, 2), y, height, look, "unsure"))
    return found


def _related(bar: Bar, y: float) -> list[Line]:
    """The bar of a related event is underlined, with a broken line while its attribution is not on record."""
    attribution = bar.event.attribution
    if attribution is not None and attribution < RELATED:
        return []
    return [Line(bar.x, y + 2, bar.right, y + 2, "related-unknown" if attribution is None else "related")]


def _ends(bar: Bar, middle: float) -> list[Stamp]:
    """An arrow where it goes on, and one to the left where it began before the drawing does."""
    found = [Stamp("arrow", bar.right, middle, "ink", 4)] if bar.goes_on else []
    if bar.days.of(bar.onset.earliest) < bar.days.first:
        found.append(Stamp("earlier", bar.x, middle, "ink", -3))
    return found


def _label(bar: Bar, y: float) -> Label:
    if bar.holds_label:
        return Label(bar.sure[0], y, bar.label, "start", f"on-grade-{bar.event.grade or 0}", 3)
    if bar.right > 100 - 3 - LETTER * len(bar.label):
        # No room behind it: on the unsure days of a long bar, before a short one.
        is_long = bar.right - bar.x > 1 + LETTER * len(bar.label)
        return Label(bar.x, y, bar.label, *(("start", "grade-words", 4) if is_long else ("end", "grade-words", -5)))
    return Label(bar.right, y, bar.label, "start", "grade-words", 13 if bar.goes_on else 5)


def words(term: str, event: AdverseEventFact) -> str:
    """The event in a sentence: term, grade, relation, seriousness, outcome and the day it ended."""
    grade = f"grade {event.grade}" if event.grade else "grade not known"
    related = ATTRIBUTIONS.get(event.attribution or 0, "attribution not known")
    ended = f" on {event.resolved_on}" if event.resolved_on else ""
    unknown = "" if ended or event.outcome in (*OPEN, "fatal", "unknown") else ", on a date not known"
    outcome = f"{OUTCOMES.get(event.outcome, event.outcome)}{ended}{unknown}"
    return ", ".join(filter(None, (term, grade, related, "serious" if event.serious else "", outcome)))


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
    reason = course.onset_missing.get(event.id, "not known").lower()
    return Mark(None, f"onset {reason}", words(term, event), f"adverse_event/{event.id}")
