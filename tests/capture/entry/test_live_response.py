"""The response shown while an assessment is typed is the one that the endpoints will compute of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from capture.casebook.forms import treatment
from capture.casebook.forms.assessment import NewLesion
from capture.entry import live_response
from capture.entry.services import assessments, dosing
from capture.entry.services.assessments import Reading
from tests.cast import Cast, cast_of
from trial.models import GroupSettings, Role
from trial.record import changes
from trial.record.save import Save

DAY_1 = date(2026, 1, 12)


@pytest.fixture
def cast(database: str) -> Cast:
    """The fixed cast; its participant has targets of 40 and 20 mm, a rib, and a marker above normal."""
    found = cast_of()
    nora, one = found.people[Role.COORDINATOR], found.participant
    assessments.save_baseline(
        Save(nora),
        one,
        {"assessed_on": date(2026, 1, 9), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "above"},
        [NewLesion("liver", "a", Decimal(40)), NewLesion("lung", "b", Decimal(20))],
        [NewLesion("bone", "rib", None)],
    )
    dosing.save_cycle(Save(nora), one, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    return found


def _typed(cast: Cast, states: dict[str, str], marker: str = "normal") -> tuple[str, str]:
    """`T1: 40` measured, or a state: overall response and reason of a follow-up typed on day 57."""
    lesions = {each.label: each.pk for each in cast.participant.lesions.standing()}
    readings = [
        Reading(lesions[label], "measured", Decimal(value)) if value[0].isdigit() else Reading(lesions[label], value)
        for label, value in states.items()
    ]
    on = DAY_1 + timedelta(56)
    found = live_response.response_of(cast.participant, on, readings, "no", marker)
    assert found is not None
    return found.overall.value, found.because


def test_a_target_taken_off_the_baseline_by_a_correction_is_not_missed(cast: Cast) -> None:
    nora, one = cast.people[Role.COORDINATOR], cast.participant
    first, rib = one.lesions.get(label="T1"), one.lesions.get(label="N1")
    assessments.save_baseline(
        Save(nora, reason="not a metastasis"),
        one,
        {"assessed_on": date(2026, 1, 9), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "above"},
        [NewLesion("liver", "a", Decimal(40), first.pk)],
        [NewLesion("bone", "rib", None, rib.pk)],
        one.assessments.get(),
    )
    assert _typed(cast, {"T1": "20", "N1": "present"})[0] == "PR"


def test_a_setting_of_the_group_holds_while_typing(cast: Cast) -> None:
    gone = {"T1": "absent", "T2": "absent", "N1": "absent"}
    assert _typed(cast, gone, "above")[0] == "PR"
    group = cast.participant.group
    with changes.record(None, "settings", "for the test", groups=(group,)):
        GroupSettings.objects.update_or_create(group=group, defaults={"chosen": {"marker_needed_for_complete": False}})
    assert _typed(cast, gone, "above")[0] == "CR"
