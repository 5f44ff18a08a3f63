"""What a waiver allowed no later form forbids: non-target lesions alone are a baseline, and are read by RECIST 1.0."""

from datetime import date, timedelta
from typing import Any

import pytest

from capture.casebook.checks import ChecksFailed, SecondLook
from capture.casebook.forms.treatment import Period
from capture.entry.services import assessments, dosing, registration
from capture.entry.services.assessments import NewLesion, Reading
from tests.capture.typed import signed_in
from tests.cast import Cast, answers, details
from trial.models import Participant, Role
from trial.record.in_force import evaluation_of
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

pytestmark = pytest.mark.requirement("R51")
DAY_1 = date(2026, 1, 12)
BASELINE = {"assessed_on": date(2026, 1, 7), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "normal"}
TWO = (NewLesion("peritoneum", "carcinosis", None), NewLesion("liver", "many small", None))


def _waived(cast: Cast, *criteria: str) -> Participant:
    nora, chris = cast.people[Role.COORDINATOR], cast.people[Role.CHAIR]
    born = details(born_on=PartialDate(1957, 4, 5))
    one = registration.screen(Save(nora), cast.north, born, answers(**dict.fromkeys(criteria, False)))
    waiver = registration.request_waiver(Save(nora), one, "Carcinosis only.", criteria)
    registration.decide_waiver(Save(chris), waiver, True, "Acceptable.")
    made = registration.register(Save(nora), one, date(2026, 1, 8))
    found = {"started_on": DAY_1, "tablets_dispensed": None, "tablets_returned": None, "lot": "", "delay_reason": ""}
    dosing.save_cycle(Save(nora), made, 1, found, [Period(1, 28, 400, "twice_daily", "")])
    return made


def _baseline(cast: Cast, one: Participant, others: Any = TWO) -> Any:
    save = Save(cast.people[Role.COORDINATOR], acknowledged={})
    return assessments.save_baseline(save, one, BASELINE, [], others)


def _scan(cast: Cast, one: Participant, week: int, state: str, new: str = "no") -> None:
    on = DAY_1 + timedelta(weeks=week)
    seen = {"new_lesion_on": on, "new_lesion_description": "lung"} if new == "yes" else {}
    head = BASELINE | {**seen, "assessed_on": on, "new_lesions": new}
    readings = [Reading(each.pk, state, None, "", None) for each in one.lesions.standing()]
    assessments.save_follow_up(Save(cast.people[Role.COORDINATOR]), one, head, readings)


def test_a_waiver_of_measurable_disease_lets_non_target_lesions_alone_be_the_baseline(cast: Cast) -> None:
    one = _waived(cast, "measurable")
    _baseline(cast, one)
    for week, state, new in ((8, "present", "no"), (16, "absent", "no"), (24, "absent", "yes")):
        _scan(cast, one, week, state, new)
    evaluation = evaluation_of(one)
    assert evaluation is not None
    assert [each.overall.value for each in evaluation.outcomes.values()] == ["SD", "CR", "PD"]
    assert all(each.current_sum is None for each in evaluation.outcomes.values())
    shown = signed_in(cast.people[Role.COORDINATOR]).get(f"/participants/{one.reference}/")
    assert shown.status_code == 200 and "there is no sum" in shown.content.decode()


def test_progression_of_a_non_target_lesion_alone_is_progression(cast: Cast) -> None:
    one = _waived(cast, "measurable")
    _baseline(cast, one)
    _scan(cast, one, 8, "unequivocal_progression")
    evaluation = evaluation_of(one)
    assert evaluation is not None and [each.overall.value for each in evaluation.outcomes.values()] == ["PD"]


def test_without_that_waiver_a_baseline_without_targets_asks_and_one_without_lesions_is_refused(cast: Cast) -> None:
    one = _waived(cast, "metastatic")
    with pytest.raises(SecondLook, match="measurable disease was not waived"):
        _baseline(cast, one)
    with pytest.raises(ChecksFailed, match="At least one target or non-target lesion"):
        _baseline(cast, one, ())
