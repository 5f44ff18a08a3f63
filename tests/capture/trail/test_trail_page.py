"""The trail: filtered, paged by change number, bound to the person's sites, opened in words, exported, reviewed."""

import csv
import io
import re
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from capture.casebook import labels
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries
from capture.trail import selection
from tests.cast import Cast, cast_of, person, register
from trial.audit.tables import audited
from trial.models import AuditReview, Change, HormoneLevel, Role, Site, Version
from trial.record import changes
from trial.record.save import Save

LEVEL = {"sampled_on": date(2026, 1, 9), "marker": "CGA", "value": 210, "value_missing": "", "unit": "ng/mL",
         "upper_limit": 100, "upper_limit_missing": "", "assay": ""}  # fmt: skip


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast, with a participant of Site South too."""
    made = cast_of()
    register(made.elsewhere[Role.COORDINATOR], made.south)
    return made


@pytest.fixture
def level(cast: Cast) -> HormoneLevel:
    """A hormone level of Site North, entered and corrected by Nora."""
    nora, form = cast.people[Role.COORDINATOR], ENTRY_FORMS["hormone"]
    made = entries.save(Save(nora, acknowledged={}), cast.participant, form, LEVEL)
    return entries.save(
        Save(nora, reason="read from the wrong line", acknowledged={}),
        cast.participant,
        form,
        {**LEVEL, "value": 120},
        row=made,
    )


def client_of(who: object) -> Client:
    """Somebody signed in."""
    client = Client()
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    return client


def listed(client: Client, **asked: object) -> list[int]:
    """The change numbers of the page, as they stand there."""
    answer = client.get("/trail/", asked)
    assert answer.status_code == 200
    return [int(each) for each in re.findall(r'id="change-(\d+)"', answer.content.decode())]


def exported(client: Client, **asked: object) -> list[dict[str, str]]:
    """The rows of the CSV file."""
    answer = client.get("/trail/file/", asked)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert f"-{len(rows)}-rows.csv" in answer.headers["Content-Disposition"]
    return rows


def numbers(**conditions: object) -> list[int]:
    """Change numbers straight from the database, newest first."""
    return list(Change.objects.filter(**conditions).order_by("-id").values_list("id", flat=True))


@pytest.mark.requirement("R23")
def test_every_audited_table_has_words() -> None:
    assert set(labels.titles()) == {*audited(), "trial_person"}


def test_the_chair_sees_every_change_newest_first(cast: Cast, level: HormoneLevel) -> None:
    assert listed(client_of(cast.people[Role.CHAIR])) == numbers()


@pytest.mark.requirement("R43")
def test_an_investigator_sees_the_changes_of_the_own_site_and_no_others(cast: Cast) -> None:
    ours, theirs = client_of(cast.people[Role.INVESTIGATOR]), client_of(cast.elsewhere[Role.INVESTIGATOR])
    assert listed(ours) == numbers(site=cast.north) != []
    assert listed(theirs) == numbers(site=cast.south) != []
    assert listed(ours, site="SOUTH") == []
    assert {row["site"] for row in exported(ours)} == {"NORTH"}
    of_no_site = Change.objects.filter(site=None).earliest("id")
    for hidden in (of_no_site.pk, numbers(site=cast.south)[0]):
        assert ours.get(f"/trail/{hidden}/").status_code == 404
    assert "South_Coordinator" not in ours.get("/trail/").content.decode()


def test_a_monitor_of_one_site_sees_that_site_only(cast: Cast) -> None:
    assert listed(client_of(person("mo", Role.MONITOR, cast.south))) == numbers(site=cast.south)


@pytest.mark.requirement("R26")
@pytest.mark.parametrize(
    ("name", "value", "column"),
    [("site", "SOUTH", {"site__code": "SOUTH"}), ("act", "correct", {"act": "correct"}),
     ("person", "system", {"person": None}), ("participant", "net-001", {"participant__number": "NET-001"}),
     ("table", "trial_hormonelevel", {"versions__table_name": "trial_hormonelevel"}), ("since", "4", {"id__gt": 4})],
)  # fmt: skip
def test_each_filter_finds_what_the_database_holds(
    cast: Cast, level: HormoneLevel, name: str, value: str, column: dict[str, object]
) -> None:
    chair = client_of(cast.people[Role.CHAIR])
    wanted = numbers(**column)
    assert listed(chair, **{name: value}) == wanted and 0 < len(wanted) < Change.objects.count()
    assert sorted({int(row["change"]) for row in exported(chair, **{name: value})}, reverse=True) == wanted


@pytest.mark.requirement("R26")
def test_a_person_filters_the_trail(cast: Cast, level: HormoneLevel) -> None:
    nora = cast.people[Role.COORDINATOR]
    assert listed(client_of(cast.people[Role.CHAIR]), person=nora.pk) == numbers(person=nora) != []


@pytest.mark.requirement("R24")
def test_days_are_whole_days_in_utc(cast: Cast) -> None:
    chair, today = client_of(cast.people[Role.CHAIR]), datetime.now(UTC).date()
    assert listed(chair, from_on=today.isoformat(), to_on="t") == numbers()
    assert listed(chair, to_on="01-JAN-2001") == listed(chair, from_on="01-JAN-2199") == []


def test_a_day_that_cannot_be_read_finds_nothing_and_says_so(cast: Cast) -> None:
    chair = client_of(cast.people[Role.CHAIR])
    page = chair.get("/trail/", {"from_on": "03/04/2026"})
    assert "From: “03/04/2026” is not a date. Enter it as 12-MAR-2026.".encode() in page.content
    assert b"<p class=\"panel\">None</p>" in page.content
    assert chair.get("/trail/file/", {"from_on": "03/04/2026"}).status_code == 422


def test_pages_follow_the_change_numbers_both_ways(cast: Cast) -> None:
    for name in range(selection.PAGE * 2):
        with changes.record(None, "system", "one more"):
            Site.objects.filter(code="SOUTH").update(name=f"South {name}")
    chair, every = client_of(cast.people[Role.CHAIR]), numbers()
    seen, before = [], {}
    while True:
        page = chair.get("/trail/", before).content.decode()
        seen += [int(each) for each in re.findall(r'id="change-(\d+)"', page)]
        older = re.search(r'href="\?before=(\d+)">Older', page)
        if older is None:
            break
        before = {"before": older[1]}
    assert seen == every and len(every) > 2 * selection.PAGE
    newer = re.search(r'href="\?after=(\d+)">Newer', page)
    assert newer is not None and listed(chair, after=newer[1]) == every[-selection.PAGE - len(every) % 50 :][:50]


@pytest.mark.requirement("R16")
def test_a_change_opens_in_words_with_before_and_after(cast: Cast, level: HormoneLevel) -> None:
    chair, change = client_of(cast.people[Role.CHAIR]), Change.objects.filter(act="correct").latest("id")
    page = chair.get(f"/trail/{change.pk}/").content.decode()
    assert "<del>210" in page and "<ins>120" in page and "read from the wrong line" in page and "Nora" in page
    assert f"/participants/NET-001/history/hormone/{level.pk}/" in page
    assert bytes(change.seal or b"").hex() in page
    inline = chair.get(f"/trail/{change.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<ins>120" in inline and "<html" not in inline


@pytest.mark.requirement("R26")
def test_the_history_of_an_item_leads_to_the_change_for_those_who_read_the_trail(
    cast: Cast, level: HormoneLevel
) -> None:
    address = f"/participants/NET-001/history/hormone/{level.pk}/"
    assert b'href="/trail/' in client_of(cast.people[Role.MONITOR]).get(address).content
    assert b'href="/trail/' not in client_of(cast.people[Role.COORDINATOR]).get(address).content


@pytest.mark.requirement("R27")
def test_the_file_has_a_row_for_each_version_and_for_each_change_without_one(cast: Cast, level: HormoneLevel) -> None:
    with changes.record(None, "system", "=nothing was written"):
        pass
    rows = exported(client_of(cast.people[Role.CHAIR]))
    assert sorted(int(row["version"]) for row in rows if row["version"]) == list(
        Version.objects.order_by("id").values_list("id", flat=True))  # fmt: skip
    assert [int(row["change"]) for row in rows] == sorted(int(row["change"]) for row in rows)
    assert [(row["reason"], row["version"]) for row in rows if not row["version"]] == [("'=nothing was written", "")]
    corrected = next(row for row in rows if row["act"] == "Corrected" and row["what"] == "Hormone level")
    assert "Value: 210" in corrected["values"] and "→ 120" in corrected["values"] and corrected["row_act"] == "changed"


def test_hostile_addresses_are_answered_in_words(cast: Cast) -> None:
    chair = client_of(cast.people[Role.CHAIR])
    for asked in ({"person": "9" * 30}, {"before": "x"}, {"table": "'; --"}, {"since": "-1"}, {"act": "no"},
                  {"after": "99999999999999999"}, {"to_on": "31-DEC-9999"}):  # fmt: skip
        assert chair.get("/trail/?" + urlencode(asked)).status_code == 200, asked
    assert chair.get("/trail/?" + urlencode({"participant": "S-\0"})).status_code == 400


@pytest.mark.requirement("R32")
def test_a_monitor_records_a_review_that_everybody_sees(cast: Cast) -> None:
    mona = client_of(cast.people[Role.MONITOR])
    to = numbers()[0]
    assert f"Record review up to change {to}" in mona.get("/trail/").content.decode()
    assert mona.post("/trail/review/", {"to": to, "words": "Nothing to remark."}).status_code == 302
    done = AuditReview.objects.get()
    assert (done.from_change, done.to_change, done.span, done.words) == (1, to, "all sites", "Nothing to remark.")
    change = Change.objects.latest("id")
    assert (change.act, change.person, done.reviewed_at) == ("review", cast.people[Role.MONITOR], change.at)
    for role in (Role.CHAIR, Role.STATISTICIAN, Role.MONITOR):
        page = client_of(cast.people[role]).get("/trail/").content.decode()
        assert f"Reviewed up to change {to} by" in page and "Nothing to remark." in page
    assert listed(mona, since=to) == numbers(id__gt=to) != []
    again = mona.post("/trail/review/", {"to": change.pk, "words": "The review itself."})
    assert again.status_code == 302 and AuditReview.objects.latest("id").from_change == to + 1


@pytest.mark.requirement("R32")
@pytest.mark.parametrize(("to", "words"), [("999999", "Seen."), ("", "Seen."), ("3", "  ")])
def test_a_review_of_what_is_not_there_or_without_words_is_refused(cast: Cast, to: str, words: str) -> None:
    answer = client_of(cast.people[Role.MONITOR]).post("/trail/review/", {"to": to, "words": words})
    assert answer.status_code == 422 and not AuditReview.objects.exists()
    assert not Change.objects.filter(act="review").exists()


@pytest.mark.requirement("R32")
def test_nobody_reviews_the_same_changes_twice(cast: Cast) -> None:
    mona = client_of(cast.people[Role.MONITOR])
    assert mona.post("/trail/review/", {"to": "3", "words": "Seen."}).status_code == 302
    answer = mona.post("/trail/review/", {"to": "3", "words": "Seen again."})
    assert answer.status_code == 422 and b"already reviewed up to change 3" in answer.content
    assert AuditReview.objects.count() == 1


@pytest.mark.requirement("R32")
def test_a_review_of_one_site_does_not_count_for_all(cast: Cast) -> None:
    mo, mona = person("mo", Role.MONITOR, cast.south), cast.people[Role.MONITOR]
    to = numbers(site=cast.south)[0]
    assert client_of(mo).post("/trail/review/", {"to": to, "words": "South is read."}).status_code == 302
    assert AuditReview.objects.get().span == "SOUTH"
    assert "Reviewed up to change" not in client_of(mona).get("/trail/").content.decode()
    assert b"South is read." in client_of(mona).get("/trail/").content
    assert b"South is read." not in client_of(cast.people[Role.INVESTIGATOR]).get("/trail/").content


def test_a_page_costs_the_same_queries_however_long_it_is_and_none_counts_past_rows(cast: Cast) -> None:
    chair = client_of(cast.people[Role.CHAIR])
    chair.get("/trail/")
    with CaptureQueriesContext(connection) as short:
        chair.get("/trail/", {"before": 3})
    with CaptureQueriesContext(connection) as long:
        chair.get("/trail/", {"before": 12})
    assert len(short) == len(long) <= 12
    assert not [each["sql"] for each in long if "OFFSET" in each["sql"]]


@pytest.mark.requirement("R17")
def test_a_version_altered_twice_in_one_change_is_compared_with_the_one_before(cast: Cast) -> None:
    with changes.record(None, "system", "twice") as change:
        for name in ("first", "second"):
            Site.objects.filter(code="SOUTH").update(name=name)
    page = client_of(cast.people[Role.CHAIR]).get(f"/trail/{change.number}/").content.decode()
    assert "<del>South</del> → <ins>first</ins>" in page and "<del>first</del> → <ins>second</ins>" in page
