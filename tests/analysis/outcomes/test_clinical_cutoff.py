"""Clinical cut-off: only facts dated up to and including the day are used, and nobody is censored on the day itself."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from analysis.outcomes import outcome
from analysis.outcomes.clinical_cutoff import cut_off
from tests.analysis.endpoints.test_answers import EVERYONE, RESPONDER, STABLE, day, event, level, person, scan
from trial.protocol import AnalysisSettings
from trial.rules.dates.partial_date import PartialDate
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
    assert kept(partly, day(180)).death == partly.death


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
        off_treatment=OffTreatmentFact(1, day(21), "progression"),
        withdrawals=(WithdrawalFact(1, day(21), "withdrawal"),),
    )  # fmt: skip
    found = kept(fact, day(20))
    assert [each.id for each in found.adverse_events] == [1, 3]
    assert ([each.id for each in found.hormones], [each.id for each in found.medications]) == ([1], [1])
    assert (found.visited_on, found.off_treatment, found.withdrawals) == ((day(20),), None, ())


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
    assert outcome_at(fact, 100)["os"]["days"] == 60


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
