"""What the analysis asks the site: differences, impossible sequences, clinical progression, life after death."""

from dataclasses import replace
from typing import Any

from analysis.outcomes import outcome
from tests.analysis.endpoints.test_answers import day, person, scan
from trial.protocol import AnalysisSettings
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation.facts import DeathFact, FollowUpFact, OffTreatmentFact, ParticipantFact


def queries(fact: ParticipantFact) -> list[dict[str, Any]]:
    """The queries that the outcome of a participant raises."""
    return list(outcome.derive(fact, AnalysisSettings())["queries"])


def codes(fact: ParticipantFact) -> list[str]:
    """Their codes."""
    return [each["code"] for each in queries(fact)]


def test_a_plain_course_asks_nothing() -> None:
    assert codes(person("NET-001", scan(2, day(60), "30"), scan(3, day(120), "60"))) == []


def test_a_response_after_progression_is_asked_about_at_the_assessment_that_shows_it() -> None:
    (found,) = queries(person("NET-001", scan(2, day(60), "60"), scan(3, day(120), "30")))
    assert (found["code"], found["assessment_id"]) == ("illogical_sequence", 3)
    assert found["words"] == "PR after progression on 01-MAY-2026"


def test_a_response_after_progression_reported_at_a_contact_is_asked_about() -> None:
    reported = FollowUpFact(1, day(90), True, "radiological", day(88), None, None)
    seen = replace(person("NET-001", scan(2, day(60), "48"), scan(3, day(120), "30")), follow_ups=(reported,))
    (found,) = queries(seen)
    assert (found["code"], found["assessment_id"]) == ("illogical_sequence", 3)
    assert found["words"] == "PR after progression on 01-MAY-2026"
    assert codes(replace(seen, follow_ups=(replace(reported, progressed_on=day(120)),))) == []


def test_a_response_unlike_the_investigators_is_asked_about() -> None:
    seen = replace(scan(2, day(60), "30"), investigator_response="SD")
    (found,) = queries(person("NET-001", seen))
    assert (found["code"], found["assessment_id"]) == ("response_differs", 2)
    assert "is SD, computed is PR: sum 30 mm is −40.0% against the baseline 50 mm" in found["words"]
    assert codes(person("NET-001", replace(seen, investigator_response="PR"))) == []


def test_clinical_progression_alone_is_asked_about() -> None:
    felt = FollowUpFact(1, day(120), True, "clinical", day(118), None, None)
    assert codes(replace(person("NET-001"), follow_ups=(felt,))) == ["clinical_progression"]


def test_treatment_ended_for_progression_that_no_assessment_shows_is_asked_about() -> None:
    ended = OffTreatmentFact(1, day(70), "progression")
    assert codes(replace(person("NET-001", scan(2, day(60), "48")), off_treatment=ended)) == ["progression_not_seen"]
    assert codes(replace(person("NET-001", scan(2, day(60), "60")), off_treatment=ended)) == []


def test_being_alive_after_death_is_asked_about_only_when_it_is_sure() -> None:
    seen = person("NET-001", scan(2, day(60), "48"))
    assert codes(replace(seen, death=DeathFact(1, PartialDate(2026, 2, 28), "disease"))) == ["alive_after_death"]
    assert codes(replace(seen, death=DeathFact(1, PartialDate(2026, 3), "disease"))) == []


def test_a_response_long_after_the_last_dose_recorded_asks_for_the_cycle_while_treatment_goes_on() -> None:
    # The last dose is on day 59: 30 days later is day 89.
    late = person("NET-001", scan(2, day(90), "30"))
    (found,) = queries(late)
    assert (found["code"], found["assessment_id"]) == ("response_beyond_doses", 2)
    assert queries(person("NET-001", scan(2, day(89), "30"))) == []
    assert queries(replace(late, off_treatment=OffTreatmentFact(1, day(60), "toxicity"))) == []
