"""No dose is dated after today: what is taken as planned counts up to today, typed days to come are refused."""

from datetime import date, timedelta

import pytest
from django.test import Client

from capture.casebook.forms.treatment import PeriodForm
from capture.casebook.registry import ChecksFailed
from capture.entry.services import dosing
from capture.entry.services.dosing import Period
from tests.capture.typed import opened
from tests.cast import Cast, register
from trial.models import Change, Participant, Role
from trial.record import site_clock
from trial.record.in_force import evaluation_of
from trial.record.save import Save
from trial.rules.dates.partial_date import shown

pytestmark = pytest.mark.requirement("R46")


def _client(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.people[Role.COORDINATOR])
    return client


def _registered(cast: Cast, days_ago: int) -> tuple[Participant, date]:
    """A participant registered so many days ago, and the day at the site."""
    today = site_clock.today_at(cast.north)
    return register(cast.people[Role.COORDINATOR], cast.north, today - timedelta(days=days_ago)), today


@pytest.mark.parametrize(("days_ago", "last_day"), [(0, 1), (3, 4), (27, 28), (40, 28)])
def test_taken_as_planned_counts_up_to_today(cast: Cast, days_ago: int, last_day: int) -> None:
    one, today = _registered(cast, 50)
    address = f"/participants/{one.reference}/cycles/1/"
    typed = opened(_client(cast), address) | {"started_on": shown(today - timedelta(days=days_ago)), "as_planned": "1"}
    assert _client(cast).post(address, typed).status_code == 302
    period = one.cycles.get().periods.get()
    assert (period.from_day, period.to_day) == (1, last_day)
    found = evaluation_of(one)
    assert found is not None and (alive := found.disease.last_known_alive) is not None and alive.on <= today
    page = _client(cast).get(address).text
    assert ("relative dose intensity to date 100.0%" in page) == (last_day < 28)
    assert f"Taken {last_day * 800}\xa0mg of {last_day * 800}\xa0mg planned" in page


def test_a_running_cycle_is_brought_up_to_today_by_its_button_alone(cast: Cast) -> None:
    one, today = _registered(cast, 50)
    client, address = _client(cast), f"/participants/{one.reference}/cycles/1/"
    begun = {"started_on": today - timedelta(days=9)}
    save = Save(cast.people[Role.COORDINATOR])
    dosing.save_cycle(save, one, 1, begun, [Period(1, 4, 400, "twice_daily")])
    typed = opened(client, address) | {"as_planned": "1", "tablets_dispensed": "112"}
    assert "Taken as planned up to today" in client.get(address).text
    # A day 1 that was entered before is a correction, and wants its own reason.
    moved = client.post(address, typed | {"started_on": shown(today - timedelta(days=8))})
    assert moved.status_code == 422
    answer = client.post(address, typed, follow=True)
    assert f"Cycle 1, {shown(begun['started_on'])}, is saved." in answer.text
    assert [(each.from_day, each.to_day) for each in one.cycles.get().periods.standing()] == [(1, 10)]
    assert Change.objects.latest("id").reason == "Doses to date, taken as planned"
    assert "Taken as planned up to today" not in client.get(address).text
    dosing.save_cycle(Save(save.person, reason="misread"), one, 1, begun, [
        Period(1, 4, 400, "twice_daily"), Period(5, 6, 0, "held", "rash")])  # fmt: skip
    assert "Taken as planned up to today" not in client.get(address).text
    typed = opened(client, address) | {"as_planned": "1"}
    assert client.post(address, typed).status_code == 422


def test_a_period_that_ends_after_today_is_refused_in_words(cast: Cast) -> None:
    one, today = _registered(cast, 5)
    begun = {"started_on": today - timedelta(days=3)}
    for dose in ((400, "twice_daily", ""), (0, "held", "rash")):
        with pytest.raises(ChecksFailed, match="Dosing periods must not end after today."):
            dosing.save_cycle(Save(cast.people[Role.COORDINATOR]), one, 1, begun, [Period(1, 5, *dose)])
    dosing.save_cycle(Save(cast.people[Role.COORDINATOR]), one, 1, begun, [Period(1, 4, 400, "twice_daily")])


@pytest.mark.parametrize(("dose", "frequency", "read"), [
    ("", "held", 0), ("0", "held", 0), ("200", "held", None), ("", "once_daily", None),
])  # fmt: skip
def test_a_held_dose_is_0_mg_without_saying_so_twice(dose: str, frequency: str, read: int | None) -> None:
    typed = {"1-from_day": "8", "1-to_day": "14", "1-dose_mg": dose, "1-frequency": frequency, "1-reason": "rash"}
    form = PeriodForm(typed, prefix="1")
    assert form.is_valid() == (read is not None)
    if read is not None:
        period = form.typed()
        assert period is not None and (period.dose_mg, period.frequency) == (read, "held")
