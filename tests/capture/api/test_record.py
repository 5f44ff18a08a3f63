"""What a program reads of the record: the casebook as data, as of any change, page by page of one moment."""

from datetime import date
from decimal import Decimal

import pytest

from capture.api.versions import ENTRIES
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries
from capture.exchange import cells
from capture.exchange.data_sets import BY_NAME
from capture.exchange.exporting import export
from tests.capture.grading.test_event_proposals import VISIT, line
from tests.cast import Cast, register
from tests.program import Program, program_for, program_of
from trial.api import paging
from trial.models import Change, HormoneLevel, JournalEntry, Participant, Role
from trial.record.save import Save

LEVEL = {"sampled_on": date(2026, 1, 9), "marker": "CGA", "value": Decimal("210.50"), "value_missing": "",
         "unit": "ng/mL", "upper_limit": 100, "upper_limit_missing": "", "assay": ""}  # fmt: skip


def newest() -> int:
    """The newest change on record."""
    return Change.objects.order_by("-id")[0].pk


def level_of(cast: Cast, participant: Participant, row: HormoneLevel | None = None, **changed: object) -> HormoneLevel:
    """A hormone level as entered, or corrected, by Nora."""
    save = Save(cast.people[Role.COORDINATOR], "misread", acknowledged={})
    return entries.save(save, participant, ENTRY_FORMS["hormone"], {**LEVEL, **changed}, row=row)  # type: ignore[no-any-return]


@pytest.fixture
def program(cast: Cast) -> Program:
    """Nora's program, at Site North."""
    return program_of(cast, Role.COORDINATOR)


def test_an_entry_has_the_columns_of_its_export_with_exact_numbers(cast: Cast, program: Program) -> None:
    level = level_of(cast, cast.participant)
    entry = program.body(f"entries/hormone/{level.pk}")
    assert (entry["study_number"], entry["site"], entry["site_at_entry"]) == ("NET-001", "NORTH", "NORTH")
    assert Decimal(entry["values"]["value"]) == Decimal("210.50") and isinstance(entry["values"]["value"], str)
    assert entry["values"]["sampled_on"] == "2026-01-09"
    assert entry["change"] == newest()
    defined = program.body("forms/hormone")
    assert [each["name"] for each in defined["fields"]] == list(entry["values"])


def test_every_form_says_what_its_export_says(cast: Cast) -> None:
    """Each value of each entry, read by a program, against the cell of the export."""
    level_of(cast, cast.participant)
    program = program_of(cast, Role.STATISTICIAN)
    compared = 0
    for name, data_set in ENTRIES.items():
        names = [column.name for column in data_set.columns]
        exported = [dict(zip(names, row, strict=True)) for row in export.values(BY_NAME[name])]
        given = program.body(f"entries/{name}", struck_out=True, limit=500)["items"]
        number = "entry" if "entry" in names else "screening_number"
        key = {"entry": "entry", "screening_number": "screening_number"}[number]
        by_key = {each[key]: each for each in given}
        assert by_key.keys() == {row[number] for row in exported}, name
        for row in exported:
            for column, value in by_key[row[number]]["values"].items():
                expected = cells.text(row[column])
                is_decimal = isinstance(row[column], Decimal)
                told = cells.text(Decimal(value) if is_decimal and value is not None else value)
                assert told == expected, (name, column)
                compared += 1
    assert compared > 100


def test_an_entry_is_read_as_it_was_at_a_change(cast: Cast, program: Program) -> None:
    level = level_of(cast, cast.participant)
    before = newest()
    level_of(cast, cast.participant, level, value=Decimal("99"))
    path = f"entries/hormone/{level.pk}"
    assert Decimal(program.body(path)["values"]["value"]) == 99
    answer = program.read(path, as_of=before)
    assert Decimal(answer.json()["values"]["value"]) == Decimal("210.5")
    assert answer.headers["Endpoint-Change"] == str(before)
    assert program.read(path, as_of=before - 1).status_code == 404
    assert program.body("entries/hormone", as_of=before - 1)["items"] == []


def test_a_moment_that_never_was_is_refused_in_words(program: Program) -> None:
    for as_of in ("0", "9999999", "yesterday", "2026-13-45", "NaN"):
        answer = program.read("participants", as_of=as_of)
        assert answer.status_code == 422 and answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]


def test_the_history_of_an_entry_says_who_when_why_and_what(cast: Cast, program: Program) -> None:
    level = level_of(cast, cast.participant)
    level_of(cast, cast.participant, level, value=Decimal("99"))
    first, second = program.body(f"entries/hormone/{level.pk}/history")["items"]
    assert (first["act"], second["act"], second["reason"]) == ("enter", "correct", "misread")
    assert first["person"] == "Nora" and Decimal(first["values"]["value"]) == Decimal("210.5")
    assert Decimal(second["values"]["value"]) == 99


