"""Response read off the record of one participant: states of lesions, local treatment, scan dates, other programs.

The last part pins, on rows of our own, each rule by which our figures differ from a public derivation under RECIST 1.1.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from analysis.outcomes import outcome
from trial.protocol import AnalysisSettings
from trial.rules.evaluation import response
from trial.rules.evaluation.disease import course_of
from trial.rules.evaluation.facts import (
    AssessmentFact,
    CycleFact,
    FollowUpFact,
    LesionFact,
    ParticipantFact,
    ReadingFact,
)
from trial.rules.response.recist import Response

START = date(2026, 1, 1)
SETTINGS = AnalysisSettings()
LIVER, NODE, BONE = (
    LesionFact(1, "T1", "target", "liver", None),
    LesionFact(2, "T2", "target", "lymph_node", None),
    LesionFact(3, "N1", "non_target", "bone", None),
)
Value = str | tuple[str, int]  # millimetres or a state; with the day of a scan of its own


def day(number: int) -> date:
    """So many days after registration."""
    return START + timedelta(days=number)


def reading(lesion: int, value: Value) -> ReadingFact:
    """`30` measured, `5 small` too small to measure, or a state."""
    words, scanned_on = value if isinstance(value, tuple) else (value, None)
    on = None if scanned_on is None else day(scanned_on)
    if words[0].isdigit():
        state = "too_small" if words.endswith("small") else "measured"
        return ReadingFact(lesion, state, Decimal(words.split()[0]), "", on)
    return ReadingFact(lesion, words, None, "Not imaged" if words == "not_evaluated" else "", on)


def scan(number: int, t1: Value, t2: Value, n1: Value = "present", new: str = "no") -> AssessmentFact:
    """An assessment so many days after registration, its id the day; day −2 is the baseline."""
    kind = "baseline" if number < 0 else "follow_up"
    readings = (reading(1, t1), reading(2, t2), reading(3, n1))
    return AssessmentFact(number, kind, day(number), "not_done", new if number >= 0 else "", None, "", readings)


BASELINE = scan(-2, "60", "40")
TREATMENT = (CycleFact(1, 1, day(1), ((1, 28, 400, "twice_daily"),)),)


def person(*scans: AssessmentFact, lesions: tuple[LesionFact, ...] = (LIVER, NODE, BONE)) -> ParticipantFact:
    """Two targets of 60 and 40 mm and a bone lesion, treated until day 28."""
    return ParticipantFact(1, "NET-001", "A", "NORTH", START, START, lesions=lesions, assessments=(BASELINE, *scans),
                           cycles=TREATMENT)  # fmt: skip


def responses(participant: ParticipantFact, settings: AnalysisSettings = SETTINGS) -> list[str]:
    """The overall response at each follow-up."""
    return [each.overall.value for each in response.response_at_each(participant, settings)]


def test_a_lesion_too_small_to_measure_counts_with_its_value_and_an_absent_one_with_0() -> None:
    small, gone = response.response_at_each(person(scan(56, "5 small", "5 small"), scan(112, "absent", "absent")))
    assert (small.current_sum, small.target) == (Decimal(10), Response.PR)
    assert (gone.current_sum, gone.target, gone.overall) == (Decimal(0), Response.CR, Response.PR)


def test_what_was_not_evaluated_is_never_0() -> None:
    (found,) = response.response_at_each(person(scan(56, "absent", "not_evaluated")))
    assert (found.current_sum, found.overall) == (None, Response.NE)


GONE = scan(56, "absent", "absent", "absent")


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(scan(112, "absent", "absent", "present"), "PD", id="a non-target lesion present again"),
        pytest.param(scan(112, "1", "absent", "absent"), "PD", id="a target measured"),
        pytest.param(scan(112, "absent", "5 small", "absent"), "PD", id="a target too small to measure"),
        pytest.param(scan(112, "absent", "absent", "not_evaluated"), "PR", id="not evaluated is not seen"),
    ],
)
def test_disease_seen_again_after_a_complete_response_is_progression(later: AssessmentFact, expected: str) -> None:
    assert responses(person(GONE, later)) == ["CR", expected]
    nothing = scan(84, "not_evaluated", "not_evaluated", "not_evaluated")
    assert responses(person(GONE, nothing, later))[-1] == expected, "though something else came between"


def test_disease_seen_again_progresses_only_by_the_setting_and_only_after_an_overall_complete_response() -> None:
    back = scan(112, "absent", "absent", "present")
    assert responses(person(GONE, back), AnalysisSettings(disease_again_progresses=False)) == ["CR", "PR"]
    assert responses(person(scan(56, "absent", "absent", "not_evaluated"), back)) == ["PR", "PR"]


def test_by_recist_1_0_a_non_target_node_present_again_is_a_lesion_as_any_other() -> None:
    node = replace(BONE, organ="lymph_node")
    back = scan(112, "absent", "absent", "present")
    assert responses(person(GONE, back, lesions=(LIVER, NODE, node))) == ["CR", "PD"]


def test_a_marker_raised_again_after_a_complete_response_is_pr_and_a_query() -> None:
    raised, normal, again = (replace(each, marker=marker) for each, marker in (
        (BASELINE, "above"), (GONE, "normal"), (scan(112, "absent", "absent", "absent"), "above")))  # fmt: skip
    fact = replace(person(), assessments=(raised, normal, again))
    assert responses(fact) == ["CR", "PR"]
    asked = outcome.derive(fact, SETTINGS)["queries"]
    assert [each["words"] for each in asked if each["code"] == "illogical_sequence"] == [
        "PR after a complete response without progression on 23-APR-2026"
    ]


@pytest.mark.parametrize(
    ("n1", "on"), [pytest.param(("present", 53), 55, id="each of its own"), pytest.param("present", 56, id="one not")]
)
def test_the_own_date_of_an_assessment_is_a_scan_day_of_lesions_without_one_of_their_own(n1: Value, on: int) -> None:
    (found,) = response.response_at_each(person(scan(56, ("30", 54), ("20", 55), n1)))
    assert found.dated_on == day(on)
    course = course_of(person(scan(56, ("30", 54), ("20", 55), n1)), (found,), SETTINGS)
    assert [each.on for each in course.assessments] == [day(on)]
    assert course.last_known_alive is not None and course.last_known_alive.on == day(56)


def test_progression_of_a_day_wins_over_another_response_of_the_same_day() -> None:
    # A partial response confirmed on the very day of a reported progression is not confirmed.
    contact = FollowUpFact(1, day(90), True, "radiological", day(84), None, None)
    fact = replace(person(scan(56, "30", "20"), scan(84, "30", "20")), follow_ups=(contact,))
    found = response.dated(response.response_at_each(fact), day(84))
    assert [(each.response, each.on) for each in found] == [(Response.PR, day(56)), (Response.PD, day(84))]
    twice = person(scan(56, "30", "20"), scan(84, "30", "20"), replace(scan(84, "90", "90"), id=85))
    found = response.dated(response.response_at_each(twice))
    assert [(each.response, each.on) for each in found] == [(Response.PR, day(56)), (Response.PD, day(84))]


def test_a_complete_response_needs_non_targets_gone_too() -> None:
    scans = [scan(56, "absent", "absent", "absent"), scan(112, "absent", "absent", "not_evaluated")]
    assert responses(person(*scans)) == ["CR", "PR"]


def test_assessments_are_read_in_order_of_date_however_they_were_entered() -> None:
    scans = (scan(56, "30", "20"), scan(112, "40", "20"), scan(168, "50", "20"))
    assert responses(person(*scans)) == responses(person(*scans[::-1])) == ["PR", "PD", "PD"]


def test_without_a_baseline_there_is_no_response() -> None:
    assert response.response_at_each(replace(person(), assessments=(scan(56, "30", "20"),))) == ()


@pytest.mark.parametrize(
    ("treated", "t1", "expected"),
    [
        pytest.param(57, "30", "PR", id="treated after the scan"),
        pytest.param(56, "30", "NE", id="treated on the day of the scan"),
        pytest.param(40, "30", "NE", id="treated before the scan"),
        pytest.param(54, ("30", 53), "PR", id="treated after its own scan, before the day of the assessment"),
        pytest.param(57, ("30", 58), "NE", id="treated before its own scan, after the day of the assessment"),
        pytest.param(40, "121", "NE", id="what was measured of it does not count as progression either"),
    ],
)
def test_a_locally_treated_target_is_not_evaluated_from_then_on(treated: int, t1: Value, expected: str) -> None:
    lesions = (replace(LIVER, locally_treated_on=day(treated)), NODE, BONE)
    assert responses(person(scan(56, t1, "20"), lesions=lesions)) == [expected]


def test_progression_of_the_others_counts_after_local_treatment() -> None:
    lesions = (replace(LIVER, locally_treated_on=day(40)), NODE, BONE)
    (found,) = response.response_at_each(person(scan(56, "10", "120"), lesions=lesions))
    assert found.overall == Response.PD
    assert found.because.startswith("PD: the lesions measured alone, sum 120 mm is +20.0% over the nadir 100 mm")


def test_progression_is_dated_at_the_first_scan_that_shows_it_in_every_answer() -> None:
    grown = scan(56, ("60", 52), ("60", 54), ("present", 58))
    participant = person(grown)
    assessed = response.response_at_each(participant)
    course = course_of(participant, assessed, SETTINGS)
    (dated,) = response.dated(assessed)
    assert course.progression is not None
    assert course.progression.on == dated.on == day(54)
    assert course.assessments[-1].on == day(58)


def test_a_raised_marker_keeps_from_complete_response_unless_the_setting_is_off() -> None:
    gone = replace(scan(56, "absent", "absent", "absent"), marker="above")
    participant = replace(person(), assessments=(replace(BASELINE, marker="above"), gone))
    assert responses(participant) == ["PR"]
    assert responses(participant, AnalysisSettings(marker_needed_for_complete=False)) == ["CR"]


def test_the_best_change_is_looked_for_up_to_progression_and_before_new_therapy() -> None:
    assessed = response.response_at_each(person(
        scan(56, "50", "40"), scan(112, "40", "35"), scan(168, "60", "40"), scan(224, "10", "5")))  # fmt: skip
    assert [each.overall.value for each in assessed] == ["SD", "SD", "PD", "PR"]
    assert response.best_change(assessed, None) == "-25.0"
    assert response.best_change_among(assessed, None) == list(assessed[:3]), "with the first progression"
    assert response.best_change(assessed, day(112)) == "-10.0"
    assert response.best_change(assessed, day(50)) is None


def test_the_best_change_is_not_looked_for_after_progression_reported_at_a_contact() -> None:
    # Responses end with a progression reported on day 100; the scan of day 112 comes after it.
    assessed = response.response_at_each(person(scan(56, "50", "40"), scan(112, "40", "35")))
    assert response.best_change(assessed, None, day(100)) == "-10.0"
    assert response.best_change(assessed, None, day(112)) == "-10.0"
    assert response.best_change(assessed, None, day(113)) == "-25.0"


def test_the_best_change_counts_a_progression_of_the_very_day_of_new_therapy_as_the_best_response_does() -> None:
    # RECIST counts the first PD in; the therapy that begins that day follows it. Dated by its first scan.
    assessed = response.response_at_each(person(scan(56, "80", "60")))
    assert [each.overall.value for each in assessed] == ["PD"]
    change = response.best_change(assessed, None)
    assert change is not None
    assert response.best_change(assessed, day(56)) == change
    assert response.best_change(assessed, None, day(56)) == change
    assert response.best_change(assessed, day(55)) is None


# --- rules by which a derivation under RECIST 1.1 comes to other figures ---


def test_a_lymph_node_has_no_rule_of_its_own() -> None:
    # 1.1 reads the short axis of nodes and calls one below 10 mm gone; 1.0 takes the longest diameter of everything.
    (found,) = response.response_at_each(person(scan(56, "absent", "9", "absent")))
    assert (found.current_sum, found.overall) == (Decimal(9), Response.PR)


def test_a_missing_lesion_neither_adds_nothing_nor_sets_the_nadir() -> None:
    # Read as nothing, the second lesion would make day 56 a response of 30 mm and day 112 a progression from it.
    assert responses(person(scan(56, "30", "not_evaluated"), scan(112, "50", "30"))) == ["NE", "SD"]


def test_what_was_measured_makes_progression_though_a_lesion_is_missing() -> None:
    assert responses(person(scan(56, "120", "not_evaluated"))) == ["PD"]


def test_an_assessment_on_which_nothing_was_evaluated_counts_by_setting_only() -> None:
    blind = scan(112, "not_evaluated", "not_evaluated", "not_evaluated")
    participant = person(scan(56, "50", "40"), blind)
    assessed = response.response_at_each(participant)
    counting = AnalysisSettings(not_evaluated_counts=True)
    assert [each.on for each in course_of(participant, assessed, SETTINGS).assessments] == [day(56)]
    assert [each.on for each in course_of(participant, assessed, counting).assessments] == [day(56), day(112)]


def test_an_assessment_on_which_one_lesion_was_evaluated_counts() -> None:
    participant = person(scan(56, "not_evaluated", "not_evaluated", "present"))
    course = course_of(participant, response.response_at_each(participant), SETTINGS)
    assert [each.on for each in course.assessments] == [day(56)]


def test_known_alive_is_the_latest_of_contact_and_assessment() -> None:
    # Others take the last contact alone, so that progression-free survival can outlast survival.
    contact = FollowUpFact(1, day(50), True, "none", None, None, None)
    participant = replace(person(scan(56, "50", "40")), follow_ups=(contact,))
    alive = course_of(participant, response.response_at_each(participant), SETTINGS).last_known_alive
    assert alive is not None and alive.on == day(56)


def test_stable_disease_counts_days_after_registration_not_study_days() -> None:
    # Day 42 after registration is study day 43 where the first day is called 1.
    for number, expected in ((41, "unknown"), (42, "SD")):
        participant = person(scan(number, "60", "40"))
        sequence = response.dated(response.response_at_each(participant))
        limits = response.limits_of(participant, SETTINGS, None, None)
        assert response.best(participant, sequence, SETTINGS, limits)["category"] == expected
        assert response.best_unconfirmed(participant, sequence, limits)["category"] == expected


def _responding(first: int, *cycles: CycleFact) -> ParticipantFact:
    """A partial response seen on this day and 28 days later."""
    return replace(person(scan(first, "30", "20"), scan(first + 28, "30", "20")), cycles=cycles)


@pytest.mark.parametrize(
    ("first", "cycles", "counts"),
    [
        # Doses until day 28.
        pytest.param(58, TREATMENT, True, id="30 days after the last dose"),
        pytest.param(59, TREATMENT, False, id="31 days after the last dose"),
        pytest.param(58, (), False, id="without any dose"),
        pytest.param(731, (CycleFact(1, 1, day(730), ((1, 28, 400, "once_daily"),)),), True, id="after 2 years"),
        pytest.param(732, (CycleFact(1, 1, day(730), ((1, 28, 400, "once_daily"),)),), False, id="a day later"),
    ],
)
def test_a_response_is_first_seen_during_treatment_or_soon_after_and_within_2_years(
    first: int, cycles: tuple[CycleFact, ...], counts: bool
) -> None:
    fact = _responding(first, *cycles)
    found = outcome.derive(fact, SETTINGS)
    assert {found["confirmed"] is not None, found["dor"] is not None, found["stage"]["responder"]} == {counts}
    assert {found[name]["category"] == "PR" for name in ("best", "best_unconfirmed")} == {counts}
    assert found["confirmed_any_time"] is not None
    anyway = outcome.derive(fact, AnalysisSettings(response_within_treatment=False))
    assert anyway["confirmed"] == found["confirmed_any_time"] and anyway["best"]["category"] == "PR"


def test_the_days_after_the_last_dose_are_a_setting() -> None:
    assert outcome.derive(_responding(59, *TREATMENT), AnalysisSettings(response_days_after_last_dose=31))["confirmed"]
