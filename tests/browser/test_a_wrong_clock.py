"""The clock of the browser changes nothing: days on record are the site's, times the server's."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.browser.conftest import save, signed_in_page
from tests.cast import cast_of
from trial.accounts import administration
from trial.models import Change, Deviation, Role
from trial.record.save import Save
from trial.rules.dates.partial_date import shown

pytestmark = pytest.mark.requirement("R24")


def test_a_browser_with_its_clock_a_day_off_moves_no_day_and_no_time(chromium: Any, live_server_url: str) -> None:
    nora = cast_of().people[Role.COORDINATOR]
    began_at, today = datetime.now(UTC), datetime.now(UTC).date()
    for days in (-1, 1):
        page = signed_in_page(chromium, live_server_url, nora, timezone_id="Pacific/Kiritimati")
        page.clock.install(time=datetime.now(UTC) + timedelta(days=days))
        page.goto(f"{live_server_url}/participants/NET-001/deviation/new/")
        believed = page.evaluate("Math.round((Date.now() - Number(document.body.dataset.now) * 1000) / 3600000)")
        assert believed == 24 * days, "the browser believes in its wrong clock"
        page.focus("[name=happened_on]")
        page.keyboard.press("t")
        assert page.input_value("[name=happened_on]") == shown(today)
        page.select_option("[name=kind]", "other")
        page.fill("[name=description]", f"clock off by {days}")
        save(page)
        page.context.close()
    assert list(Deviation.objects.values_list("happened_on", flat=True)) == [today] * 2
    entered = Change.objects.order_by("-id")[:2]
    assert all(began_at <= each.at <= datetime.now(UTC) for each in entered)


def test_t_is_the_day_at_the_site_where_it_is_another_than_in_utc(chromium: Any, live_server_url: str) -> None:
    cast = cast_of()
    # Of these two one is on another day than UTC at any hour; the browser itself is in UTC.
    zone = "Pacific/Kiritimati" if datetime.now(UTC).hour >= 10 else "Pacific/Pago_Pago"
    administration.save_site(Save(cast.people[Role.ADMINISTRATOR]), cast.north, "", "North", "where it is", zone)
    page = signed_in_page(chromium, live_server_url, cast.people[Role.COORDINATOR], timezone_id="UTC")
    page.goto(f"{live_server_url}/participants/NET-001/deviation/new/")
    page.focus("[name=happened_on]")
    page.keyboard.press("t")
    there = datetime.now(ZoneInfo(zone)).date()
    assert page.input_value("[name=happened_on]") == shown(there) != shown(datetime.now(UTC).date())
    page.select_option("[name=kind]", "other")
    page.fill("[name=description]", "of today, at the site")
    save(page)
    page.context.close()
    assert Deviation.objects.get().happened_on == there
