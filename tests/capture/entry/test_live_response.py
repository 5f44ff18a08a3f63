"""The response shown while an assessment is typed is the one that the endpoints will compute of it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from capture.casebook import history
from capture.casebook.forms import treatment
from capture.casebook.forms.assessment import NewLesion
from capture.entry import live_response
from capture.entry.services import assessments, dosing
from capture.entry.services.assessments import Head, Reading, follow_up_facts
from tests.capture.typed import signed_in
from tests.cast import Cast, cast_of
from trial.models import GroupSettings, Role
from trial.record import changes
from trial.record.save import Save
from trial.rules.dates.partial_date import shown

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


def _sent(cast: Cast, on: date, t1: str, t2: dict[str, str], **more: str) -> Any:
    """A follow-up as the page sends it, T1 measured and the rib present."""
    nora = Client()
    nora.force_login(cast.people[Role.COORDINATOR], backend="django.contrib.auth.backends.ModelBackend")
    first, second, rib = (cast.participant.lesions.get(label=label).pk for label in ("T1", "T2", "N1"))
    rows = {f"lesion{first}-longest_diameter_mm": t1, f"lesion{first}-state": "measured",
            f"lesion{rib}-state": "present",
            **{f"lesion{second}-{name}": value for name, value in t2.items()}}  # fmt: skip
    head = {"assessed_on": shown(on), "method": "spiral_ct", "slice_thickness_mm": "5", "marker": "normal",
            "new_lesions": "no"}  # fmt: skip
    return nora.post("/participants/NET-001/assessments/new/", {**head, **rows, **more}, follow=True)


def test_a_merged_target_is_saved_told_in_the_table_and_asked_about_when_it_is_measured_again(cast: Cast) -> None:
    on = DAY_1 + timedelta(56)
    assert "Choose the target with which it merged." in _sent(cast, on, "52", {"state": "merged"}).content.decode()
    both = {"state": "measured", "longest_diameter_mm": "20", "merged_with": "T1"}
    assert "Choose the state “merged with”" in _sent(cast, on, "52", both).content.decode()
    itself = _sent(cast, on, "52", {"state": "merged", "merged_with": "T2"}).content.decode()
    assert "must have merged with another target of the baseline" in itself
    assert not cast.participant.assessments.filter(kind="follow_up").exists()
    page = _sent(cast, on, "52", {"state": "merged", "merged_with": "T1"}).content.decode()
    lesions = signed_in(cast.people[Role.COORDINATOR]).get("/participants/NET-001/?section=lesions").content.decode()
    assert "T2 merged with T1" in page and ">merged with T1<" in lesions
    scan = cast.participant.assessments.get(kind="follow_up")
    assert [line.new for entry in history.entries(history.rows_of(scan)) for line in entry.lines
            if line.label.endswith("merged with")] == ["T1"]  # fmt: skip
    apart = _sent(cast, on + timedelta(56), "52", {"state": "measured", "longest_diameter_mm": "9"}).content.decode()
    assert "A lesion that had merged with another has a measurement of its own" in apart


def test_the_whole_is_compared_with_all_that_grew_into_it(cast: Cast) -> None:
    facts = follow_up_facts(cast.participant, Head(DAY_1 + timedelta(56), "normal", "no"), [
        Reading(cast.participant.lesions.get(label="T1").pk, "measured", Decimal(90)),
        Reading(cast.participant.lesions.get(label="T2").pk, "merged", merged_with="T1"),
    ], None)  # fmt: skip
    assert [before for _, before in facts["with_previous"]] == [Decimal(60), Decimal(20)]
