"""Queries: read as of a change, raised, answered and decided by the services of the pages."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Header, Router, Schema
from ninja import Query as Parameter

from capture.api import versions
from capture.api.record import AsOf, ChangedAfter, Cursor, Limit, SiteCode, person_of, sites_asked
from capture.conduct import queries
from capture.conduct.queries import Where
from capture.exchange.data_sets import BY_NAME
from trial.api import paging
from trial.api.inputs import READABLE
from trial.api.paging import USUAL, Page
from trial.api.problems import CallRefused
from trial.api.use import CHANGED, Reply, allows, stop_unless_shown
from trial.api.writing import save_of
from trial.models import Change, Query, QueryMessage, Version
from trial.record import access, save_once
from trial.record.save import Save
from trial.record.save_once import SavedAlready

router = Router(tags=["Queries"])
DATA_SET = BY_NAME["queries"]
Short = Annotated[str, Field(max_length=40), READABLE]
State = Annotated[str, Parameter(max_length=40, description="One of " + ", ".join(Query.State.values))]
Words = Annotated[str, Field(max_length=600), READABLE]
IfMatch = Annotated[str, Header(alias="If-Match", max_length=400, description="The ETag of the query that was read")]
Once = Annotated[str, Header(alias="Idempotency-Key", max_length=40, description="A UUID: sent twice, saved once")]


class Message(Schema):
    """What was said, and the state that the query took with it; no person: the system."""

    state: str
    words: str
    person: str | None
    at: str


class QueryShape(Schema):
    """A query; kind, row, field: where in the casebook it asks; finding: for who does not enter data only."""

    query: int
    participant: str
    site: str
    kind: str
    row: int | None
    field: str
    check: str
    words: str
    finding: str | None
    state: str
    assigned_role: str
    raised_by: str | None
    raised_at: str
    change: int
    messages: list[Message]


class Queries(Schema):
    """A page of queries."""

    items: list[QueryShape]
    next: str | None


class NewQuery(Schema):
    """What a monitor asks. row: the number of the entry; field: of the form; both may be left out."""

    participant: Short
    kind: Short
    row: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    field: Annotated[str, Field(max_length=60), READABLE] = ""
    words: Words


class Move(Schema):
    """What becomes of a query: the site answers; a monitor closes, reopens or cancels."""

    state: Literal["answered", "closed", "reopened", "cancelled"]
    words: Words = ""


@router.get("/queries", response=Queries)
@allows("queries:read")
def listing(
    request: HttpRequest, as_of: AsOf = "", state: State = "", site: SiteCode = "", changed_after: ChangedAfter = 0,
    cursor: Cursor = "", limit: Limit = USUAL,
) -> Reply:  # fmt: skip
    """Queries in the order in which they were raised."""
    page = paging.page(as_of, cursor, limit, request.path)
    where = {"state": state} if state else {}
    asked = versions.Asked(sites_asked(request, site), changed_after=changed_after, where=where)
    rows = [(each.number, each) for each in versions.entries(DATA_SET, page, asked)]
    return Reply(page.of(rows, lambda given: _shown(request, [each for _, each in given], page)), page.change, page)


@router.get("/queries/{query}", response=QueryShape)
@allows("queries:read")
def one(request: HttpRequest, query: int, as_of: AsOf = "") -> Reply:
    """One query with all that was said."""
    page = paging.page(as_of, "", 1)
    return Reply(_one(request, query, page), page.change)


@router.post("/queries", response={201: QueryShape})
@allows("queries:write")
def ask(request: HttpRequest, asked: NewQuery, once: Once = "") -> Reply:
    """A monitor asks the site about an entry."""
    person = person_of(request)
    participant = access.participant_for(person, asked.participant)
    where = Where(asked.kind, asked.row, asked.field)
    return _written(request, once, asked.dict(),
                    lambda save: queries.raise_query(save, participant, where, asked.words), 201)  # fmt: skip


@router.post("/queries/{query}/messages", response={201: QueryShape})
@allows("queries:write")
def say(request: HttpRequest, query: int, move: Move, once: Once = "", if_match: IfMatch = "") -> Reply:
    """Answers, closes, reopens or cancels the query that was read before (If-Match)."""
    found = access.queries_for(person_of(request)).filter(pk=query).first()
    if found is None:
        raise Http404("There is no such query.")
    read = None
    if not (once and save_once.saved(once)):  # what was saved before is answered by what it made
        shown = _one(request, query, paging.page("", "", 1))
        stop_unless_shown(request, shown)
        read = shown["state"]
    return _written(request, once, {"query": query, **move.dict()}, lambda save: _move(save, found, move, read), 201)


def _move(save: Save, query: Query, move: Move, read: str | None) -> Query:
    """read: the state that If-Match was judged by; it is asked again under the lock."""
    try:
        if move.state == Query.State.ANSWERED:
            return queries.answer(save, query, move.words, read=read)
        return queries.decide(save, query, move.state, move.words, read=read)
    except queries.MovedMeanwhile:
        raise CallRefused(412, CHANGED) from None


def _written(request: HttpRequest, once: str, content: Any, write: Callable[[Save], Query], status: int) -> Reply:
    """The query as it then stands; a call that is sent again is answered by the query that it made."""
    caller = request.auth  # type: ignore[attr-defined]
    save = save_of(caller, once, content)
    try:
        number = write(save).pk
    except SavedAlready:
        saved = save_once.saved(once)
        assert saved is not None and save.sending is not None
        if saved.digest != save.sending.digest or saved.change.person_id != caller.person.pk:
            raise CallRefused(409, "This Idempotency-Key was used for another call. Nothing was saved.") from None
        written = Version.objects.filter(change=saved.change_id, table_name="trial_query")
        number = written.values_list("row_id", flat=True)[0]
    page = paging.page("", "", 1)
    return Reply(_one(request, number, page), page.change, status=status)


def _one(request: HttpRequest, query: int, page: Page) -> dict[str, Any]:
    asked = versions.Asked(sites_asked(request), entry=query)
    found = versions.entries(DATA_SET, page, asked) if 0 < query < 2**63 else []
    if not found:
        raise Http404("There is no such query.")
    return _shown(request, found, page)[0]


def _shown(request: HttpRequest, found: Sequence[versions.Entry], page: Page) -> list[dict[str, Any]]:
    said: dict[int, list[dict[str, Any]]] = defaultdict(list)
    at = Change.objects.filter(pk__lte=page.change).order_by("-pk").values_list("at", flat=True).first()
    messages = QueryMessage.objects.standing().filter(query__in=[each.number for each in found], said_at__lte=at)
    for each in messages.select_related("said_by").order_by("id"):
        person = each.said_by.full_name if each.said_by else None
        said[each.query_id].append({"state": each.state, "words": each.words, "person": person,
                                    "at": each.said_at.isoformat()})  # fmt: skip
    sees_findings = not access.may_enter(person_of(request))
    entries = versions.shown(DATA_SET, found, page.change)
    return [_query(entry, said[entry["entry"]], sees_findings) for entry in entries]


def _query(entry: dict[str, Any], said: list[dict[str, Any]], sees_findings: bool) -> dict[str, Any]:
    row = entry["values"]
    reference = entry["study_number"] or f"S-{entry['screening_number']:04d}"
    return {
        "query": entry["entry"], "participant": reference, "site": entry["site"], "kind": row["form"],
        "row": row["row_id"], "field": row["field"], "check": row["check_id"], "words": row["words"],
        "finding": row["finding"] if sees_findings else None, "state": row["state"],
        "assigned_role": row["assigned_role"], "raised_by": row["raised_by"], "raised_at": row["raised_at"],
        "change": entry["change"], "messages": said,
    }  # fmt: skip
