"""Queries by a program: read, raised, answered and decided within the role of its owner, by the pages' services."""

import uuid
from typing import Any

import pytest

from capture.conduct import queries
from tests.cast import Cast, register
from tests.program import Program, program_for, program_of
from trial.models import Change, JournalEntry, Query, Role
from trial.record import changes, system_queries
from trial.record.save import Save

WORDS = "Please compare this value with the source."
ASKED = {"participant": "NET-001", "kind": "registration", "row": None, "field": "born_on", "words": WORDS}


@pytest.fixture
def monitor(cast: Cast) -> Program:
    """The monitor's program."""
    return program_of(cast, Role.MONITOR)


@pytest.fixture
def site(cast: Cast) -> Program:
    """Nora's program."""
    return program_of(cast, Role.COORDINATOR)


def said(program: Program, query: int, state: str, words: str = "", tag: str = "", **headers: str) -> Any:
    """The answer to a message; tag: the ETag of the query as it is, where none is named."""
    tag = tag or program.read(f"queries/{query}").headers["ETag"]
    return program.write(f"queries/{query}/messages", {"state": state, "words": words}, **{"if-match": tag, **headers})


def test_a_query_goes_from_the_monitor_to_the_site_and_back(cast: Cast, monitor: Program, site: Program) -> None:
    made = monitor.write("queries", ASKED)
    assert made.status_code == 201, made.content
    number = made.json()["query"]
    assert made.json() == monitor.body(f"queries/{number}")
    assert said(site, number, "answered", "It is as in the source.").json()["state"] == "answered"
    closed = said(monitor, number, "closed").json()
    assert [(each["state"], each["person"]) for each in closed["messages"]] == [
        ("open", "A_Monitor"), ("answered", "Nora"), ("closed", "A_Monitor")]  # fmt: skip
    made_by = Change.objects.filter(act="query").order_by("id").values_list("person__username", "version_of_program")
    assert [person for person, _ in made_by] == ["a_monitor", "nora", "a_monitor"]
    assert all(program.partition(", API ")[2].isdigit() for _, program in made_by)


def test_a_query_is_read_as_it_was_at_a_change(cast: Cast, monitor: Program, site: Program) -> None:
    number = monitor.write("queries", ASKED).json()["query"]
    before = Change.objects.order_by("-id")[0].pk
    said(site, number, "answered", "It is as in the source.")
    then = site.body(f"queries/{number}", as_of=before)
    assert then["state"] == "open" and len(then["messages"]) == 1
    assert [each["query"] for each in site.body("queries", state="open", as_of=before)["items"]] == [number]
    assert site.body("queries", state="open")["items"] == []


def test_what_has_changed_since_it_was_read_is_not_written(cast: Cast, monitor: Program, site: Program) -> None:
    number = monitor.write("queries", ASKED).json()["query"]
    tag = site.read(f"queries/{number}").headers["ETag"]
    queries.answer(Save(cast.people[Role.INVESTIGATOR]), Query.objects.get(pk=number), "Answered on the page.")
    count = Change.objects.count()
    answer = said(site, number, "answered", "It is as in the source.", tag)
    assert answer.status_code == 412 and "changed since" in answer.json()["detail"]
    assert site.write(f"queries/{number}/messages", {"state": "answered", "words": "x"}).status_code == 428
    assert Change.objects.count() == count


