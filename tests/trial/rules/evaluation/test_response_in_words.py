"""The response to date in words, on cases computed by hand: two targets of 60 and 40 mm at baseline, sum 100 mm."""

from dataclasses import replace
from datetime import timedelta

from tests.trial.rules.evaluation.test_response import BASELINE, BONE, LIVER, NODE, day, person, scan
from trial.protocol import (
    DUE,
    FUTURE,
    MISSED,
    OVERDUE,
    AnalysisSettings,
    Due,
)
from trial.rules.dates.partial_date import PartialDate, shown
from trial.rules.evaluation.evaluated import evaluate
from trial.rules.evaluation.facts import CycleFact, DeathFact, FollowUpFact, LesionFact, ParticipantFact
from trial.rules.evaluation.response_in_words import ResponseToDate, response_to_date

WINDOW = timedelta(days=7)


def due(number: int, status: str, what: str = "Week 8") -> Due:
    """An assessment due so many days after registration."""
    return Due(what, day(number), day(number) - WINDOW, day(number) + WINDOW, status)


def words(participant: ParticipantFact, *waiting: Due) -> ResponseToDate:
    return response_to_date(evaluate(participant, AnalysisSettings()), waiting)


def on(number: int) -> str:
    return shown(day(number))


def follow_up(number: int, **more: object) -> FollowUpFact:
    plain = {"alive": True, "progression": "", "progressed_on": None, "disease_assessed_on": None,
             "new_therapy_on": None}  # fmt: skip
    return FollowUpFact(id=number, contacted_on=day(number), **{**plain, **more})


def test_without_a_baseline_there_is_no_response_and_the_baseline_is_asked_for() -> None:
    found = words(replace(person(), assessments=()), due(7, OVERDUE, "Baseline"))
    assert found.response == "" and "No baseline tumor assessment is entered" in found.headline
    assert found.more == (f"The baseline was due on {on(7)} and is overdue.",)


def test_before_the_first_scan_the_baseline_and_the_first_due_date_are_said() -> None:
    found = words(person(), due(60, FUTURE))
    assert (found.response, found.headline) == ("", "No assessment after the baseline yet.")
    assert found.more == (
        f"Baseline on {on(-2)}: sum 100 mm of 2 target lesions.",
        f"The first assessment is due on {on(60)} (between {on(53)} and {on(67)}).",
    )


def test_nothing_is_awaited_when_nothing_is_due_any_more() -> None:
    found = words(person(), due(60, MISSED))
    assert found.headline == "No assessment after the baseline is on record."
    assert found.more[-1] == "No further assessment is due."


def test_stable_disease_with_its_sum_against_baseline_and_nadir() -> None:
    """100 → 80 (−20%, the nadir) → 88: −12% from baseline, 8/80 = +10% over the nadir."""
    found = words(person(scan(56, "50", "30"), scan(112, "55", "33")), due(168, DUE))
    assert (found.response, found.headline) == ("SD", f"Stable disease, first seen on {on(56)}, last on {on(112)}.")
    assert found.more == (
        f"Latest sum 88 mm on {on(112)}, −12.0% from baseline 100 mm, +10.0% over nadir 80 mm.",
        f"The next assessment is due on {on(168)} (between {on(161)} and {on(175)}).",
    )


def test_a_partial_response_that_may_still_be_confirmed_says_from_when() -> None:
    """70 mm is −30.0%, inclusive; 28 days after day 56 is day 84."""
    found = words(person(scan(56, "42", "28")), due(84, FUTURE, "Confirmation"))
    assert found.response == "PR"
    assert found.headline == (
        f"Partial response on {on(56)}, not confirmed yet: it counts when it is seen again on {on(84)} or later."
    )
    assert found.more[0] == f"Latest sum 70 mm on {on(56)}, −30.0% from baseline 100 mm, the lowest so far."
    assert found.more[1].startswith(f"The confirming assessment is due on {on(84)}")


