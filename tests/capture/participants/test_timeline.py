"""The geometry of a participant's timeline: what stands where, what is approximate, and what is not drawn at all.

The axis of these tests runs from day 0 to day 100, which stand at 3.4% and 97.4% of the width: a day is 0.94%.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from capture.participants.timeline import adverse_events, dose, hormones, milestones, queries, scans
from capture.participants.timeline.facts import Course, Days, QueryFact, days_of
from capture.participants.timeline.parts import Lane, Mark
from capture.participants.timeline.sheet import Timeline, timeline
from tests.trial.rules.evaluation.test_response import START, day, person, scan
from trial.models import HormoneLevel
from trial.protocol import AnalysisSettings
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation import disease
from trial.rules.evaluation.facts import (
    AdverseEventFact,
    CycleFact,
    DeathFact,
    HormoneFact,
    OffTreatmentFact,
    ParticipantFact,
)
from trial.rules.evaluation.response import response_at_each

DAYS = Days(START, 0, 100)


def x(number: float) -> float:
    """Where a day stands: computed from the two ends, not by the code under test."""
    return round(3.4 + number * 0.94, 2)


def course(facts: ParticipantFact, today: date = day(100), **more: Any) -> Course:
    assessed = response_at_each(facts)
    return Course(facts, assessed, disease.course_of(facts, assessed, AnalysisSettings()), today, **more)


def event(number: int, onset: PartialDate | None, resolved: PartialDate | None = None, **more: Any) -> AdverseEventFact:
    plain: dict[str, Any] = {
        "term": "diarrhea", "select": "", "other_words": "", "grade": 2, "attribution": 4, "serious": False,
        "outcome": "recovered" if resolved else "not_recovered",
    }  # fmt: skip
    return AdverseEventFact(id=number, onset_on=onset, resolved_on=resolved, **plain | more)


def whole(number: int) -> PartialDate:
    """A complete date so many days after registration."""
    on = day(number)
    return PartialDate(on.year, on.month, on.day)


def lane_of(*found: AdverseEventFact, today: date = day(100)) -> Lane:
    return adverse_events.lanes(course(replace(person(), adverse_events=found), today), DAYS)[0]


def made(facts: ParticipantFact, **more: Any) -> Timeline:
    return timeline(course(facts, **more), lambda entry: f"/{entry}")


def test_a_bar_runs_from_onset_to_resolution() -> None:
    (box,) = lane_of(event(1, whole(10), whole(30))).marks[0].boxes
    assert (box.x, box.pattern) == (x(10), "")
    assert box.x + box.width == pytest.approx(x(30), abs=0.02)


def test_a_higher_grade_is_thicker() -> None:
    heights = [lane_of(event(1, whole(10), whole(30), grade=grade)).marks[0].boxes[0].height for grade in range(1, 6)]
    assert heights == sorted(set(heights))


def test_an_event_that_goes_on_ends_in_an_arrow_at_the_last_day() -> None:
    mark = lane_of(event(1, whole(10))).marks[0]
    assert mark.boxes[0].x + mark.boxes[0].width == pytest.approx(x(100), abs=0.02)
    assert [each.name for each in mark.stamps] == ["arrow"]


def test_after_death_nothing_goes_on() -> None:
    facts = replace(person(), adverse_events=(event(1, whole(10)),), death=DeathFact(1, whole(40), "disease"))
    mark = adverse_events.lanes(course(facts), DAYS)[0].marks[0]
    assert mark.boxes[0].x + mark.boxes[0].width == pytest.approx(x(40), abs=0.02) and not mark.stamps


def test_an_event_that_ended_on_a_day_unknown_is_not_drawn_to_a_guessed_end() -> None:
    mark = lane_of(event(1, whole(10), outcome="recovered")).marks[0]
    assert mark.boxes[0].width == adverse_events.SHORTEST and not mark.stamps
    assert "on a date not known" in mark.words


def test_a_partial_onset_is_drawn_over_every_day_it_can_mean_and_marked_as_approximate() -> None:
    """UNK-JAN-2026 of a participant registered on the 1st: days 0 to 30 are unsure, 30 to 60 are certain."""
    mark = lane_of(event(1, PartialDate(2026, 1), whole(60))).marks[0]
    assert {(each.pattern, each.x, round(each.x + each.width, 2)) for each in mark.boxes} == {
        ("unsure", x(0), x(30)), ("", x(30), x(60)),
    }  # fmt: skip
    assert mark.labels[0].words.startswith("≈") and mark.when == "UNK-JAN-2026"


def test_dates_that_may_overlap_leave_no_day_certain() -> None:
    mark = lane_of(event(1, PartialDate(2026, 2), PartialDate(2026, 2))).marks[0]
    assert [(each.pattern, each.x, round(each.x + each.width, 2)) for each in mark.boxes] == [
        ("unsure", x(31), x(58))
    ]  # fmt: skip


def test_an_event_without_an_onset_is_listed_in_words_and_not_drawn() -> None:
    found = made(replace(person(), adverse_events=(event(7, None),)), event_names={7: "Diarrhea"},
                 onset_missing={7: "Unknown"})  # fmt: skip
    assert [(each.mark.when, each.mark.entry) for each in found.undated] == [("onset unknown", "adverse_event/7")]
    assert not [each for each in found.sheet.lanes if each.code == "event"]


def test_an_event_from_before_the_drawing_begins_at_its_edge_with_an_arrow_back() -> None:
    mark = lane_of(event(1, whole(-60), whole(20), present_at_baseline=True)).marks[0]
    assert mark.boxes[0].x == x(0) and [each.name for each in mark.stamps] == ["earlier"]


def test_terms_stand_worst_first_and_overlapping_events_of_one_term_below_each_other() -> None:
    found = (event(1, whole(10), whole(50), grade=1), event(2, whole(20), whole(40), grade=1),
             event(3, whole(60), whole(90), grade=1), event(4, whole(80), whole(90), term="rash", grade=3))  # fmt: skip
    lanes = adverse_events.lanes(course(replace(person(), adverse_events=found)), DAYS)
    assert [each.title for each in lanes] == [("rash",), ("diarrhea",)]
    tops = [each.boxes[0].y for each in lanes[1].marks]
    assert tops[0] == tops[2] < tops[1]


@pytest.mark.parametrize("resolved", [whole(10), PartialDate(2025), None])
def test_dates_that_contradict_each_other_make_no_bar_of_negative_width(resolved: PartialDate | None) -> None:
    """Resolved before it began, or going on after the death on day 40."""
    facts = replace(person(), adverse_events=(event(1, whole(60), resolved),), death=DeathFact(1, whole(40), "disease"))
    mark = adverse_events.lanes(course(facts), DAYS)[0].marks[0]
    assert all(each.width >= adverse_events.SHORTEST - 0.01 for each in mark.boxes) and mark.boxes[0].x == x(60)


def test_many_terms_are_folded_but_never_a_single_one() -> None:
    def terms(count: int) -> Timeline:
        found = [event(n, whole(n), whole(n + 5), term=f"term {n}", grade=5 if n == 8 else 1) for n in range(count)]
        return made(replace(person(), adverse_events=tuple(found)))

    assert terms(7).folded is None
    folded = terms(9)
    assert folded.folded is not None and len(folded.folded.lanes) == 3
    assert folded.folded_words == "3 more terms of adverse events, of grade 1 at most"
    assert [each for each in folded.sheet.lanes if each.code == "event"][0].title == ("term 8",)
    assert len([each for each in folded.table if each.lane == "Adverse event"]) == 9


def test_a_related_event_is_underlined_and_a_serious_one_says_so() -> None:
    def looks(**more: Any) -> tuple[list[str], str]:
        mark = lane_of(event(1, whole(10), whole(60), **more)).marks[0]
        return [each.look for each in mark.lines], mark.labels[0].words

    assert looks(attribution=3) == (["related"], "2") and looks(attribution=2) == ([], "2")
    assert looks(attribution=None, grade=None, serious=True) == (["related-unknown"], "?!")


def test_a_dose_is_as_high_as_its_share_of_the_full_daily_dose() -> None:
    """Days 1–28 of a cycle from day 3: full, held, once daily (a half), every other day (a quarter)."""
    periods = ((1, 7, 400, "twice_daily"), (8, 14, 0, "held"), (15, 21, 400, "once_daily"),
               (22, 28, 400, "every_other_day"))  # fmt: skip
    facts = replace(person(), cycles=(CycleFact(1, 1, day(3), periods, ((8, "Rash"),)),))
    marks = dose.lane(course(facts), DAYS).marks
    boxes = [each.boxes[0] for each in marks]
    assert [each.height for each in boxes] == [26.0, 26.0, 13.0, 6.5]
    assert [(each.look, each.pattern) for each in boxes[:2]] == [("dose", ""), ("held", "held")]
    assert [each.x for each in boxes] == [x(3), x(10), x(17), x(24)]
    assert boxes[3].x + boxes[3].width == pytest.approx(x(31), abs=0.2)
    assert "held to" in marks[1].words and marks[1].words.endswith(": Rash")


def test_treatment_ends_with_a_mark() -> None:
    facts = replace(person(), off_treatment=OffTreatmentFact(4, day(50), "toxicity"))
    mark = dose.lane(course(facts), DAYS).marks[-1]
    assert (mark.entry, mark.stamps[0].x) == ("off_treatment/4", x(50))
    assert mark.words == "Off treatment: unacceptable toxicity"


def test_sums_stand_at_their_height_and_responses_have_their_shape() -> None:
    """120 mm is the highest, at the top (32); 70 mm stands at 106 − 70 / 120 × 74 = 62.8."""
    lane = scans.lane(course(person(scan(28, "42", "28"), scan(56, "60", "60", new="yes"))), DAYS)
    base, partial, progression = lane.marks
    assert (base.stamps[0].name, partial.stamps[0].name, progression.stamps[0].name) == ("baseline", "PR", "PD")
    assert partial.stamps[0].x == x(28)
    assert [each.name for each in progression.stamps] == ["PD", "new"]
    assert (partial.stamps[0].y, progression.stamps[0].y) == (62.8, 32.0)
    assert "PD" in [each.words for each in progression.labels]


def test_a_scan_without_a_complete_sum_has_no_value_and_breaks_the_line() -> None:
    lane = scans.lane(course(person(scan(20, "50", "40"), scan(40, "50", "not_evaluated"), scan(60, "50", "40"))), DAYS)
    assert [each.stamps[0].name for each in lane.marks] == ["baseline", "SD", "NE", "SD"]
    assert [each.look for each in lane.behind].count("sum") == 1
    assert "no sum" in lane.marks[2].words


def test_a_scan_without_a_baseline_is_shown_and_has_no_response() -> None:
    facts = person(scan(20, "50", "40"))
    lane = scans.lane(course(replace(facts, assessments=facts.assessments[1:])), DAYS)
    assert [(each.stamps[0].x, each.words) for each in lane.marks] == [
        (x(20), "Tumor assessment without a baseline: no response")
    ]  # fmt: skip
    assert not lane.behind[1:]


def test_hormones_are_drawn_against_the_upper_limit_else_against_the_first_value_else_listed() -> None:
    def lane(*values: tuple[str, str | None, str]) -> Lane:
        samples = tuple(
            HormoneFact(n, "CGA", day(n * 30), Decimal(value), unit, Decimal(limit) if limit else None, "")
            for n, (value, limit, unit) in enumerate(values)
        )
        return hormones.lanes(course(replace(person(), hormones=samples)), DAYS)[0]

    limited = lane(("400", "100", "ng/mL"), ("80", "100", "ng/mL"))
    assert [(each.stamps[0].look, each.stamps[0].y) for each in limited.marks] == [
        ("level-above", 16.0), ("level-normal", 33.6),
    ]  # fmt: skip
    assert lane(("400", None, "ng/mL"), ("200", "100", "ng/mL")).note == "× first value"
    unlike = lane(("400", None, "ng/mL"), ("200", "100", "pmol/L"))
    assert not unlike.marks and len(unlike.listed) == 2


def test_a_unit_that_is_stored_in_ascii_is_shown_with_its_sign() -> None:
    sample = HormoneFact(1, "HIAA5U24", day(10), Decimal(40), "umol/24 h", Decimal(50), "")
    lane = hormones.lanes(course(replace(person(), hormones=(sample,))), DAYS)[0]
    assert lane.marks[0].words == "5-HIAA, 24 h urine, amount 40 µmol/24 h, 0.8 × the upper limit 50"
    row = HormoneLevel(marker="CGA", value=Decimal("90.0"), unit="ug/L", upper_limit=Decimal(100))
    assert str(row) == "Chromogranin A 90 µg/L (upper limit 100)" and row.unit == "ug/L"


def test_a_missing_hormone_value_is_never_drawn_as_zero() -> None:
    sample = HormoneFact(1, "CGA", day(10), None, "ng/mL", Decimal(100), "")
    lane = hormones.lanes(course(replace(person(), hormones=(sample,))), DAYS)[0]
    assert not lane.marks and lane.listed[0].words == "Chromogranin A: no value entered"


def test_a_hormone_level_below_a_limit_is_listed_in_words_and_never_drawn_as_the_limit() -> None:
    sample = HormoneFact(1, "CGA", day(10), Decimal(5), "ng/mL", Decimal(100), "", "<")
    lane = hormones.lanes(course(replace(person(), hormones=(sample,))), DAYS)[0]
    assert not lane.marks and lane.listed[0].words == "Chromogranin A <5 ng/mL, not above the upper limit 100"


def test_queries_near_to_each_other_share_a_mark_that_leads_to_the_list() -> None:
    asked = tuple(QueryFact(n, on, state, "Visit") for n, on, state in
                  ((1, day(10), "closed"), (2, day(50), "answered"), (3, day(51), "open")))  # fmt: skip
    lane = queries.lane(course(person(), queries=asked), DAYS)
    assert lane is not None and queries.lane(course(person()), DAYS) is None
    assert [(each.entry, each.words) for each in lane.marks] == [
        ("query/1", "Query about Visit, closed"), ("queries/", "2 queries, 1 of them open"),
    ]  # fmt: skip
    assert len(lane.listed) == 2


def test_milestones_near_to_each_other_stand_in_tiers_and_a_partial_death_is_approximate() -> None:
    facts = replace(person(scan(50, "90", "60")), off_treatment=OffTreatmentFact(1, day(52), "progression"),
                    death=DeathFact(1, PartialDate(2026, 3), "disease"))  # fmt: skip
    lane, rules = milestones.lane(course(facts), DAYS)
    assert [each.words.split(":")[0] for each in lane.marks] == ["Registered", "Progression", "Off treatment", "Died"]
    assert lane.marks[1].labels[0].y != lane.marks[2].labels[0].y and len(rules) == 4
    assert lane.marks[3].when == "≈ UNK-MAR-2026" and "approximate" in lane.marks[3].words
    assert "Today" not in " ".join(each.words for each in lane.marks)


def test_a_participant_of_whom_nothing_is_on_record_yet_has_a_calm_empty_timeline() -> None:
    found = made(replace(person(), assessments=(), lesions=(), cycles=()), today=START)
    assert [each.mark.words for each in found.table] == ["Registered", "Today"]
    assert found.sheet.ticks[0].day == "day 0" and found.undated == ()


def test_the_axis_names_days_and_dates() -> None:
    assert [(each.day, each.date) for each in Days(START, -20, 400).ticks][:2] == [
        ("day 0", "01-JAN-2026"), ("day 84", "26-MAR-2026"),
    ]  # fmt: skip


def test_a_baseline_long_before_registration_does_not_stretch_the_axis() -> None:
    facts = person(scan(56, "50", "40"))
    early = replace(facts, assessments=(replace(facts.assessments[0], assessed_on=day(-300)), *facts.assessments[1:]))
    assert days_of(course(early)).first == 0 and days_of(course(facts)).first == -2


def everything() -> ParticipantFact:
    """One of each kind, and dates of each kind."""
    found = (event(1, PartialDate(2025), PartialDate(2027)), event(2, None, grade=None), event(3, whole(90), grade=5,
             outcome="fatal"), event(4, whole(-400), whole(-390)))  # fmt: skip
    return replace(
        person(scan(56, "absent", "absent", "absent"), scan(84, "not_evaluated", "not_evaluated", "not_evaluated")),
        adverse_events=found, cycles=(CycleFact(1, 1, day(3), ()),),
        hormones=(HormoneFact(1, "CGA", day(1), Decimal(0), "ng/mL", None, ""),),
        death=DeathFact(1, PartialDate(2026), "disease"),
    )  # fmt: skip


def test_every_place_is_a_number_on_the_sheet() -> None:
    found = made(everything())
    assert found.folded is None

    def places(mark: Mark) -> list[float]:
        across = [each.x for each in mark.parts] + [each.x + each.width for each in mark.boxes]
        return across + [each.to_x for each in mark.lines]

    marks = [mark for lane in found.sheet.lanes for mark in lane.marks]
    assert marks and all(0 <= place <= 100 for mark in marks for place in places(mark))
    assert all(mark.url == f"/{mark.entry}" for mark in marks if mark.entry)
    assert timedelta(days=found.table[0].mark.day or 0) <= timedelta(days=0)