def test_what_changes_between_the_judging_and_the_lock_is_not_written(
    cast: Cast, monitor: Program, site: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = monitor.write("queries", ASKED).json()["query"]
    said(site, number, "answered", "It is as in the source.")

    def judged_then_moved(*_: object) -> None:
        """The monitor reads “answered”, and another monitor closes it at the last moment."""
        queries.decide(Save(cast.people[Role.MONITOR]), Query.objects.get(pk=number), "closed")

    monkeypatch.setattr("capture.api.queries.stop_unless_shown", judged_then_moved)
    answer = said(monitor, number, "reopened", "Which page of the source?", "any")
    assert answer.status_code == 412 and "changed since" in answer.json()["detail"]
    assert Query.objects.get().state == "closed"


def test_a_query_without_words_that_can_be_kept_is_not_moved(cast: Cast, monitor: Program, site: Program) -> None:
    number = monitor.write("queries", ASKED).json()["query"]
    assert said(site, number, "answered", "a\0b").status_code == 422
    assert Query.objects.get().state == "open"


def test_a_call_that_is_sent_again_is_saved_once(cast: Cast, monitor: Program, site: Program) -> None:
    once = {"idempotency-key": str(uuid.uuid4())}
    first, second = (monitor.write("queries", ASKED, **once) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201) and first.json() == second.json()
    assert Query.objects.count() == 1
    assert monitor.write("queries", {**ASKED, "words": "Another question."}, **once).status_code == 409
    number, again = first.json()["query"], {"idempotency-key": str(uuid.uuid4())}
    tag = site.read(f"queries/{number}").headers["ETag"]
    answers = [said(site, number, "answered", "As in the source.", tag, **again) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert Query.objects.get().messages.count() == 2
    assert monitor.write("queries", ASKED, **{"idempotency-key": "once"}).status_code == 422


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"words": ""}, 409, "Enter the query text"),
    ({"words": "x" * 601}, 422, "600"),
    ({"words": "hidden \u202e text"}, 409, ""),
    ({"kind": "no_such_form"}, 409, "no such form"),
    ({"kind": "death", "row": 7}, 409, "does not exist"),
    ({"participant": "NET-999"}, 404, "no such participant"),
    ({"row": -1}, 422, "row"),
    ({"field": "Jane Doe, 12-FEB-1950"}, 409, "no such field"),
    *(({name: "a\0b"}, 422, "cannot be read (U+0000)") for name in ("participant", "kind", "field", "words")),
    ({"words": "half \ud800"}, 422, ""),
]


def test_a_query_that_cannot_be_is_refused_in_words(cast: Cast, monitor: Program) -> None:
    for typed, status, words in REFUSED:
        answer = monitor.write("queries", {**ASKED, **typed})
        assert answer.status_code == status and words in answer.json()["detail"], answer.content
    assert not Query.objects.exists()


def test_each_role_does_what_it_does_on_the_pages(cast: Cast, monitor: Program, site: Program) -> None:
    number = monitor.write("queries", ASKED).json()["query"]
    assert site.write("queries", ASKED).status_code == 403
    for program, state, words, status in ((monitor, "answered", "x", 403), (site, "closed", "", 403),
                                          (monitor, "closed", "", 409), (monitor, "cancelled", "", 409)):  # fmt: skip
        answer = said(program, number, state, words)
        assert answer.status_code == status and answer.json()["detail"], state
    assert Query.objects.get().state == "open"
    assert program_of(cast, Role.CHAIR).write("queries", ASKED).status_code == 403


def test_a_query_of_another_site_is_not_there(cast: Cast, monitor: Program) -> None:
    theirs = register(cast.elsewhere[Role.COORDINATOR], cast.south)
    number = monitor.write("queries", {**ASKED, "participant": theirs.number}).json()["query"]
    for program in (program_of(cast, Role.COORDINATOR), program_of(cast, Role.MONITOR, site=cast.north)):
        assert program.body("queries")["items"] == [] and program.read(f"queries/{number}").status_code == 404
        answer = program.write(f"queries/{number}/messages", {"state": "answered", "words": "x"}, **{"if-match": "*"})
        assert answer.status_code == 404
    south = program_for(cast, cast.elsewhere[Role.COORDINATOR])
    assert [each["query"] for each in south.body("queries")["items"]] == [number]


def test_the_site_never_reads_what_was_found(cast: Cast, monitor: Program, site: Program) -> None:
    with changes.record(None, "query", participant=cast.participant) as change:
        finding = system_queries.Finding("grade_missing", "registration", None, "", "grade of NET-001")
        system_queries.open_one(cast.participant, finding, WORDS, change.at)
    assert monitor.body("queries")["items"][0]["finding"] == "grade of NET-001"
    assert site.body("queries")["items"][0]["finding"] is None
    assert b"grade of NET-001" not in site.read("queries").content


def test_a_write_is_in_the_access_log_too(cast: Cast, monitor: Program) -> None:
    before = JournalEntry.objects.count()
    monitor.write("queries", ASKED)
    assert JournalEntry.objects.count() == before + 1
    assert JournalEntry.objects.order_by("-id")[0].words.endswith("…: POST queries")
