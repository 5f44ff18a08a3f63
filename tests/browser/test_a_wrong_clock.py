"""A browser whose clock is a day off changes nothing: days and times on record are the server's."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.browser.conftest import CHROMIUM, signed_in_page
from tests.cast import cast_of
from trial.models import Change, Deviation, Role
from trial.partial_date import shown

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: browser tests need one")


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
        with page.expect_navigation():
            page.keyboard.press("Control+s")
        page.context.close()
    assert list(Deviation.objects.values_list("happened_on", flat=True)) == [today] * 2
    entered = Change.objects.order_by("-id")[:2]
    assert all(began_at <= each.at <= datetime.now(UTC) for each in entered)