def test_a_partial_response_is_confirmed_after_28_days_and_what_came_since_is_said() -> None:
    """70, 28 days later 62, then 71.3: +15% over the nadir of 62 and −28.7% from baseline, so stable."""
    found = words(person(scan(56, "42", "28"), scan(84, "40", "22"), scan(112, "47.3", "24")))
    assert (found.response, found.headline) == (
        "PR", f"Partial response, confirmed on {on(84)} (first seen {on(56)}, 28 days apart).",
    )  # fmt: skip
    assert found.more[:2] == (
        f"Since then stable disease (1 assessment, the last on {on(112)}).",
        f"Latest sum 71.3 mm on {on(112)}, −28.7% from baseline 100 mm, +15.0% over nadir 62 mm.",
    )


def test_a_response_27_days_apart_is_not_confirmed_yet() -> None:
    found = words(person(scan(56, "42", "28"), scan(83, "42", "28")))
    assert found.headline.startswith(f"Partial response on {on(56)}, not confirmed yet") and on(84) in found.headline
    assert "level with the nadir" in found.more[0]


def test_a_response_that_stable_disease_follows_was_not_confirmed() -> None:
    found = words(person(scan(56, "42", "28"), scan(112, "48", "30")))
    assert found.response == "SD"
    assert found.headline == f"Partial response on {on(56)}, not confirmed; stable disease on {on(112)}."


def test_a_complete_response_needs_every_lesion_gone() -> None:
    gone = ("absent", "absent", "absent")
    found = words(person(scan(56, *gone), scan(112, *gone)))
    assert found.headline == f"Complete response, confirmed on {on(112)} (first seen {on(56)}, 56 days apart)."
    assert found.more[0] == f"Latest sum 0 mm on {on(112)}, −100.0% from baseline 100 mm, level with the nadir."


def test_a_complete_response_seen_once_after_a_confirmed_partial_one_waits() -> None:
    one = person(scan(56, "42", "28"), scan(84, "42", "28"), scan(112, "absent", "absent", "absent"))
    treated = replace(one, cycles=(*one.cycles, CycleFact(2, 2, day(90), ((1, 28, 400, "twice_daily"),))))
    assert f"Complete response on {on(112)}, not confirmed yet" in " ".join(words(treated).more)
    # Doses until day 28: the complete response is first seen too late to count.
    assert words(one).response == words(treated).response == "PR"
    assert "Complete response" not in " ".join(words(one).more)


def test_a_response_confirmed_outside_the_time_frame_does_not_count_and_says_why() -> None:
    late = person(scan(59, "42", "28"), scan(87, "42", "28"))
    assert words(late).headline == (
        f"Partial response first seen on {on(59)} does not count: the time frame of treatment ended on {on(58)}."
    )
    untreated = words(replace(late, cycles=()))
    assert (untreated.response, untreated.headline) == (
        "PR", f"Partial response first seen on {on(59)} does not count: no dose was taken."
    )


def test_progression_says_what_decides_it_and_what_was_before() -> None:
    """100 → 70 → 84: 84/70 = +20.0% over the nadir, inclusive, though −16% from baseline."""
    found = words(person(scan(56, "42", "28"), scan(112, "50", "34")))
    assert found.response == "PD"
    assert found.headline == (
        f"Progression on {on(112)}: sum 84 mm is +20.0% over the nadir 70 mm; non-target lesions persist; "
        "target lesions progressed."
    )
    assert found.more[0] == f"Before it: partial response on {on(56)}, not confirmed."
    assert found.more[-1] == "No further assessment is due."


def test_a_new_lesion_is_progression_and_a_confirmed_response_stands_before_it() -> None:
    found = words(person(scan(56, "42", "28"), scan(84, "42", "28"), scan(140, "42", "28", new="yes")))
    assert found.headline.startswith(f"Progression on {on(140)}:") and "new lesion" in found.headline
    assert found.more[0] == (
        f"Before it: partial response, confirmed on {on(84)} (first seen {on(56)}, 28 days apart)."
    )


