"""The 24 rules of dose modification, one row each; repeated episodes; the strictest proposal first."""

from datetime import date, timedelta

import pytest

from trial.rules.dose import modification
from trial.rules.dose.modification import LEVELS, LOWEST, MONITORING, RULES, SURGERY, Action
from trial.rules.dose.proposals import Event, for_event, for_pressure, level_of, strictest_first, times

TODAY = date(2026, 6, 1)
HFS, HYP = "rash_hand_foot_skin_reaction", "hypertension"
KEEP, LOWER, STOP = Action.CONTINUE, Action.HOLD_AND_REDUCE, Action.DISCONTINUE


def event(
    term: str = HFS, grade: int | None = 2, day: int = 0, key: int = 1, root: int | None = None,
    attribution: int | None = 4, over: int | None = None,
) -> Event:  # fmt: skip
    """An event that began so many days before 30 May 2026, and was over after `over` days."""
    began = date(2026, 5, 30) - timedelta(days=day)
    ended = began + timedelta(days=over) if over is not None else None
    return Event(key, root or key, term, grade, attribution, began, began, ended)


def earlier(count: int, grade: int, term: str = HFS) -> list[Event]:
    """So many earlier events, each over before the next."""
    return [event(term, grade, day=200 - 20 * n, key=100 + n, over=5) for n in range(count)]


# Rule, term, grade, how often before, diastolic pressure → action, and what its words say.
TABLE = [
    ("HAND-FOOT-1", HFS, 1, 0, None, KEEP, "same dose"),
    ("HAND-FOOT-2A", HFS, 2, 0, None, KEEP, "same dose"),
    ("HAND-FOOT-2B", HFS, 2, 1, None, LOWER, "grade 0 or 1; then restart at level −1: 400 mg once daily"),
    ("HAND-FOOT-2C", HFS, 2, 3, None, STOP, "Discontinue"),
    ("HAND-FOOT-3A", HFS, 3, 1, None, LOWER, "grade 0 or 1; then restart at level −1"),
    ("HAND-FOOT-3B", HFS, 3, 2, None, STOP, "Discontinue"),
    ("PRESSURE-1", HYP, 1, 0, 95, KEEP, "same dose"),
    ("PRESSURE-2A", HYP, 2, 0, 109, KEEP, "same dose"),
    ("PRESSURE-2B", HYP, 2, 0, 110, LOWER, "diastolic pressure is 100 mmHg or less"),
    ("PRESSURE-4", HYP, 4, 0, None, STOP, "Discontinue"),
    ("OTHER-2", "fatigue_asthenia_lethargy_malaise", 2, 0, None, KEEP, "same dose"),
    ("OTHER-3", "lipase", 3, 0, None, LOWER, "grade 2 or less; then restart at level −1"),
    ("OTHER-4", "lipase", 4, 0, None, LOWER, "grade 2 or less"),
    ("ISCHEMIA-2", "cardiac_ischemia_infarction", 2, 0, None, STOP, "Discontinue"),
    ("HEART-3", "left_ventricular_systolic_dysfunction", 3, 0, None, LOWER, "grade 0 or 1"),
    ("HEART-4", "left_ventricular_systolic_dysfunction", 4, 0, None, STOP, "Discontinue"),
    ("BLEEDING-2", "hemorrhage_gi", 2, 0, None, STOP, "Discontinue"),
    ("PERFORATION", "perforation_gi", 1, 0, None, STOP, "Discontinue"),
]


@pytest.mark.parametrize(("rule", "term", "grade", "before", "diastolic", "action", "words"), TABLE,
                         ids=[row[0] for row in TABLE])  # fmt: skip
def test_a_rule_proposes_what_its_source_says(
    rule: str, term: str, grade: int, before: int, diastolic: int | None, action: Action, words: str
) -> None:
    now = event(term, grade)
    found = for_event(now, [*earlier(before, grade, term), now], 0, diastolic, TODAY)
    assert found is not None and (found.rule.id, found.action) == (rule, action)
    assert words in found.words


@pytest.mark.parametrize(("place", "number", "words"), [(0, 0, "400 mg twice daily"), (1, -1, "400 mg once daily"),
                                                        (2, -2, "400 mg every other day")])  # fmt: skip
def test_a_dose_level_is_known_by_its_dose(place: int, number: int, words: str) -> None:
    level = LEVELS[place]
    assert (level.number, level.words) == (number, words)
    assert level_of(level.dose_mg, level.frequency) == number


def test_below_the_lowest_level_the_drug_is_stopped() -> None:
    found = for_event(event(grade=3), [event(grade=3)], -2, None, TODAY)
    assert found is not None and (found.rule, found.action) == (LOWEST, STOP)
    assert found.words == "Discontinue: 400 mg every other day is the lowest dose level."


def test_before_surgery_the_drug_is_held() -> None:
    assert SURGERY.action is Action.HOLD and "10 days before" in SURGERY.note and "2 weeks after" in SURGERY.until


def test_blood_pressure_is_watched_weekly_for_six_weeks() -> None:
    assert MONITORING.action is KEEP and "weekly in the first 6 weeks" in MONITORING.note


