"""The whole timeline: lanes over one axis of days, the folded ones, and the same as a table. PURE."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from capture.participants.timeline import adverse_events, dose, hormones, milestones, queries, scans
from capture.participants.timeline.facts import Course, Days, DayTick, days_of
from capture.participants.timeline.parts import STAMPS, Lane, Line, Mark

# Terms of adverse events drawn at once. When there are more the rest is folded, but never a single one.
MOST_TERMS = 6
AXIS_HEIGHT = 38.0
SPACE = 6.0


@dataclass(frozen=True)
class Sheet:
    """Lanes in place; `rules` run from their own top to the bottom of the lanes."""

    lanes: tuple[Lane, ...]
    ticks: tuple[DayTick, ...]
    rules: tuple[Line, ...]
    bottom: float

    @property
    def height(self) -> float:
        """Lanes and axis."""
        return self.bottom + AXIS_HEIGHT


@dataclass(frozen=True)
class TableLine:
    """A line of the table: the mark, and the lane that it stands in."""

    lane: str
    mark: Mark


@dataclass(frozen=True)
class Timeline:
    """The drawing, the folded terms (None: nothing is folded), the table, what has no date, and what occurs."""

    sheet: Sheet
    folded: Sheet | None
    folded_words: str
    table: tuple[TableLine, ...]
    undated: tuple[TableLine, ...]
    summary: str
    looks: frozenset[str]
    stamps: dict[str, str]


def timeline(course: Course, url_of: Callable[[str], str]) -> Timeline:
    """The timeline of one participant. url_of: the page of an entry named as facts name it (`assessment/12`)."""
    days = days_of(course)
    top, rules = milestones.lane(course, days)
    every = adverse_events.lanes(course, days)
    terms = [each for each in every if each.marks]
    drawn = terms if len(terms) <= MOST_TERMS + 1 else terms[:MOST_TERMS]
    rest = terms[len(drawn) :]
    asked = queries.lane(course, days)
    heading = [Lane("heading", ("Adverse events",), 14, ())] if drawn else []
    lanes = [top, dose.lane(course, days), scans.lane(course, days), *heading, *drawn,
             *hormones.lanes(course, days), *([asked] if asked else [])]  # fmt: skip
    lanes = [_linked(each, url_of) for each in lanes]
    folded = [_linked(each, url_of) for each in rest]
    never = [_linked(each, url_of) for each in every if not each.marks]
    table = [TableLine(_name(lane), mark) for lane in (*lanes, *folded, *never) for mark in (*lane.marks, *lane.listed)]
    dated = sorted((each for each in table if each.mark.day is not None), key=lambda each: each.mark.day or 0)
    return Timeline(
        sheet=_sheet(lanes, days, rules),
        folded=_sheet(folded, days, ()) if folded else None,
        folded_words=_folded_words(rest),
        table=tuple(dated),
        undated=tuple(each for each in table if each.mark.day is None),
        summary=_summary(course, len(every)),
        looks=_looks([*lanes, *folded]),
        stamps=STAMPS,
    )


def _linked(lane: Lane, url_of: Callable[[str], str]) -> Lane:
    def linked(marks: Sequence[Mark]) -> tuple[Mark, ...]:
        return tuple(replace(each, url=url_of(each.entry) if each.entry else "") for each in marks)

    return replace(lane, marks=linked(lane.marks), listed=linked(lane.listed))


def _name(lane: Lane) -> str:
    return {"milestones": "Milestone", "heading": "", "dose": "Dose", "scans": "Assessment", "event": "Adverse event",
            "hormone": "Hormone", "queries": "Query"}[lane.code]  # fmt: skip


def _sheet(lanes: Sequence[Lane], days: Days, rules: Sequence[Line]) -> Sheet:
    placed, top = [], 0.0
    for lane in lanes:
        placed.append(replace(lane, top=top))
        top = round(top + lane.height + SPACE, 1)
    return Sheet(tuple(placed), days.ticks, tuple(replace(each, to_y=top) for each in rules), top)


def _folded_words(rest: Sequence[Lane]) -> str:
    if not rest:
        return ""
    worst = max(adverse_events.worst_grade(each) for each in rest)
    grade = f"of grade {worst} at most" if worst else "without a grade"
    return f"{len(rest)} more terms of adverse events, {grade}"


def _looks(lanes: Sequence[Lane]) -> frozenset[str]:
    """What the legend has to explain: every look and stamp that occurs."""
    found: set[str] = set()
    for mark in (mark for lane in lanes for mark in lane.marks):
        found |= {each.pattern or each.look for each in mark.boxes}
        found |= {each.name for each in mark.stamps}
        found |= {each.look for each in mark.stamps} | {each.look for each in mark.lines}
        found |= {sign for sign in "!≈" for each in mark.labels if sign in each.words}
    return frozenset(found)


def _summary(course: Course, terms: int) -> str:
    facts = course.facts
    counts = ((len(facts.cycles), "cycle", "cycles"), (len(facts.assessments), "assessment", "assessments"),
              (terms, "adverse-event term", "adverse-event terms"),
              (len(facts.hormones), "hormone level", "hormone levels"),
              (len(course.queries), "query", "queries"))  # fmt: skip
    said = [f"{count} {one if count == 1 else many}" for count, one, many in counts]
    return f"Timeline of {facts.number} since registration: {', '.join(said)}."
