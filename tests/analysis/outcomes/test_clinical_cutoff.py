"""Clinical cut-off: only facts dated up to and including the day are used, and nobody is censored on the day itself."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from analysis.outcomes import outcome
from analysis.outcomes.clinical_cutoff import cut_off
from tests.analysis.endpoints.test_answers import (
    EVERYONE,
    RESPONDER,
    STABLE,
    day,
    event,
    level,
    person,
    sample,
    scan,
)
from trial.protocol import AnalysisSettings
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation.disease import with_dates_read
from trial.rules.evaluation.facts import (
    DeathFact,
    FollowUpFact,
    LesionFact,
    MedicationFact,
    OffTreatmentFact,
    ParticipantFact,
    ReadingFact,
    WithdrawalFact,
)

SETTINGS = AnalysisSettings()


def kept(fact: ParticipantFact, on: date) -> ParticipantFact:
    """The participant as known by the day; registered by then."""
    found = cut_off(fact, on)
    assert found is not None
    return found


def outcome_at(fact: ParticipantFact, number: int) -> dict[str, Any]:
    """The outcome of a participant with the cut-off so many days after registration."""
    return outcome.derive(kept(fact, day(number)), SETTINGS)


def test_who_was_registered_later_is_not_there() -> None:
    assert cut_off(RESPONDER, day(-1)) is None
    assert cut_off(RESPONDER, day(0)) is not None


@pytest.mark.parametrize(("number", "scans"), [(59, 1), (60, 2), (89, 2), (90, 3), (149, 3), (150, 4)])
def test_an_assessment_counts_from_its_day_on(number: int, scans: int) -> None:
    assert len(kept(RESPONDER, day(number)).assessments) == scans


@pytest.mark.parametrize(
    ("number", "pfs", "confirmed"),
    [
        # 30 mm on days 60 and 90, progression on day 150.
        pytest.param(59, (0, False), None, id="before the first scan: censored at registration"),
        pytest.param(89, (60, False), None, id="one response, not yet confirmed"),
        pytest.param(149, (90, False), "PR", id="censored at the last assessment, not at the cut-off"),
        pytest.param(150, (150, True), "PR", id="the day of progression"),
    ],
)
def test_times_end_where_the_remaining_facts_end(number: int, pfs: tuple[int, bool], confirmed: str | None) -> None:
    found = outcome_at(RESPONDER, number)
    assert (found["pfs"]["days"], found["pfs"]["event"]) == pfs
    assert (found["confirmed"] and found["confirmed"]["response"]) == confirmed


@pytest.mark.parametrize(("number", "os"), [(199, (180, False)), (200, (200, True))])
def test_a_death_counts_from_its_day_on(number: int, os: tuple[int, bool]) -> None:
    found = outcome_at(STABLE, number)
    assert (found["os"]["days"], found["os"]["event"]) == os


def test_a_death_on_a_partial_date_counts_by_the_day_it_is_read_as() -> None:
    # Alive on day 180, 30-JUN: UNK-JUN-2026 is read as that day.
    partly = replace(STABLE, death=DeathFact(1, PartialDate(2026, 6), "disease"))
    assert kept(partly, day(179)).death is None
    assert kept(partly, day(180)).death == replace(partly.death, read_as=day(180))


def test_doses_count_up_to_the_day() -> None:
    # Cycle 1 starts on day 4: the cut-off on day 13 is its day 10. Cycle 2 starts on day 32.
    found = kept(person("NET-001"), day(13))
    assert [cycle.periods for cycle in found.cycles] == [((1, 10, 400, "twice_daily"),)]
    assert found.last_dose_on == day(13)
    assert outcome_at(person("NET-001"), 13)["treatment"]["dose_intensity_percent"] == "100.0"
    assert [cycle.number for cycle in kept(person("NET-001"), day(32)).cycles] == [1, 2]


def test_events_samples_visits_ends_and_medication_count_from_their_day_on() -> None:
    fact = replace(
        person("NET-001"),
        adverse_events=(event(1, 3, 4, day(20)), event(2, 3, 4, day(21)),
                        replace(event(3, 3, 4, day(0)), onset_on=None)),
        hormones=(level(1, day(20), "1"), level(2, day(21), "1")),
        medications=(MedicationFact(1, "other", "A", PartialDate(2026, 1, 21), None),
                     MedicationFact(2, "other", "B", PartialDate(2026, 1, 22), None)),
        visited_on=(day(20), day(21)),
        laboratory=(sample(1, day(19)), sample(1, day(21))),
        off_treatment=OffTreatmentFact(1, day(21), "progression"),
        withdrawals=(WithdrawalFact(1, day(21), "withdrawal"),),
    )  # fmt: skip
    found = kept(fact, day(20))
    assert [each.id for each in found.adverse_events] == [1, 3]
    assert ([each.id for each in found.hormones], [each.id for each in found.medications]) == ([1], [1])
    assert (found.visited_on, [each.sampled_on for each in found.laboratory]) == ((day(20),), [day(19)])
    assert (found.off_treatment, found.withdrawals) == (None, ())


def test_what_ended_later_is_still_open() -> None:
    ill = replace(event(1, 3, 4, day(20)), resolved_on=PartialDate(2026, 2, 20))
    taken = MedicationFact(1, "other", "A", PartialDate(2026, 1, 2), PartialDate(2026, 2, 20))
    found = kept(replace(person("NET-001"), adverse_events=(ill,), medications=(taken,)), day(30))
    assert (found.adverse_events[0].resolved_on, found.adverse_events[0].outcome) == (None, "unknown")
    assert found.medications[0].stopped_on is None


def test_a_local_treatment_later_does_not_count() -> None:
    treated = replace(RESPONDER, lesions=(LesionFact(1, "T1", "target", "liver", day(70)),))
    assert kept(treated, day(69)).lesions[0].locally_treated_on is None
    assert kept(treated, day(70)).lesions[0].locally_treated_on == day(70)


def test_a_later_contact_keeps_only_what_it_says_of_days_by_then() -> None:
    contact = FollowUpFact(1, day(120), True, "radiological", day(80), None, PartialDate(2026, 4, 20))
    fact = replace(person("NET-001", scan(2, day(60), "48")), follow_ups=(contact,))
    (found,) = kept(fact, day(100)).follow_ups
    assert (found.progressed_on, found.alive, found.new_therapy_on) == (day(80), False, None)
    assert kept(fact, day(79)).follow_ups == ()
    progressed = outcome_at(fact, 100)["ttp"]
    assert (progressed["days"], progressed["event"], progressed["on"]) == (80, True, day(80).isoformat())
    assert outcome_at(fact, 100)["os"]["days"] == 80, "alive when the progression was seen"


def _late(scanned_on: date | None, millimetres: str, new_on: date | None = None) -> ParticipantFact:
    """50 mm at baseline; an assessment on day 60 whose scan has a day of its own."""
    assessment = scan(2, day(60), millimetres)
    reading: ReadingFact = replace(assessment.readings[0], scanned_on=scanned_on)
    new = "yes" if new_on else "no"
    return person("NET-001", replace(assessment, readings=(reading,), new_lesions=new, new_lesion_on=new_on))


@pytest.mark.parametrize(
    ("fact", "number", "progressed"),
    [
        pytest.param(_late(day(58), "60"), 57, False, id="before the scan"),
        pytest.param(_late(day(58), "60"), 58, True, id="the scan, though the assessment is dated later"),
        pytest.param(_late(day(62), "60"), 61, False, id="the assessment, but not yet the scan"),
        pytest.param(_late(day(62), "60"), 62, True, id="the scan after the day of the assessment"),
        pytest.param(_late(None, "50", day(59)), 58, False, id="before the new lesion"),
        pytest.param(_late(None, "50", day(59)), 59, True, id="the new lesion"),
    ],
)
def test_progression_is_known_from_the_scan_that_shows_it(fact: ParticipantFact, number: int, progressed: bool) -> None:
    found = outcome_at(fact, number)
    assert (found["dates"]["progression"] is not None) == progressed
    if progressed:
        assert found["dates"]["progression"] == day(number).isoformat()


def test_a_partial_date_of_new_therapy_is_read_as_without_a_cut_off() -> None:
    # The last dose is on day 59, 1-MAR: UNK-MAR-2026 is read as that day, whatever is cut off before it.
    contact = FollowUpFact(1, day(70), True, "none", None, None, PartialDate(2026, 2))
    fact = replace(person("NET-001"), follow_ups=(contact,))
    # February cannot be read as the last dose of 1-MAR, so as its last day, day 58.
    assert outcome_at(fact, 4000)["dates"]["new_therapy"] == day(58).isoformat()
    assert outcome_at(fact, 57)["dates"]["new_therapy"] is None
    assert outcome_at(fact, 58)["dates"]["new_therapy"] == day(58).isoformat()


def test_a_partial_death_is_read_by_days_known_alive_after_the_cut_off_too() -> None:
    # Alive on day 180, 30-JUN, though the death is said to be in May: read as 31-MAY, day 150.
    early = replace(STABLE, death=DeathFact(1, PartialDate(2026, 5), "disease"))
    assert outcome_at(early, 149)["dates"]["death"] is None
    assert {outcome_at(early, number)["dates"]["death"] for number in (150, 160, 4000)} == {day(150).isoformat()}


def test_a_partial_date_is_read_as_no_day_after_it_was_known() -> None:
    latest = AnalysisSettings(partial_death_reading="latest", partial_therapy_reading="latest")
    died = DeathFact(1, PartialDate(2026, 7), "disease", known_on=date(2026, 7, 9))
    contact = FollowUpFact(1, date(2026, 6, 12), True, "none", None, None, PartialDate(2026, 6))
    read = with_dates_read(replace(STABLE, death=died, follow_ups=(contact,)), latest)
    assert read.death is not None and read.death.read_as == died.known_on
    assert read.follow_ups[0].new_therapy_read_as == contact.contacted_on
    over = replace(died, known_on=date(2026, 9, 1))
    assert with_dates_read(replace(STABLE, death=over), latest).death == replace(over, read_as=date(2026, 7, 31))
    # At a site east of Greenwich it was July already.
    east = replace(died, known_on=date(2026, 6, 30))
    assert with_dates_read(replace(STABLE, death=east), latest).death == replace(east, read_as=date(2026, 7, 1))


def _straddling(**more: Any) -> ParticipantFact:
    """T1 and T2 of 50 mm each; of an assessment dated day 60 T1 is scanned on day 58 and T2 on day 62."""
    two = (LesionFact(1, "T1", "target", "liver", None), LesionFact(2, "T2", "target", "lung", None))
    first = scan(1, day(-2), "50", "baseline")
    later = scan(2, day(60), "20")
    scans = ((1, day(58)), (2, day(62)))
    readings = tuple(replace(later.readings[0], lesion_id=key, scanned_on=on) for key, on in scans)
    both = tuple(replace(first.readings[0], lesion_id=key) for key in (1, 2))
    return replace(person("NET-001"), lesions=two, assessments=(
        replace(first, readings=both), replace(later, readings=readings, investigator_response="PR", **more),
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("number", "overall", "on"),
    [
        pytest.param(57, [], None, id="no scan yet"),
        pytest.param(58, ["NE"], 58, id="one of two lesions, before the assessment's own date"),
        pytest.param(61, ["NE"], 58, id="one of two lesions, dated by its scan"),
        pytest.param(62, ["PR"], 62, id="both"),
    ],
)
def test_an_assessment_that_straddles_the_cut_off_is_read_by_the_scans_up_to_it(
    number: int, overall: list[str], on: int | None
) -> None:
    found = outcome_at(_straddling(), number)["assessments"]
    assert [row["overall"] for row in found] == overall
    assert [row["on"] for row in found] == ([] if on is None else [day(on).isoformat()])
    assert [row["investigator"] for row in found] == ["PR" if each == "PR" else "" for each in overall]


def test_a_progression_of_the_scans_up_to_the_cut_off_is_known() -> None:
    fact = _straddling()
    grown = tuple(replace(each, longest_diameter_mm=Decimal(130)) for each in fact.assessments[1].readings)
    fact = replace(fact, assessments=(fact.assessments[0], replace(fact.assessments[1], readings=grown)))
    assert outcome_at(fact, 58)["dates"]["progression"] == day(58).isoformat()
    assert outcome_at(fact, 4000)["dates"]["progression"] == day(58).isoformat()


def test_an_assessment_whose_every_lesion_was_scanned_by_the_cut_off_is_whole_before_its_own_date() -> None:
    fact = person("NET-001", replace(scan(2, day(65), "30"), readings=(
        replace(scan(2, day(65), "30").readings[0], scanned_on=day(60)),
    )))  # fmt: skip
    for number in (60, 64, 65):
        found = outcome_at(fact, number)
        assert [(row["overall"], row["on"]) for row in found["assessments"]] == [("PR", day(60).isoformat())]
        assert found["dates"]["last_known_alive"] == day(65 if number == 65 else 60).isoformat()


@given(some.sampled_from(EVERYONE), some.integers(0, 4000))
def test_a_cut_off_beyond_the_last_fact_changes_nothing(fact: ParticipantFact, more: int) -> None:
    beyond = day(200) + timedelta(more)
    assert cut_off(fact, beyond) == fact
    assert outcome.derive(kept(fact, beyond), SETTINGS) == outcome.derive(fact, SETTINGS)


@given(some.sampled_from(EVERYONE), some.integers(0, 220))
def test_no_time_ends_after_the_cut_off_and_an_earlier_cut_off_of_a_cut_is_the_earlier_cut(
    fact: ParticipantFact, number: int
) -> None:
    found = outcome_at(fact, number)
    ends = [found[key]["days"] for key in ("os", "pfs", "ttp", "dor") if found[key] and key != "dor"]
    assert all(days is not None and 0 <= days <= number for days in ends)
    earlier = day(number // 2)
    assert cut_off(kept(fact, day(number)), earlier) == cut_off(fact, earlier)
