"""A participant moves to another site: access follows, study number and results stay, every change keeps its site."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import holds, transfers
from capture.entry.services import entries
from capture.exchange.data_sets import BY_NAME
from tests.cast import Cast
from tests.examples import values
from trial.models import Change, Participant, Role
from trial.record import site_clock, snapshot
from trial.record.save import Save
from trial.refused import Refused

pytestmark = pytest.mark.requirement("R02")
ON = date(2026, 6, 1)
TYPED = {"participant": "NET-001", "moved_on": "01-JUN-2026", "because": "Moved house"}
PAGES = ("", "registration/", "history/registration/1/", "deviation/new/", "cycles/1/", "signature/")


def _as(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _move(cast: Cast, role: str = Role.CHAIR) -> None:
    transfers.move(Save(cast.people[role]), cast.participant, cast.south, ON, "Moved house")


@pytest.mark.parametrize("role", [Role.CHAIR, Role.ADMINISTRATOR])
def test_the_new_site_reads_everything_and_the_site_before_nothing_more(cast: Cast, role: str) -> None:
    nora, sol = _as(cast.people[Role.COORDINATOR]), _as(cast.elsewhere[Role.COORDINATOR])
    assert all(sol.get(f"/participants/NET-001/{page}").status_code == 404 for page in PAGES)
    answer = _as(cast.people[role]).post("/transfers/", TYPED | {"to_site": str(cast.south.pk)})
    assert answer.status_code == 302, answer.content.decode()
    assert all(nora.get(f"/participants/NET-001/{page}").status_code == 404 for page in PAGES)
    assert all(sol.get(f"/participants/NET-001/{page}").status_code == 200 for page in PAGES)
    for page in ("/participants/", "/work/", "/queries/"):
        assert "NET-001" not in nora.get(page).content.decode()
    assert "NET-001" in sol.get("/participants/").content.decode()
    assert Participant.objects.get(number="NET-001").site == cast.south


def test_the_trail_tells_the_site_of_each_change_and_export_and_history_the_move(cast: Cast) -> None:
    _move(cast)
    moved = Change.objects.latest("id")
    assert (moved.act, moved.site, moved.reason) == ("transfer", cast.north, "Moved house")
    sol = cast.elsewhere[Role.COORDINATOR]
    cast.participant.refresh_from_db()
    entries.save(Save(sol), cast.participant, ENTRY_FORMS["deviation"], values("deviation"))
    south, north = (_as(people[Role.INVESTIGATOR]) for people in (cast.elsewhere, cast.people))
    sites = [line["site"] for line in _trail(south)]
    assert sites.count("NORTH") >= 2 and sites[-1] == "SOUTH"
    assert {line["site"] for line in _trail(north)} == {"NORTH"}
    history = south.get("/participants/NET-001/history/registration/1/").content.decode()
    assert "site NORTH" in history
    row = cast.participant.site_transfers.get()
    shown = south.get(f"/participants/NET-001/history/site_transfer/{row.pk}/").content.decode()
    assert "NORTH" in shown and "SOUTH" in shown and "01-JUN-2026" in shown
    columns = {each.name: each.path for each in BY_NAME["site_transfers"].columns}
    told = dict(BY_NAME["site_transfers"].rows.values_list(columns["study_number"], columns["from_site"]))
    assert told == {"NET-001": "NORTH"}


def test_a_file_tells_the_site_at_which_each_row_was_entered(cast: Cast, tmp_path: Path) -> None:
    form = ENTRY_FORMS["deviation"]
    before = entries.save(Save(cast.people[Role.COORDINATOR]), cast.participant, form, values("deviation"))
    _move(cast)
    cast.participant.refresh_from_db()
    sol = cast.elsewhere[Role.COORDINATOR]
    entries.save(Save(sol), cast.participant, form, values("deviation", description="Visit late"))
    entries.save(Save(sol, reason="misread"), cast.participant, form, values("deviation", kind="other"), row=before)
    call_command("export", "csv", tmp_path / "out")
    told = {name: [(row["site"], row["site_at_entry"]) for row in _file(tmp_path / "out", name)]
            for name in ("registration", "eligibility", "deviation")}  # fmt: skip
    assert told["registration"] == [("SOUTH", "NORTH")] and set(told["eligibility"]) == {("SOUTH", "NORTH")}
    assert told["deviation"] == [("SOUTH", "NORTH"), ("SOUTH", "SOUTH")], "a correction moves no entry"
    told_of = [each for each in _file(tmp_path / "out", "data_dictionary") if each["column"] == "site_at_entry"]
    assert told_of and {each["imported"] for each in told_of} == {"no"}


def _file(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _trail(client: Client) -> list[dict[str, str]]:
    text = b"".join(client.get("/trail/file/", {"participant": "NET-001"}).streaming_content)  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text.decode("utf-8"), newline="")))


def test_results_do_not_change_by_a_move_and_the_past_knows_the_site_of_then(cast: Cast) -> None:
    (before,) = snapshot.participants([cast.participant.pk])
    number = Change.objects.latest("id").pk
    _move(cast)
    (after,) = snapshot.participants([cast.participant.pk])
    assert (before.site, after.site) == ("NORTH", "SOUTH")
    assert vars(before) | {"site": ""} == vars(after) | {"site": ""}
    (then,) = snapshot.participants([cast.participant.pk], number)
    assert then == before


def test_a_move_that_cannot_be_is_refused_in_words(cast: Cast) -> None:
    chair, tomorrow = cast.people[Role.CHAIR], site_clock.today_at(cast.north) + timedelta(days=1)
    for person, to, on, because, words in (
        (cast.people[Role.COORDINATOR], cast.south, ON, "x", "Only the study chair or an administrator"),
        (chair, cast.south, ON, " ", "Enter a reason"),
        (chair, cast.north, ON, "x", "already at site NORTH"),
        (chair, cast.south, tomorrow, "x", "must not be in the future"),
        (chair, cast.south, date(2026, 1, 7), "x", "must not be before 08-JAN-2026"),
    ):
        with pytest.raises(Refused, match=words):
            transfers.move(Save(person), cast.participant, to, on, because)
    holds.freeze(Save(cast.people[Role.MONITOR]), holds.Target("site", site=cast.south), "Cleaned")
    with pytest.raises(Refused, match="Site SOUTH is frozen"):
        _move(cast)
    assert cast.participant.site_transfers.count() == 0
    page = _as(chair).post("/transfers/", TYPED | {"participant": "NET-999", "to_site": str(cast.south.pk)})
    assert page.status_code == 422 and 'href="#id_participant"' in page.content.decode()


def test_a_participant_moves_back(cast: Cast) -> None:
    _move(cast)
    transfers.move(Save(cast.people[Role.CHAIR]), cast.participant, cast.north, date(2026, 7, 1), "Moved back")
    sol = _as(cast.elsewhere[Role.COORDINATOR])
    assert sol.get("/participants/NET-001/").status_code == 404
    assert _as(cast.people[Role.COORDINATOR]).get("/participants/NET-001/").status_code == 200
    assert {line["site"] for line in _trail(_as(cast.elsewhere[Role.INVESTIGATOR]))} == {"SOUTH"}
