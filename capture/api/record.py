"""Study, sites, forms, participants, entries, their history, and the list of changes: read only."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from capture.api import definitions, shapes, versions
from capture.exchange.data_sets import DataSet
from trial.api import paging
from trial.api.paging import MOST, USUAL, Page
from trial.api.use import Reply, allows
from trial.audit import tables
from trial.models import Participant, Person, Version
from trial.models.audit import last_change
from trial.record import access

router = Router(tags=["Record"])
Limit = Annotated[int, Query(ge=1, le=MOST, description="Items on a page")]
AsOf = Annotated[str, Query(max_length=40, description="A change number, or an instant in UTC; empty: now")]
Cursor = Annotated[str, Query(max_length=200, description="“next” of the page before")]
SiteCode = Annotated[str, Query(max_length=40, description="Code of a site; empty: all that the token sees")]
ChangedAfter = Annotated[int, Query(ge=0, le=2**63 - 1, description="Only what a later change than this one wrote")]
Reference = Annotated[str, Query(max_length=40, description="A study or screening number")]
StruckOut = Annotated[bool, Query(description="Whether struck-out entries are given too")]
FORM_OF = {tables.table_of(each.model): name for name, each in versions.ENTRIES.items()}


class EntryFilters(Schema):
    """Of whom and since when."""

    participant: Reference = ""
    site: SiteCode = ""
    changed_after: ChangedAfter = 0
    struck_out: StruckOut = False


def person_of(request: HttpRequest) -> Person:
    """The person whose token calls, at the site of the token."""
    person: Person = request.auth.person  # type: ignore[attr-defined]
    return person


@router.get("/study", response=shapes.Study)
@allows("metadata:read")
def study(request: HttpRequest) -> Reply:
    """The study, its groups and the newest change on record."""
    return Reply(definitions.study(last_change()), last_change())


@router.get("/sites", response=shapes.Sites)
@allows("metadata:read")
def sites(request: HttpRequest) -> Reply:
    """The sites that the token sees."""
    found = access.sites_for(person_of(request)).standing()
    items = [
        {"code": each.code, "name": each.name, "time_zone": each.time_zone, "country": each.country} for each in found
    ]
    return Reply({"items": items, "next": None})


@router.get("/forms", response=shapes.FormNames)
@allows("metadata:read")
def forms(request: HttpRequest) -> Reply:
    """The forms of the casebook and the lists beside them, in order."""
    items = [{"form": each.name, "title": each.title} for each in versions.ENTRIES.values()]
    return Reply({"items": items, "next": None})


@router.get("/forms/{form}", response=shapes.Form)
@allows("metadata:read")
def form(request: HttpRequest, form: str) -> Reply:
    """Fields with types, units and codes, form versions and edit checks of a form."""
    return Reply(definitions.form(_data_set(form)))


@router.get("/participants", response=shapes.Entries)
@allows("record:read")
def participants(
    request: HttpRequest, as_of: AsOf = "", site: SiteCode = "", changed_after: ChangedAfter = 0, cursor: Cursor = "",
    limit: Limit = USUAL,
) -> Reply:  # fmt: skip
    """Every participant at the sites that the token sees, screened ones too, in order of entry."""
    page = paging.page(as_of, cursor, limit, request.path)
    asked = versions.Asked(sites_asked(request, site), changed_after=changed_after, struck_out=changed_after > 0)
    return _page(versions.PARTICIPANTS, page, asked)


@router.get("/participants/{reference}", response=shapes.Entry)
@allows("record:read")
def participant(request: HttpRequest, reference: str, as_of: AsOf = "") -> Reply:
    """A participant by study number (NET-001) or screening number (S-0001)."""
    found = access.participant_for(person_of(request), reference)
    return _one(request, versions.PARTICIPANTS, found.pk, as_of)


@router.get("/entries/{form}", response=shapes.Entries)
@allows("record:read")
def entries(
    request: HttpRequest, form: str, filters: Query[EntryFilters], as_of: AsOf = "", cursor: Cursor = "",
    limit: Limit = USUAL,
) -> Reply:  # fmt: skip
    """The entries of a form, in order of their numbers; struck-out ones where they are asked for, or changed since."""
    data_set, page = _data_set(form), paging.page(as_of, cursor, limit, request.path)
    of = access.participant_for(person_of(request), filters.participant).pk if filters.participant else None
    struck_out = filters.struck_out or filters.changed_after > 0
    asked = versions.Asked(sites_asked(request, filters.site), of, None, filters.changed_after, struck_out)
    return _page(data_set, page, asked)


@router.get("/entries/{form}/{entry}", response=shapes.Entry)
@allows("record:read")
def entry(request: HttpRequest, form: str, entry: int, as_of: AsOf = "") -> Reply:
    """One entry, struck out or not."""
    return _one(request, _data_set(form), entry, as_of)


@router.get("/entries/{form}/{entry}/history", response=shapes.History)
@allows("record:read")
def history(
    request: HttpRequest, form: str, entry: int, as_of: AsOf = "", cursor: Cursor = "", limit: Limit = USUAL
) -> Reply:
    """Every change of an entry, the oldest first: who, when, why, and what it then was."""
    data_set, page = _data_set(form), paging.page(as_of, cursor, limit, request.path)
    _found(request, data_set, entry, page.change)
    rows = versions.history(data_set, entry, page)
    return Reply(page.of(rows, lambda given: versions.history_shown(data_set, given)), page.change, page)


@router.get("/changes", response=shapes.Changes)
@allows("trail:read")
def changes(request: HttpRequest, after: ChangedAfter = 0, limit: Limit = USUAL) -> Reply:
    """Changes after number `after`, each once and in order, so that another system can follow the record.

    Call again with `after` as the number of the last one; an empty page: nothing has changed.
    """
    newest = last_change()
    rows = access.changes_for(person_of(request)).filter(id__gt=after, id__lte=newest).order_by("id")
    found = list(rows.select_related("person", "participant", "site")[:limit])
    touched: dict[int, list[dict[str, Any]]] = {each.pk: [] for each in found}
    written = Version.objects.filter(change__in=touched).order_by("id")
    for change, table, row, act in written.values_list("change_id", "table_name", "row_id", "act"):
        touched[change].append({"form": FORM_OF.get(table), "table": table, "entry": row, "act": act.lower()})
    items = [{**versions.said(each), "participant": _reference(each.participant), "groups": each.groups,
              "site": each.site.code if each.site else None, "rows": touched[each.pk]} for each in found]  # fmt: skip
    return Reply({"items": items, "next": None}, newest)


def _reference(participant: Participant | None) -> str | None:
    return participant.reference if participant else None


def _data_set(form: str) -> DataSet:
    found = versions.ENTRIES.get(form)
    if found is None:
        raise Http404(f"There is no form {form[:40]}. See /api/v1/forms.")
    return found


def sites_asked(request: HttpRequest, code: str = "") -> list[int]:
    """Ids of the sites that the token sees; code: only this one of them."""
    found = access.sites_for(person_of(request))
    return [each.pk for each in found if code in ("", each.code)]


def _found(request: HttpRequest, data_set: DataSet, entry: int, change: int) -> versions.Entry:
    asked = versions.Asked(sites_asked(request), entry=entry, struck_out=True)
    found = versions.entries(data_set, Page(change, 0, 1), asked) if 0 < entry < 2**63 else []
    if not found:
        raise Http404("There is no such entry.")
    return found[0]


def _one(request: HttpRequest, data_set: DataSet, entry: int, as_of: str) -> Reply:
    change = paging.page(as_of, "", 1).change
    found = _found(request, data_set, entry, change)
    return Reply(versions.shown(data_set, [found], change)[0], change)


def _page(data_set: DataSet, page: Page, asked: versions.Asked) -> Reply:
    rows = [(each.number, each) for each in versions.entries(data_set, page, asked)]
    body = page.of(rows, lambda given: versions.shown(data_set, [each for _, each in given], page.change))
    return Reply(body, page.change, page)