def test_progression_reported_at_follow_up_and_progression_of_the_clinic_alone() -> None:
    one = person(scan(56, "50", "30"))
    reported = follow_up(200, progression="radiological", progressed_on=day(190))
    assert words(replace(one, follow_ups=(reported,))).headline == (
        f"Progression on {on(190)}: radiological progression reported at follow-up."
    )
    clinical = follow_up(200, progression="clinical", progressed_on=day(190))
    found = words(replace(one, follow_ups=(clinical,)))
    assert found.response == "SD"
    assert f"Clinical progression was reported on {on(190)}; alone it is not progression." in found.more


def test_not_evaluable_says_which_lesion_and_why() -> None:
    found = words(person(scan(56, "50", "not_evaluated")))
    assert found.response == "NE"
    assert found.headline.startswith(f"Not evaluable at the only assessment so far; {on(56)}: the sum is incomplete")
    assert found.more[0] == f"Latest sum incomplete on {on(56)}: T2 not evaluated (not imaged)."


def test_a_locally_treated_target_leaves_the_sum_incomplete_from_then_on() -> None:
    treated = replace(NODE, locally_treated_on=day(70))
    found = words(person(scan(56, "50", "30"), scan(112, "50", "30"), lesions=(LIVER, treated, BONE)))
    assert found.headline == f"Stable disease, first seen on {on(56)}."
    assert found.more[:3] == (
        f"The last assessment, {on(112)}, was not evaluable.",
        f"Latest sum incomplete on {on(112)}: T2 not evaluated (locally treated on {on(70)}).",
        f"Last complete sum 80 mm on {on(56)}, −20.0% from baseline 100 mm.",
    )


def test_death_before_the_first_scan_ends_the_waiting() -> None:
    one = replace(person(), death=DeathFact(1, PartialDate(2026, 2), "disease"))
    found = words(one, due(60, OVERDUE))
    assert found.headline == (
        "Died on UNK-FEB-2026 (malignant disease) before an assessment after the baseline: no response is known."
    )
    assert found.more == (f"Baseline on {on(-2)}: sum 100 mm of 2 target lesions.",)


def test_an_assessment_after_new_therapy_does_not_count_and_says_so() -> None:
    later = follow_up(100, new_therapy_on=PartialDate(2026, 4))
    found = words(replace(person(scan(56, "50", "30"), scan(112, "42", "28")), follow_ups=(later,)))
    assert found.headline == f"Stable disease, first seen on {on(56)}."
    assert found.more[0] == (
        "New anticancer therapy from 01-APR-2026 (partial date UNK-APR-2026 read as 01-APR-2026); "
        "1 later assessment left out of the response."
    )


def test_a_death_after_a_new_therapy_that_came_before_any_assessment_is_said() -> None:
    early = follow_up(20, new_therapy_on=PartialDate(2026, 1, 15))
    death = DeathFact(1, PartialDate(2026, 5, 2), "other")
    found = words(replace(person(scan(56, "50", "30")), follow_ups=(early,), death=death))
    assert found.headline == "No response: new anticancer therapy from 15-JAN-2026, before any assessment."
    assert "Died on 02-MAY-2026 (another cause)." in found.more


def test_without_target_lesions_no_sum_is_spoken_of() -> None:
    bone = LesionFact(3, "N1", "non_target", "bone", None)
    start = replace(BASELINE, readings=BASELINE.readings[2:])
    later = replace(scan(56, "50", "30"), readings=scan(56, "50", "30").readings[2:])
    found = words(replace(person(lesions=(bone,)), assessments=(start, later)))
    assert found.response == "SD" and "there is no sum" in found.more[0]


def test_an_unchanged_sum_is_no_negative_zero() -> None:
    found = words(person(scan(56, "60", "40")))
    assert "±0.0% from baseline 100 mm, level with the nadir" in found.more[0]
