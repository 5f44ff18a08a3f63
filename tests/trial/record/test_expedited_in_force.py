"""The table of expedited reporting is replaced by a file of the sponsor, on record, and taken back again."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.cast import cast_of
from trial.models import Change, ExpeditedTable, Role
from trial.record.in_force import table_in_force
from trial.rules.safety import expedited_table
from trial.rules.safety.expedited_table import COLUMNS

WEEK = "0,45,5,any,any,any,48,7"


def _file(folder: Path, *lines: str) -> Path:
    place = folder / "table.csv"
    place.write_text("\n".join((",".join(COLUMNS), *lines)), encoding="utf-8")
    return place


def test_the_shipped_table_is_in_force_until_the_sponsor_s_is(database: object, tmp_path: Path) -> None:
    assert table_in_force().rules == expedited_table.shipped()
    assert table_in_force().mark == "to be confirmed by the sponsor"
    call_command("load_expedited_rules", _file(tmp_path, WEEK), source="Protocol 7.3", confirmed=True)
    found = table_in_force()
    assert (found.source, found.mark) == ("Protocol 7.3", "confirmed by the sponsor")
    assert [(each.to_day, each.notify_within_hours, each.report_within_days) for each in found.rules] == [(45, 48, 7)]
    newest = Change.objects.last()
    assert newest is not None and (newest.act, newest.reason) == (
        "settings", "Expedited reporting rules: Protocol 7.3")  # fmt: skip


def test_the_shipped_table_comes_back_with_a_reason(database: object, tmp_path: Path) -> None:
    call_command("load_expedited_rules", _file(tmp_path, WEEK), source="Protocol 7.3")
    assert table_in_force().mark == "to be confirmed by the sponsor", "only what is said to be confirmed is"
    call_command("load_expedited_rules", clear="Loaded by mistake")
    assert table_in_force().rules == expedited_table.shipped()
    assert ExpeditedTable.objects.get().struck_out_reason == "Loaded by mistake"


@pytest.mark.parametrize("line", ["0,30,3,any,any,any,,soon", "0,30,3,any,any,any,,10\n20,,3,any,yes,any,,5"])
def test_a_table_with_a_wrong_line_changes_nothing(database: object, tmp_path: Path, line: str) -> None:
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("load_expedited_rules", _file(tmp_path, line), source="Protocol 7.3")
    with pytest.raises(CommandError, match="its --source"):
        call_command("load_expedited_rules", _file(tmp_path, WEEK))
    assert not ExpeditedTable.objects.exists()


def test_the_protocol_page_shows_the_table_in_force_and_its_mark(database: object, tmp_path: Path) -> None:
    client = Client()
    client.force_login(cast_of().people[Role.CHAIR], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/protocol/").content.decode()
    assert "Grade 4, unexpected, related, days 0 to 30 after the last dose" in page
    assert "Notification within 24 hours, complete report within 5 calendar days of it" in page
    assert "to be confirmed by the sponsor" in page
    call_command("load_expedited_rules", _file(tmp_path, WEEK), source="Protocol 7.3", confirmed=True)
    page = client.get("/protocol/").content.decode()
    assert "Notification within 48 hours" in page and "confirmed by the sponsor" in page and "Protocol 7.3" in page
