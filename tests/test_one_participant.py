"""The story of one participant, readable aloud: register, dose, assess, respond, confirm, progress, suffer, die."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from analysis.results.recompute import recompute
from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, dosing, entries
from tests.cast import cast_of
from trial.models import Assessment, Participant, Person, Role
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

DAY_1 = date(2026, 1, 12)


def _baseline(coordinator: Person, participant: Participant) -> None:
    targets = [assessment.NewLesion("liver", f"segment {n}", Decimal(20 + n)) for n in range(5)]
    non_targets = [assessment.NewLesion("bone", f"vertebra {n}", None) for n in range(3)]
    assessments.save_baseline(
        Save(coordinator),
        participant,
        {
            "assessed_on": DAY_1 - timedelta(days=5),
            "method": "spiral_ct",
            "slice_thickness_mm": 5,
            "marker": "not_done",
        },
        targets,
        non_targets,
    )


def _follow_up(coordinator: Person, participant: Participant, on: date, share: str) -> Assessment:
    readings = []
    for lesion in participant.lesions.order_by("id"):
        if lesion.kind == "target":
            baseline = lesion.readings.order_by("id")[0].longest_diameter_mm
            readings.append(assessments.Reading(lesion.pk, "measured", baseline * Decimal(share), "", None))
        else:
            readings.append(assessments.Reading(lesion.pk, "present", None, "", None))
    return assessments.save_follow_up(
        Save(coordinator),
        participant,
        {"assessed_on": on, "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done", "new_lesions": "no"},
        readings,
    )


def test_one_participant_from_registration_to_a_confirmed_response(database: object) -> None:
    cast = cast_of()
    nora, participant = cast.people[Role.COORDINATOR], cast.participant
    rate = recompute("A").result["endpoints"]["response_rate"]
    assert (rate["numerator"], rate["denominator"]) == (0, 0)
    assert rate["excluded"] == [{"number": participant.number, "because": "no dose taken yet"}]

    _baseline(nora, participant)
    dosing.save_cycle(
        Save(nora), participant, 1, {"started_on": DAY_1}, [treatment.Period(1, 28, 400, "twice_daily", "")]
    )
    rate = recompute("A").result["endpoints"]["response_rate"]
    assert (rate["numerator"], rate["denominator"]) == (0, 1)

    first = DAY_1 + timedelta(days=56)
    _follow_up(nora, participant, first, "0.7")
    assert recompute("A").result["endpoints"]["response_rate"]["numerator"] == 0

    _follow_up(nora, participant, first + timedelta(days=28), "0.7")
    stored = recompute("A")
    rate = stored.result["endpoints"]["response_rate"]
    assert rate["responders"] == [participant.number]
    assert rate["estimate"] == 1.0

    progressed_on = first + timedelta(days=84)
    _follow_up(nora, participant, progressed_on, "0.9")
    survival = recompute("A").result["endpoints"]["progression_free_survival"]
    assert survival["events"] == 1
    days = (progressed_on - participant.registered_on).days
    assert survival["median_months"] == pytest.approx(days / 30.4375, abs=1e-4)
    assert recompute("B").result["registered"] == 0

    _toxicity(nora, participant, DAY_1 + timedelta(days=20))
    toxic = recompute("A").result["endpoints"]["toxicity"]
    assert (toxic["numerator"], toxic["denominator"]) == (1, 1)
    _end(nora, participant, progressed_on)
    stored = recompute("A").result["endpoints"]
    died_on = progressed_on + timedelta(days=60)
    assert stored["treatment"]["off_treatment"] == {"progression": [participant.number]}
    assert stored["overall_survival"]["events"] == 1
    survived = (died_on - participant.registered_on).days
    assert stored["overall_survival"]["median_months"] == pytest.approx(survived / 30.4375, abs=1e-4)
    assert stored["duration_of_response"]["simple"]["median_months"] == pytest.approx(84 / 30.4375, abs=1e-4)


def _toxicity(coordinator: Person, participant: Participant, on: date) -> None:
    """Severe diarrhoea, probably related."""
    values = {"term": "diarrhea", "select": "", "other_words": "", "grade": 3, "grade_missing": "", "attribution": 4,
              "attribution_missing": "", "onset_on": PartialDate(on.year, on.month, on.day), "seriousness": "no",
              "resolved_on": None, "present_at_baseline": False, "expectedness": "", "action_taken": "held",
              "outcome": "recovering", "cycle_number": 1}  # fmt: skip
    entries.save(Save(coordinator), participant, ENTRY_FORMS["adverse_event"], values)


def _end(coordinator: Person, participant: Participant, progressed_on: date) -> None:
    """Off treatment at progression, seen alive a month later, dead after another."""
    seen_on, died_on = progressed_on + timedelta(days=30), progressed_on + timedelta(days=60)
    off = {"off_on": progressed_on, "reason": "progression", "because": ""}
    contact = {"contacted_on": seen_on, "alive": "alive", "progression": "not_known", "progressed_on": None,
               "progression_method": "", "disease_assessed_on": None, "new_therapy": "no", "new_therapy_on": None,
               "new_therapy_name": ""}  # fmt: skip
    death = {"died_on": PartialDate(died_on.year, died_on.month, died_on.day), "cause": "disease", "because": ""}
    for kind, values in (("off_treatment", off), ("follow_up", contact), ("death", death)):
        entries.save(Save(coordinator), participant, ENTRY_FORMS[kind], values)
