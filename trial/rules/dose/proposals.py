"""What the dose rules propose for the adverse events and the blood pressure of a participant. PURE.

A proposal never changes a dose. How often an event came is counted over the whole treatment: an event of its own is
a new time, a further episode only after grade 0 or 1 in between [our reading]. Events called unrelated or unlikely
propose nothing under the rules for toxicity; a missing attribution counts as related [our reading].
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trial.protocol import constant, ctcae_v3
from trial.rules.dose import modification
from trial.rules.dose.modification import LEVELS, LOWEST, RULES, STRICTNESS, Action, DoseRule

TERMS = {
    "rash_hand_foot_skin_reaction": modification.HAND_FOOT,
    "hypertension": modification.HYPERTENSION,
    "cardiac_ischemia_infarction": modification.ISCHEMIA,
    "left_ventricular_systolic_dysfunction": modification.HEART_FAILURE,
    "left_ventricular_diastolic_dysfunction": modification.HEART_FAILURE,
    "perforation_gi": modification.PERFORATION,
}
CATEGORIES = {"HEMORRHAGE/BLEEDING": modification.HEMORRHAGE}
# The source of the rule for other events leaves these out, and for blood counts no rule is public.
LEFT_OUT_TERMS = frozenset({"diarrhea", "nausea", "vomiting"})
LEFT_OUT_CATEGORIES = frozenset({"DERMATOLOGY/SKIN", "BLOOD/BONE MARROW", "DEATH"})
WHATEVER_THE_CAUSE = frozenset({modification.ISCHEMIA, modification.HEMORRHAGE, modification.PERFORATION})
UNRELATED = (1, 2)


@dataclass(frozen=True)
class Event:
    """One adverse event or a further episode of it; `root` is the same for all episodes of one event.

    began_on: the first day it can have begun; surely_began_on: the last; None when unknown.
    """

    key: int
    root: int
    term: str
    grade: int | None
    attribution: int | None
    began_on: date | None
    surely_began_on: date | None
    resolved_on: date | None


@dataclass(frozen=True)
class DoseProposal:
    """What is proposed, in words; about: what it is proposed for; event: its key, None for a blood pressure."""

    action: Action
    words: str
    about: str
    rule: DoseRule
    event: int | None


def level_of(dose_mg: int, frequency: str) -> int | None:
    """The number of the dose level; None when it is none of them."""
    return next((each.number for each in LEVELS if (each.dose_mg, each.frequency) == (dose_mg, frequency)), None)


def strictest_first(found: Iterable[DoseProposal]) -> list[DoseProposal]:
    """Discontinue, then hold, then continue; within each in the order given."""
    return sorted(found, key=lambda each: -STRICTNESS.index(each.action))


def for_event(
    event: Event, every: Sequence[Event], level: int | None, diastolic_mmhg: int | None, today: date
) -> DoseProposal | None:
    """The proposal for one event; None where no rule speaks of it, or its grade is missing or 5."""
    if event.grade is None or event.grade == 5:
        return None
    topic = topic_of(event.term)
    if not topic or (event.attribution in UNRELATED and topic not in WHATEVER_THE_CAUSE):
        return None
    time = times(event, every)
    counted = _counted_as(topic, event, time, every, today)
    rule = _rule(topic, event, counted, diastolic_mmhg)
    stays = f", no better in {constant('skin_reaction_days')} days" if counted > time else ""
    name = ctcae_v3.term(event.term).short_name
    return _proposal(rule, level, f"{name}, grade {event.grade}, {_ordinal(time)} time{stays}", event.key)


def for_pressure(diastolic_mmhg: int, level: int | None) -> DoseProposal | None:
    """What a diastolic pressure proposes by itself, before any event is on record; None below 110 mmHg."""
    if diastolic_mmhg < constant("dangerous_diastolic_mmhg"):
        return None
    rule = next(each for each in RULES if each.id == "PRESSURE-2B")
    return _proposal(rule, level, f"Diastolic pressure {diastolic_mmhg} mmHg", None)


def topic_of(term: str) -> str:
    """The topic of the rules that a term belongs to; empty where the sources are silent."""
    category = ctcae_v3.category_of(term)
    if term in TERMS:
        return TERMS[term]
    if category in CATEGORIES:
        return CATEGORIES[category]
    return "" if term in LEFT_OUT_TERMS or category in LEFT_OUT_CATEGORIES else modification.OTHER


def times(event: Event, every: Iterable[Event]) -> int:
    """How often the term has come with this grade or a higher one, this time included."""
    grade, count = event.grade or 0, 0
    reached: dict[int, bool] = {}
    last: dict[int, Event] = {}
    for each in _in_order(every, event.term):
        if _place(each) > _place(event):
            break
        before = last.get(each.root)
        if before is not None and ((before.grade or 0) <= 1 or _gap(before, each)):
            reached[each.root] = False
        if (each.grade or 0) >= grade and not reached.get(each.root):
            count, reached[each.root] = count + 1, True
        last[each.root] = each
    return max(count, 1)


def _place(event: Event) -> tuple[date, int]:
    return event.began_on or date.max, event.key


def _in_order(every: Iterable[Event], term: str) -> list[Event]:
    return sorted((each for each in every if each.term == term and each.grade is not None), key=_place)


def _gap(before: Event, after: Event) -> bool:
    """Whether the event was gone for a day or more between two of its episodes."""
    if before.resolved_on is None or after.began_on is None:
        return False
    return after.began_on - before.resolved_on > timedelta(days=1)


def _counted_as(topic: str, event: Event, time: int, every: Iterable[Event], today: date) -> int:
    """The first hand-foot skin reaction of grade 2 counts as the second once it is no better in 7 days."""
    if (topic, event.grade, time) != (modification.HAND_FOOT, 2, 1) or event.surely_began_on is None:
        return time
    ends = [each.began_on for each in _in_order(every, event.term)
            if each.root == event.root and _place(each) > _place(event) and (each.grade or 0) < 2]  # fmt: skip
    end = min(day for day in (today, event.resolved_on, *ends) if day is not None)
    return 2 if (end - event.surely_began_on).days > constant("skin_reaction_days") else 1


def _rule(topic: str, event: Event, time: int, diastolic_mmhg: int | None) -> DoseRule:
    fitting = [
        each for each in RULES
        if each.topic == topic and event.grade in each.grades
        and each.from_time <= time and (each.to_time is None or time <= each.to_time)
    ]  # fmt: skip
    if not fitting:
        return next(each for each in RULES if each.topic == modification.OTHER and event.grade in each.grades)
    dangerous = diastolic_mmhg is not None and diastolic_mmhg >= constant("dangerous_diastolic_mmhg")
    return fitting[-1] if topic == modification.HYPERTENSION and dangerous else fitting[0]


def _proposal(rule: DoseRule, level: int | None, about: str, event: int | None) -> DoseProposal:
    if rule.action is Action.HOLD_AND_REDUCE and level is not None and level <= LEVELS[-1].number:
        lowest = f"Discontinue: {LEVELS[-1].words} is the lowest dose level."
        return DoseProposal(Action.DISCONTINUE, lowest, about, LOWEST, event)
    return DoseProposal(rule.action, _words(rule, level), about, rule, event)


def _words(rule: DoseRule, level: int | None) -> str:
    if rule.action is Action.CONTINUE:
        return "Continue at the same dose."
    if rule.action is Action.DISCONTINUE:
        return "Discontinue."
    lower = next((each for each in LEVELS if level is not None and each.number == level - 1), None)
    then = f"at level −{-lower.number}: {lower.words}" if lower else "one level lower"
    return f"Hold until {rule.until}; then restart {then}."


def _ordinal(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if 10 <= number % 100 <= 13 else endings.get(number % 10, "th")
    return f"{number}{ending}"