def test_every_one_of_the_24_rules_has_a_row_above_a_source_and_a_mark() -> None:
    rules = [*LEVELS, *RULES, LOWEST, SURGERY, MONITORING]
    assert len(rules) == len({each.id for each in rules}) == 24
    assert {row[0] for row in TABLE} == {each.id for each in RULES}
    assert all(each.source and each.mark == "Interpretation" for each in rules)


def test_from_level_minus_1_the_next_is_level_minus_2_and_from_an_unknown_dose_one_lower() -> None:
    now = event(grade=3)
    found = [for_event(now, [now], level, None, TODAY) for level in (-1, None)]
    assert [each.words.partition("restart ")[2] for each in found if each] == [
        "at level −2: 400 mg every other day.", "one level lower.",
    ]  # fmt: skip
    assert level_of(200, "twice_daily") is None


@pytest.mark.parametrize(
    ("days", "over", "rule"),
    [(6, None, "HAND-FOOT-2B"), (5, None, "HAND-FOOT-2A"), (40, 7, "HAND-FOOT-2A"), (40, 8, "HAND-FOOT-2B")],
    ids=["8 days old", "7 days old", "over on day 7", "over on day 8"],
)
def test_the_first_grade_2_that_is_no_better_in_7_days_counts_as_the_second(
    days: int, over: int | None, rule: str
) -> None:
    now = event(day=days, over=over)
    found = for_event(now, [now], 0, None, TODAY)
    assert found is not None and found.rule.id == rule
    assert ("no better in 7 days" in found.about) is (rule == "HAND-FOOT-2B")


def test_a_further_episode_is_a_new_time_only_after_grade_0_or_1() -> None:
    first, worse, again = event(day=60), event(grade=3, day=50, key=2, root=1), event(day=40, key=3, root=1)
    assert times(again, [first, worse, again]) == 1
    better, back = event(grade=1, day=30, key=4, root=1), event(day=20, key=5, root=1)
    assert times(back, [first, worse, again, better, back]) == 2
    assert times(worse, [first, worse, again, better, back]) == 1
    anew = event(day=10, key=6)
    assert times(anew, [first, worse, again, better, back, anew]) == 3


def test_a_gap_between_episodes_is_recovery_and_another_term_is_not_counted() -> None:
    first, next_day = event(day=60, over=5), event(day=54, key=2, root=1)
    assert times(next_day, [first, next_day]) == 1
    later = event(day=50, key=2, root=1)
    assert times(later, [first, later, event(HYP, 3, day=55, key=9)]) == 2


def test_the_count_at_grade_2_holds_the_times_it_was_worse_and_that_at_grade_3_not_the_milder() -> None:
    mild, bad, now = event(day=90, over=4), event(grade=3, day=60, key=2, over=4), event(day=5, key=3)
    assert times(now, [mild, bad, now]) == 3
    worst = event(grade=3, day=1, key=4)
    assert times(worst, [mild, bad, now, worst]) == 2


def test_overlapping_proposals_stand_with_the_strictest_first() -> None:
    found = [event("fatigue_asthenia_lethargy_malaise", 2, key=1), event("lipase", 3, key=2),
             event("hemorrhage_gi", 3, key=3)]  # fmt: skip
    proposals = [for_event(each, found, 0, None, TODAY) for each in found]
    assert [each.action for each in strictest_first(filter(None, proposals))] == [STOP, LOWER, KEEP]


@pytest.mark.parametrize(
    ("term", "grade", "attribution"),
    [(HFS, 3, 1), (HFS, 3, 2), (HFS, None, 4), ("diarrhea", 3, 4), ("rash_desquamation", 3, 4),
     ("neutrophils_granulocytes_anc_agc", 4, 4), ("lipase", 5, 4)],
    ids=["unrelated", "unlikely", "no grade", "diarrhoea", "other skin", "blood count", "death"],
)  # fmt: skip
def test_where_the_sources_are_silent_nothing_is_proposed(term: str, grade: int | None, attribution: int) -> None:
    now = event(term, grade, attribution=attribution)
    assert for_event(now, [now], 0, None, TODAY) is None


def test_a_missing_attribution_counts_as_related_and_some_events_count_whatever_the_cause() -> None:
    unknown, bleeding = event(grade=3, attribution=None), event("hemorrhage_gi", 3, attribution=1)
    assert for_event(unknown, [unknown], 0, None, TODAY) is not None
    assert for_event(bleeding, [bleeding], 0, None, TODAY) is not None


def test_milder_grades_of_a_special_topic_follow_the_rule_for_other_events() -> None:
    mild = event("left_ventricular_systolic_dysfunction", 2)
    found = for_event(mild, [mild], 0, None, TODAY)
    assert found is not None and found.rule.topic == modification.OTHER and found.action is KEEP


@pytest.mark.parametrize(("diastolic", "proposed"), [(109, False), (110, True)])
def test_a_diastolic_pressure_of_110_is_enough_to_hold(diastolic: int, proposed: bool) -> None:
    found = for_pressure(diastolic, 0)
    assert (found is not None) is proposed
    assert found is None or (found.action is LOWER and found.event is None)