def test_pages_of_one_walk_show_one_moment_while_others_write(cast: Cast) -> None:
    people = [cast.participant, *(register(cast.people[Role.COORDINATOR], cast.north) for _ in range(4))]
    program = program_of(cast, Role.STATISTICIAN)
    answer = program.read("participants", limit=2)
    first, moment = answer.json(), answer.headers["Endpoint-Change"]
    register(cast.people[Role.COORDINATOR], cast.north)
    assert answer.headers["Link"].endswith('rel="next"')
    second = program.get(answer.headers["Link"].partition(">")[0].removeprefix("<"))
    third = program.body("participants", limit=2, cursor=second.json()["next"])
    walked = [each["study_number"] for page in (first, second.json(), third) for each in page["items"]]
    assert walked == [each.number for each in people] and third["next"] is None
    assert second.headers["Endpoint-Change"] == moment
    assert len(program.body("participants")["items"]) == 6


def test_a_cursor_that_is_none_is_refused(program: Program) -> None:
    own = "/api/v1/participants"
    made_up = [paging.cursor(change, after, own) for change, after in ((0, 0), (newest() + 1, 0), (2**62, 0), (1, -1))]
    for cursor in ("x", "W10", "bnVsbA", "WzEsMiwzXQ", "WzEsIC0xXQ", "WzAsIDBd", "a" * 300, *made_up):
        assert program.read("participants", cursor=cursor).status_code == 422, cursor
    assert program.read("participants", cursor=paging.cursor(newest(), 0, own)).status_code == 200


def test_a_cursor_opens_the_list_that_gave_it_and_no_other(cast: Cast, program: Program) -> None:
    for day in (9, 10):
        level_of(cast, cast.participant, sampled_on=date(2026, 1, day))
    cursor = program.body("entries/hormone", limit=1)["next"]
    assert len(program.body("entries/hormone", cursor=cursor)["items"]) == 1
    for path in ("participants", "entries/visit", "queries"):
        assert program.read(path, cursor=cursor).status_code == 422, path


