"""What waits for a person on “My work”."""

from datetime import timedelta

from django.test import Client

from capture.casebook.fields import today
from capture.casebook.forms import treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import dosing, entries, registration
from tests.cast import Cast, register
from trial.models import Role
from trial.record.save import Save


def _page(cast: Cast, role: str) -> str:
    client = Client()
    client.force_login(cast.people[role], backend="django.contrib.auth.backends.ModelBackend")
    return client.get("/work/").content.decode()


def test_an_overdue_baseline_stands_under_overdue_with_its_days(cast: Cast) -> None:
    page = _page(cast, Role.COORDINATOR)
    assert "Overdue" in page and "Baseline" in page and "days overdue" in page


def test_another_sites_work_is_not_shown(cast: Cast) -> None:
    south = register(cast.elsewhere[Role.COORDINATOR], cast.south)
    assert south.reference not in _page(cast, Role.COORDINATOR)
    assert south.reference in _page(cast, Role.MONITOR)


def test_a_pending_value_waits_until_it_is_there(cast: Cast) -> None:
    nora, participant = cast.people[Role.COORDINATOR], cast.participant
    values = {"sampled_on": today() - timedelta(days=1), "marker": "CGA", "value": None, "value_missing": "pending",
              "unit": "ng/mL", "upper_limit": 100, "upper_limit_missing": "", "assay": ""}  # fmt: skip
    row = entries.save(Save(nora, acknowledged={}), participant, ENTRY_FORMS["hormone"], values)
    page = _page(cast, Role.COORDINATOR)
    assert "Chromogranin A: pending" in page and ">Complete</a>" in page
    assert ">Complete</a>" not in _page(cast, Role.MONITOR), "a monitor completes nothing"
    entries.save(
        Save(nora, reason="result came", acknowledged={}),
        participant,
        ENTRY_FORMS["hormone"],
        {**values, "value": 120, "value_missing": ""},
        row=row,
    )
    assert "Chromogranin A" not in _page(cast, Role.COORDINATOR)


def test_an_unusual_value_that_nobody_acknowledged_waits(cast: Cast) -> None:
    started = today() - timedelta(days=40)
    dosing.save_cycle(
        Save(), cast.participant, 1, {"started_on": started}, [treatment.Period(1, 20, 400, "twice_daily")]
    )
    assert "some of its days have no dosing record" in _page(cast, Role.COORDINATOR)


def test_nothing_waits_of_a_registration_in_error(cast: Cast) -> None:
    started = today() - timedelta(days=40)
    dosing.save_cycle(
        Save(), cast.participant, 1, {"started_on": started}, [treatment.Period(1, 20, 400, "twice_daily")]
    )
    assert cast.participant.reference in _page(cast, Role.COORDINATOR)
    registration.record_finding(Save(cast.people[Role.COORDINATOR]), cast.participant, "in_error", today(), "Twice.")
    for role in (Role.COORDINATOR, Role.MONITOR):
        assert cast.participant.reference not in _page(cast, role)


def test_the_chair_finds_waivers_to_decide(cast: Cast) -> None:
    page = _page(cast, Role.CHAIR)
    assert f"/waivers/{cast.waiver.pk}/decision/" in page
    assert "Overdue" not in page
