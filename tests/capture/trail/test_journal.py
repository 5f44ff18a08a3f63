"""The journal of reading: taking the record out and opening interim results leaves one line; a refresh leaves none."""

import csv
import io
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.test import Client

from analysis.results.recompute import recompute
from tests.capture.typed import signed_in
from tests.cast import Cast, cast_of, person
from trial.models import Change, JournalEntry, Role, audit

OPENED = [
    (Role.CHAIR, "/dashboard/", "results", "Dashboard, now"),
    (Role.STATISTICIAN, "/dashboard/?as_of=1", "results", "Dashboard, as of change 1"),
    (Role.CHAIR, "/groups/A/", "results", "Group A, now"),
    (Role.CHAIR, "/groups/A/behind/registered/", "results", "Group A, behind “Registered participants”, now"),
    (Role.STATISTICIAN, "/groups/A/plots/waterfall.csv", "plot", "Group A, waterfall as csv, now"),
    (Role.MONITOR, "/trail/file/?act=register", "trail", "as CSV, change"),
    (Role.STATISTICIAN, "/files/out/csv/", "record", "as csv, change"),
]


@pytest.fixture
def cast(database: str) -> Cast:
    """The fixed cast with results of group A."""
    made = cast_of()
    recompute("A")
    return made


@pytest.mark.requirement("R23")
@pytest.mark.parametrize(("role", "address", "kind", "words"), OPENED, ids=[each[1] for each in OPENED])
def test_what_is_opened_or_taken_out_is_one_line_with_who_when_and_what(
    cast: Cast, role: Role, address: str, kind: str, words: str
) -> None:
    who, newest = cast.people[role], Change.objects.order_by("-id")[0]
    client = signed_in(who)
    # What a script says of itself changes nothing: whoever opens a page or a file is noted.
    asked = {"headers": {"HX-Request": "true"}}
    answer = client.post(address, **asked) if kind == "record" else client.get(address, **asked)
    # The past is computed after it is asked for: until then the page says so.
    assert answer.status_code == (202 if "as_of" in address else 200)
    answer.close()
    line = JournalEntry.objects.get()
    assert (line.person, line.role, line.kind, line.newest_change) == (who, role.value, kind, newest.pk)
    assert line.words.startswith(words), line.words
    assert line.at >= newest.at and Change.objects.count() == newest.pk, "reading is no Change and wakes nothing"


@pytest.mark.requirement("R23")
def test_what_a_page_asks_for_by_itself_is_not_noted(cast: Cast) -> None:
    chair = signed_in(cast.people[Role.CHAIR])
    for _ in range(3):
        assert chair.get("/dashboard/newest/?A=0", headers={"HX-Request": "true"}).status_code == 200
    assert not JournalEntry.objects.exists()


def test_who_is_refused_reads_nothing_and_is_not_noted(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    assert [nora.get(each).status_code for each in ("/dashboard/", "/groups/A/", "/trail/journal/")] == [403] * 3
    assert not JournalEntry.objects.exists()


@pytest.mark.requirement("R23")
def test_the_command_line_is_noted_too(cast: Cast, tmp_path: Path) -> None:
    call_command("export", "csv", str(tmp_path / "csv"), stdout=io.StringIO())
    call_command("export_trail", str(tmp_path / "trail"), stdout=io.StringIO())
    call_command("endpoints", group="A", stdout=io.StringIO())
    lines = JournalEntry.objects.order_by("id")
    assert [(line.person, line.kind) for line in lines] == [(None, "record"), (None, "trail"), (None, "results")]
    assert all(line.words.endswith("on the command line") for line in lines)


def test_what_cannot_be_noted_is_not_handed_over(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError("the log is full")

    monkeypatch.setattr("trial.operations.exports.audit.note", fails)
    with pytest.raises(OSError, match="log is full"):
        call_command("export", "csv", str(tmp_path / "csv"), stdout=io.StringIO())
    with pytest.raises(OSError, match="log is full"):
        call_command("export_trail", str(tmp_path / "trail"), stdout=io.StringIO())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.requirement("R23")
def test_what_cannot_be_noted_is_not_shown(cast: Cast, database_owner: psycopg.Connection) -> None:
    database_owner.execute("ALTER TABLE trial_journalentry ADD CONSTRAINT full_disk CHECK (id < 0) NOT VALID")
    chair = Client(raise_request_exception=False)
    chair.force_login(cast.people[Role.CHAIR], backend="django.contrib.auth.backends.ModelBackend")
    answer = chair.get("/groups/A/")
    assert answer.status_code == 500 and "Response rate" not in answer.content.decode()


@pytest.mark.requirement("R23")
@pytest.mark.parametrize("words", ["UPDATE trial_journalentry SET words = ''", "DELETE FROM trial_journalentry",
                                   "TRUNCATE trial_journalentry"])  # fmt: skip
def test_nobody_alters_or_deletes_the_journal(
    cast: Cast, database_owner: psycopg.Connection[tuple[object, ...]], words: str
) -> None:
    audit.note(cast.people[Role.CHAIR], JournalEntry.Kind.RESULTS, "Dashboard, now")
    with pytest.raises(DatabaseError, match=r"denied|refused"), connection.cursor() as cursor:
        cursor.execute(words)
    with pytest.raises(psycopg.Error, match="refused"):
        database_owner.execute(words.encode())
    assert JournalEntry.objects.get().words == "Dashboard, now"


@pytest.mark.requirement("R23")
def test_the_page_filters_and_the_file_holds_the_same(cast: Cast) -> None:
    chris, stat = cast.people[Role.CHAIR], cast.people[Role.STATISTICIAN]
    for who, kind, words in ((chris, "results", "Dashboard, now"), (stat, "record", "as csv, change 3"),
                             (None, "trail", "whole")):  # fmt: skip
        audit.note(who, JournalEntry.Kind(kind), words)
    monitor = signed_in(cast.people[Role.MONITOR])
    for asked, wanted in (("", ["whole", "as csv, change 3", "Dashboard, now"]), ("kind=results", ["Dashboard, now"]),
                          (f"person={stat.pk}", ["as csv, change 3"]), ("person=command_line", ["whole"]),
                          ("to_on=01-JAN-2001", []), ("from_on=t", ["whole", "as csv, change 3", "Dashboard, now"])):
        page = monitor.get(f"/trail/journal/?{asked}").content.decode()
        assert [words for words in ("whole", "as csv, change 3", "Dashboard, now") if f"<td>{words}</td>" in page] \
            == wanted, asked
    assert monitor.get("/trail/journal/?from_on=32-JAN-2026").status_code == 422
    text = monitor.get("/trail/journal/file/?kind=results").content.decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["person"], row["words"]) for row in rows] == [("Chris", "Dashboard, now")]
    newest = JournalEntry.objects.order_by("-id")[0]
    assert newest.words == "access log as CSV, 1 rows" and newest.person == cast.people[Role.MONITOR]
    assert "Access log" in monitor.get("/trail/").content.decode()


def test_a_monitor_of_one_site_does_not_read_the_journal(cast: Cast) -> None:
    one_site = signed_in(person("mo", Role.MONITOR, cast.north))
    assert one_site.get("/trail/journal/").status_code == one_site.get("/trail/journal/file/").status_code == 403
    assert "Access log" not in one_site.get("/trail/").content.decode()