def test_what_was_read_before_is_not_sent_again(cast: Cast, program: Program) -> None:
    level = level_of(cast, cast.participant)
    path = f"/api/v1/entries/hormone/{level.pk}"
    tag = program.get(path).headers["ETag"]
    register(cast.people[Role.COORDINATOR], cast.north)
    again = program.get(path, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    level_of(cast, cast.participant, level, value=Decimal("99"))
    changed = program.get(path, headers={"if-none-match": tag})
    assert changed.status_code == 200 and changed.headers["ETag"] != tag


def test_struck_out_entries_are_given_only_where_they_are_asked_for(cast: Cast, program: Program) -> None:
    level = level_of(cast, cast.participant)
    entries.strike_out(
        Save(cast.people[Role.COORDINATOR], "entered twice"), cast.participant, ENTRY_FORMS["hormone"], level
    )
    assert program.body("entries/hormone")["items"] == []
    (struck,) = program.body("entries/hormone", struck_out="true")["items"]
    assert struck["values"]["struck_out_reason"] == "entered twice"


def test_only_what_changed_since_is_given_where_it_is_asked_for(cast: Cast, program: Program) -> None:
    level_of(cast, cast.participant)
    since = newest()
    second = level_of(cast, cast.participant, sampled_on=date(2026, 2, 9))
    found = program.body("entries/hormone", changed_after=since)["items"]
    assert [each["entry"] for each in found] == [second.pk]


def test_what_was_struck_out_since_is_told_to_who_follows(cast: Cast, program: Program) -> None:
    level = level_of(cast, cast.participant)
    since, nora = newest(), cast.people[Role.COORDINATOR]
    entries.strike_out(Save(nora, "entered twice"), cast.participant, ENTRY_FORMS["hormone"], level)
    (struck,) = program.body("entries/hormone", changed_after=since)["items"]
    assert (struck["entry"], struck["struck_out"], struck["change"]) == (level.pk, True, newest())
    assert program.body("entries/hormone", changed_after=newest())["items"] == []
    assert not program.body(f"entries/hormone/{level.pk}", as_of=since)["struck_out"]


def test_the_results_of_a_visit_do_not_stand_once_it_is_struck_out(cast: Cast, program: Program) -> None:
    nora, form = cast.people[Role.COORDINATOR], ENTRY_FORMS["visit"]
    visit = entries.save(Save(nora), cast.participant, form, VISIT, lines=[line()])
    result = program.body("entries/laboratory")["items"][0]
    before = newest()
    assert not result["struck_out"]
    entries.strike_out(Save(nora, "of somebody else"), cast.participant, form, visit)
    assert program.body("entries/laboratory")["items"] == []
    for asked in ({"struck_out": "true"}, {"changed_after": before}):
        (struck,) = program.body("entries/laboratory", **asked)["items"]
        assert (struck["entry"], struck["struck_out"]) == (result["entry"], True), asked
    assert program.body(f"entries/laboratory/{result['entry']}")["struck_out"]
    assert program.body("entries/laboratory", as_of=before)["items"] == [result]
    assert program.body("entries/laboratory", changed_after=newest())["items"] == []


def test_the_feed_gives_every_change_once_and_in_order(cast: Cast) -> None:
    program = program_of(cast, Role.MONITOR)
    since = newest()
    level = level_of(cast, cast.participant)
    level_of(cast, cast.participant, level, value=Decimal("99"))
    walked, after = [], since
    while page := program.body("changes", after=after, limit=1)["items"]:
        walked += page
        after = page[-1]["change"]
    assert [(each["act"], each["participant"]) for each in walked] == [("enter", "NET-001"), ("correct", "NET-001")]
    assert {"form": "hormone", "table": "trial_hormonelevel", "entry": level.pk, "act": "update"} in walked[1]["rows"]


def test_another_site_is_not_there(cast: Cast, program: Program) -> None:
    theirs = register(cast.elsewhere[Role.COORDINATOR], cast.south)
    for path in (f"participants/{theirs.number}", f"entries/registration/{theirs.pk}",
                 f"entries/registration/{theirs.pk}/history"):  # fmt: skip
        assert program.read(path).status_code == 404, path
    assert program.read("entries/hormone", participant=theirs.number).status_code == 404
    assert [each["study_number"] for each in program.body("participants", site="SOUTH")["items"]] == []
    assert [each["code"] for each in program.body("sites")["items"]] == ["NORTH"]


def test_a_token_of_one_site_sees_this_site_only(cast: Cast) -> None:
    register(cast.elsewhere[Role.COORDINATOR], cast.south)
    for role in (Role.MONITOR, Role.CHAIR, Role.STATISTICIAN):
        program = program_of(cast, role, site=cast.south)
        assert {each["site"] for each in program.body("participants")["items"]} == {"SOUTH"}
        assert program.read("participants/NET-001").status_code == 404
        assert {each["site"] for each in program.body("changes")["items"]} == {"SOUTH"}


def test_reading_is_in_the_access_log_before_it_is_answered(cast: Cast, program: Program) -> None:
    program.body("participants/NET-001")
    noted = JournalEntry.objects.order_by("-id")[0]
    assert (noted.kind, noted.person, noted.role) == ("api", cast.people[Role.COORDINATOR], "coordinator")
    assert noted.words.startswith("token “warehouse” ep_") and noted.words.endswith("…: GET participants/NET-001")
    program.body("entries/hormone", more="x" * 300)
    assert JournalEntry.objects.order_by("-id")[0].words.startswith("token “warehouse” ep_")
    before = JournalEntry.objects.count()
    program.body("study")
    assert JournalEntry.objects.count() == before


def test_what_cannot_be_noted_is_not_given(cast: Cast, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("trial.models.audit.note", full)
    answer = program.read("participants/NET-001")
    assert answer.status_code == 503 and "NET-001" not in answer.content.decode()


def test_a_second_person_of_no_site_reads_nothing(cast: Cast) -> None:
    monitor = cast.people[Role.MONITOR]
    type(monitor).objects.filter(pk=monitor.pk).update(all_sites=False)
    program = program_for(cast, type(monitor).objects.get(pk=monitor.pk))
    assert program.body("participants")["items"] == []


def test_forms_are_all_data_sets_of_a_casebook(program: Program) -> None:
    names = [each["form"] for each in program.body("forms")["items"]]
    assert names == list(ENTRIES) and {"adverse_event", "lesion_readings", "laboratory", "death"} <= set(names)
    for name in names:
        defined = program.body(f"forms/{name}")
        assert defined["fields"] and all(each["words"] for each in defined["fields"]), name


def test_what_is_not_there_is_told_in_words(program: Program) -> None:
    for path in ("entries/no_such_form", "entries/queries", "entries/passkeys", "forms/holds", "entries/hormone/0",
                 "entries/hormone/99999999999999999999", "nothing", ""):  # fmt: skip
        answer = program.read(path)
        assert answer.status_code == 404 and answer.headers["Content-Type"] == "application/problem+json", path
