"""The lane of tumor assessments: the sum of longest diameters over time, and the overall response by shape. PURE."""

from decimal import Decimal

from capture.participants.timeline.facts import LEFT, RIGHT, Course, Days
from capture.participants.timeline.parts import EMPTY_HEIGHT, Label, Lane, Line, Mark, Stamp
from trial.rules.dates.partial_date import shown
from trial.rules.evaluation.facts import AssessmentFact
from trial.rules.evaluation.response import baseline_of, targets_at_baseline
from trial.rules.response.recist import AssessmentOutcome, NewLesions, mm
from trial.rules.typed_text import plain

# The sums are drawn between these; the letters of the responses stand below.
TOP, FLOOR, LETTERS, HEIGHT = 32.0, 106.0, 123.0, 128.0
# Percent of the width that a value needs, on the narrowest drawing: nearer ones stand above and below in turn.
ROOM_FOR_VALUE = 5.5


def lane(course: Course, days: Days) -> Lane:
    """A point at each assessment with a complete sum, joined by a line; what has no sum stands on the floor."""
    baseline = baseline_of(course.facts)
    if baseline is None and not course.facts.assessments:
        return Lane("scans", ("Tumor",), EMPTY_HEIGHT, (), empty="No tumor assessment entered.")
    targets = targets_at_baseline(course.facts).values()
    first = sum(targets, Decimal(0)) if targets else None
    sums = [first] if first is not None else []
    sums += [each.current_sum for each in course.assessed if each.current_sum is not None]
    most = max([*sums, Decimal(1)])
    marks = [_baseline_mark(baseline, first, days, most)] if baseline is not None else []
    marks += [_mark(each, days, most) for each in course.assessed]
    marks += _without_baseline(course, days) if baseline is None else []
    placed = _apart(marks)
    behind = (Line(LEFT, FLOOR, RIGHT, FLOOR, "floor"), *_joined(placed))
    if first is not None:
        behind = (*behind, Line(LEFT, _y(first, most), RIGHT, _y(first, most), "reference"))
    return Lane("scans", ("Tumor",), HEIGHT, tuple(placed), behind, "sum, mm")


def _y(value: Decimal, most: Decimal) -> float:
    return round(FLOOR - float(value / most) * (FLOOR - TOP), 1)


def _baseline_mark(baseline: AssessmentFact, first: Decimal | None, days: Days, most: Decimal) -> Mark:
    x = days.at(baseline.assessed_on)
    words = "Baseline assessment: " + ("no target lesion" if first is None else f"sum {mm(first)}")
    y = FLOOR if first is None else _y(first, most)
    parts = (Stamp("baseline", x, y, "response baseline"), Label(x, LETTERS, "base", "middle", "letters"))
    value = () if first is None else (_value(x, y, first),)
    return Mark(days.of(baseline.assessed_on), shown(baseline.assessed_on), words, f"assessment/{baseline.id}",
                (*parts, *value))  # fmt: skip


def _mark(outcome: AssessmentOutcome, days: Days, most: Decimal) -> Mark:
    x, current = days.at(outcome.dated_on), outcome.current_sum
    code = outcome.overall.value
    y = FLOOR - 8 if current is None else _y(current, most)
    parts: list[Stamp | Label] = [Stamp(code, x, y, f"response {code}"), Label(x, LETTERS, code, "middle", "letters")]
    if current is not None:
        parts.append(_value(x, y, current))
    if outcome.new_lesions == NewLesions.YES:
        parts += [Stamp("new", x, 7, "new"), Label(x, 10.5, "new", "start", "small", 8)]
    return Mark(days.of(outcome.dated_on), shown(outcome.dated_on), _words(outcome),
                f"assessment/{outcome.assessment_id}", tuple(parts))  # fmt: skip


def _without_baseline(course: Course, days: Days) -> list[Mark]:
    """An assessment that nothing can be compared with is on record, and has no response."""
    found = []
    for each in sorted(course.facts.assessments, key=lambda one: one.assessed_on):
        x = days.at(each.assessed_on)
        parts = (Stamp("NE", x, FLOOR - 8, "response NE"), Label(x, LETTERS, "–", "middle", "letters"))
        words = "Tumor assessment without a baseline: no response"
        found.append(Mark(days.of(each.assessed_on), shown(each.assessed_on), words, f"assessment/{each.id}", parts))
    return found


def _value(x: float, y: float, value: Decimal) -> Label:
    return Label(x, y - 10, plain(value), "middle", "value")


def _words(outcome: AssessmentOutcome) -> str:
    change = outcome.change_from_baseline_percent
    percent = "" if change is None else f"{change:+.1f}% from baseline".replace("-", "−")
    size = "no sum" if outcome.current_sum is None else f"sum {mm(outcome.current_sum)}"
    new = "a new lesion" if outcome.new_lesions == NewLesions.YES else ""
    return "; ".join(filter(None, (", ".join(filter(None, (size, percent))), new, outcome.because)))


def _apart(marks: list[Mark]) -> list[Mark]:
    """Of two values too near to each other the later stands below its point."""
    found: list[Mark] = []
    last_above = -100.0
    for mark in marks:
        labels = [each for each in mark.labels if each.look == "value"]
        if labels and labels[0].x - last_above < ROOM_FOR_VALUE:
            low = Label(labels[0].x, labels[0].y + 26, labels[0].words, "middle", "value")
            mark = Mark(mark.day, mark.when, mark.words, mark.entry,
                        tuple(low if each is labels[0] else each for each in mark.parts))  # fmt: skip
        elif labels:
            last_above = labels[0].x
        found.append(mark)
    return found


def _joined(marks: list[Mark]) -> tuple[Line, ...]:
    """Straight lines from one complete sum to the next; over an assessment without one they are broken."""
    points = [(each.stamps[0].x, each.stamps[0].y) if _has_sum(each) else None for each in marks]
    return tuple(Line(*before, *after, "sum") for before, after in zip(points, points[1:], strict=False)
                 if before is not None and after is not None)  # fmt: skip


def _has_sum(mark: Mark) -> bool:
    return any(each.look == "value" for each in mark.labels)
