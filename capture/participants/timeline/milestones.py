"""The milestones over all lanes: registration, progression, new therapy, ends, death, today. PURE."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from capture.participants.timeline.facts import Course, Days
from capture.participants.timeline.parts import Label, Lane, Line, Mark
from trial.rules.dates.partial_date import shown

TIER = 15.0
# Percent of the width that a letter of a milestone needs on the narrowest drawing.
LETTER = 0.92
# A last contact nearer to today than this is not marked beside it.
RECENT_DAYS = 28


@dataclass(frozen=True)
class Milestone:
    """A day that matters: its name, why in words, its entry; `when` is how a partial date is written."""

    on: date
    name: str
    look: str
    because: str = ""
    entry: str = ""
    when: str = ""


def lane(course: Course, days: Days) -> tuple[Lane, tuple[Line, ...]]:
    """Names with dates in as many tiers as they need, and the rules that run down through every lane from there."""
    marks, rules = [], []
    taken: list[list[tuple[float, float]]] = []
    for each in sorted(_milestones(course), key=lambda one: one.on):
        x = days.at(each.on)
        words = f"{each.name} {each.when or shown(each.on)}"
        width = 1.5 + LETTER * len(words)
        ends_here = x + width > 100
        span = (x - width, x) if ends_here else (x, x + width)
        tier = _tier(span, x, taken)
        y = tier * TIER + 11
        label = Label(x, y, words, "end" if ends_here else "start", f"milestone {each.look}", -4 if ends_here else 4)
        marks.append(Mark(days.of(each.on), each.when or shown(each.on), _words(each), each.entry, (label,)))
        rules.append(Line(x, tier * TIER + 1, x, 0, f"rule {each.look}"))
    return Lane("milestones", ("",), max(len(taken), 1) * TIER + 4, tuple(marks)), tuple(rules)


def _words(each: Milestone) -> str:
    return f"{each.name}: {each.because}" if each.because else each.name


def _tier(span: tuple[float, float], x: float, taken: list[list[tuple[float, float]]]) -> int:
    """The first tier in which nothing overlaps and from which the rule at x runs down through no words."""
    below = [number for number, spans in enumerate(taken) if any(left < x < right for left, right in spans)]
    first = max(below, default=-1) + 1
    for number in range(first, len(taken)):
        if all(span[1] <= left or span[0] >= right for left, right in taken[number]):
            taken[number].append(span)
            return number
    taken.append([span])
    return len(taken) - 1


def _milestones(course: Course) -> Iterator[Milestone]:
    facts, found = course.facts, course.disease
    yield Milestone(facts.registered_on, "Registered", "calm", entry=f"registration/{facts.id}")
    if found.progression is not None:
        because = found.progression.because.removeprefix("PD: ")
        yield Milestone(found.progression.on, "Progression", "grave", because, found.progression.entry)
    if found.new_therapy is not None:
        yield _new_therapy(course)
    if facts.off_treatment is not None:
        off = facts.off_treatment
        yield Milestone(off.off_on, "Off treatment", "calm", "", f"off_treatment/{off.id}")
    for each in facts.withdrawals:
        name = "Off study" if each.kind == "off_study" else "Consent withdrawn"
        form = "off_study" if each.kind == "off_study" else "withdrawal"
        yield Milestone(each.on, name, "calm", "", f"{form}/{each.id}")
    yield from _last(course)


def _new_therapy(course: Course) -> Milestone:
    therapy = course.disease.new_therapy
    assert therapy is not None
    dated = [each for each in course.facts.follow_ups if each.new_therapy_on is not None]
    source = min(dated, key=lambda each: str(each.new_therapy_on.stored() if each.new_therapy_on else ""))
    partial = source.new_therapy_on if source.new_therapy_on and not source.new_therapy_on.is_complete else None
    return Milestone(therapy.on, "New therapy", "calm", f"approximate, drawn at {shown(therapy.on)}" if partial else "",
                     f"follow_up/{source.id}", f"≈ {partial}" if partial else "")  # fmt: skip


def _last(course: Course) -> Iterator[Milestone]:
    """Death; or today, with the last day known alive where that is not lately."""
    death, alive = course.disease.death, course.disease.last_known_alive
    if death is not None and course.facts.death is not None:
        partial = course.facts.death.died_on
        exact = partial.is_complete
        yield Milestone(death.on, "Died", "grave", "" if exact else f"approximate, drawn at {shown(death.on)}",
                        death.entry, "" if exact else f"≈ {partial}")  # fmt: skip
        return
    if alive is not None and (course.today - alive.on).days > RECENT_DAYS:
        yield Milestone(alive.on, "Last known alive", "calm", alive.because, alive.entry)
    if course.off_study_on is None:
        yield Milestone(course.today, "Today", "today")
