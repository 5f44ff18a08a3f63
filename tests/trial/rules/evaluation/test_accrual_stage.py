"""Where a participant stands with the stage gate: evaluable, ruled out, responder, mature, and why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.analysis.endpoints.test_answers import DAY_1, day, person, scan
from trial.protocol import AnalysisSettings
from trial.rules.accrual import WAITING
from trial.rules.dates.partial_date import PartialDate
from trial.rules.evaluation.accrual_stage import gate_of, looks_of, standing
from trial.rules.evaluation.facts import DeathFact, FollowUpFact, OffTreatmentFact, ParticipantFact, WithdrawalFact
from trial.rules.evaluation.response import best, limits_of

SETTINGS = AnalysisSettings()
NEW = person("NET-001", cycles=0)
TREATED = person("NET-002", scan(2, day(60), "48"))
THERAPY = FollowUpFact(1, day(120), True, "none", None, None, PartialDate(2026, 4))


def _off(one: ParticipantFact) -> ParticipantFact:
    return replace(one, off_treatment=OffTreatmentFact(1, day(20), "refusal"))


NOT_EVALUABLE = [
    ("no dose yet", NEW, False, "no dose taken yet"),
    ("off treatment before a dose", _off(NEW), True, "off treatment before a first dose"),
    ("died before a dose", replace(NEW, death=DeathFact(1, PartialDate(2026, 1, 9), "disease")), True,
     "died before a first dose"),
    ("withdrew before a dose", replace(NEW, withdrawals=(WithdrawalFact(1, day(3), "all"),)), True,
     "withdrew before a first dose"),
    ("cancelled", replace(NEW, findings=(("cancelled", "Moved away"),)), True,
     "canceled before treatment: Moved away"),
    ("found ineligible", replace(TREATED, findings=(("ineligible", "G3"),)), True, "found ineligible: G3"),
    ("in error", replace(TREATED, findings=(("in_error", "Twice"),)), True, "registered in error: Twice"),
    ("waived", replace(TREATED, unmet_criteria=("adult",), waived=True), True,
     "registered under a waiver: 18 years of age or older"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "ruled_out", "why"), [row[1:] for row in NOT_EVALUABLE], ids=[row[0] for row in NOT_EVALUABLE]
)
def test_who_is_not_evaluable_and_who_is_known_not_to_be(one: ParticipantFact, ruled_out: bool, why: str) -> None:
    found = standing(one, SETTINGS)
    assert (found.evaluable, found.ruled_out, found.why_not) == (False, ruled_out, why)


def test_a_dose_makes_evaluable_whatever_ended_treatment_later() -> None:
    assert standing(_off(TREATED), SETTINGS).evaluable


MATURE = [
    ("confirmed response", person("NET-003", scan(2, day(60), "30"), scan(3, day(90), "30")), "confirmed response"),
    ("progression", person("NET-003", scan(2, day(60), "60")), "progression on 02-MAR-2026"),
    ("radiological progression at follow-up", replace(TREATED, follow_ups=(
        FollowUpFact(1, day(100), True, "radiological", day(95), None, None),)), "progression on 06-APR-2026"),
    ("death", replace(TREATED, death=DeathFact(1, PartialDate(2026, 7, 20), "other")), "died on 20-JUL-2026"),
    ("new therapy", replace(TREATED, follow_ups=(THERAPY,)), "new anticancer therapy on 01-APR-2026"),
    ("withdrawal", replace(TREATED, withdrawals=(WithdrawalFact(1, day(70), "follow_up"),)), "withdrew on 12-MAR-2026"),
    ("off study", replace(TREATED, withdrawals=(WithdrawalFact(1, day(70), "off_study"),)), "off study on 12-MAR-2026"),
    ("6 cycles", person("NET-003", cycles=6), "6 cycles on record"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "because"), [row[1:] for row in MATURE], ids=[row[0] for row in MATURE])
def test_an_outcome_is_mature(one: ParticipantFact, because: str) -> None:
    found = standing(one, SETTINGS)
    assert (found.mature, found.because) == (True, because)


IMMATURE = [
    ("5 cycles", person("NET-003", cycles=5), "5 of 6 cycles on record, not assessed yet"),
    ("an unconfirmed response", person("NET-003", scan(2, day(60), "30")),
     "2 of 6 cycles on record, last assessed on 02-MAR-2026"),
    ("clinical progression alone", replace(TREATED, follow_ups=(
        FollowUpFact(1, day(100), True, "clinical", day(95), None, None),)),
     "2 of 6 cycles on record, last assessed on 02-MAR-2026"),
    ("no dose", NEW, "no dose taken yet"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "because"), [row[1:] for row in IMMATURE], ids=[row[0] for row in IMMATURE])
def test_an_outcome_is_not_mature(one: ParticipantFact, because: str) -> None:
    found = standing(one, SETTINGS)
    assert (found.mature, found.because, found.responder) == (False, because, False)


def test_a_response_of_someone_not_evaluable_does_not_count() -> None:
    responder = person("NET-003", scan(2, day(60), "30"), scan(3, day(90), "30"))
    assert standing(responder, SETTINGS).responder
    found = standing(replace(responder, findings=(("ineligible", "G3"),)), SETTINGS)
    assert not found.responder and found.ruled_out


def test_the_confirmation_setting_moves_the_gate() -> None:
    responder = person("NET-003", scan(2, day(60), "30"), scan(3, day(81), "30"))
    assert not standing(responder, SETTINGS).responder
    assert standing(responder, replace(SETTINGS, confirmation_days=21)).responder


def test_the_gate_follows_plan_and_suspension_of_the_settings() -> None:
    standings = [standing(TREATED, SETTINGS)] * 21
    assert looks_of(SETTINGS, "A")[0] == (21, 1, None)
    assert gate_of("A", 21, standings, SETTINGS).ground == WAITING
    assert gate_of("A", 21, standings, replace(SETTINGS, suspend_at_stage_1=False)).open


@pytest.mark.parametrize(("days", "category"), [(63, "early death"), (64, "unknown")])
def test_early_death_counts_from_day_1_and_the_untreated_from_registration(days: int, category: str) -> None:
    """Day 1 is 5-JAN-2026: 9-MAR is its day 63; registered on 1-JAN-2026: 5-MAR is its day 63."""
    for one, start in ((person("NET-004"), DAY_1), (NEW, day(0))):
        found = best(one, [], SETTINGS, limits_of(one, SETTINGS, None, start + timedelta(days=days)))
        assert found["category"] == category


def test_the_days_of_an_early_death_are_a_setting() -> None:
    settings, one = replace(SETTINGS, early_death_days=70), person("NET-004")
    found = best(one, [], settings, limits_of(one, settings, None, DAY_1 + timedelta(days=64)))
    assert found["category"] == "early death"
