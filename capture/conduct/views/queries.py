"""Pages of queries: the list, one query with its answer, raising one, raising many."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from capture import history
from capture.conduct import answering, places, queries, query_list
from capture.conduct.queries import Where
from trial import access, changes, clock, query_wordings
from trial.models import Participant, Query, Role


@access.allows(*access.READS_RECORD)
def listing(request: HttpRequest) -> HttpResponse:
    """Queries by state, site, form, age and person."""
    asked, now = query_list.Filter.of(request.GET), timezone.now()
    rows = query_list.found(request.user, asked, now)
    shown = {
        "asked": asked, "listed": query_list.listed(rows, now), "total": rows.count(), "states": query_list.STATES,
        "ages": query_list.AGES, "sites": access.sites_for(request.user), "forms": places.TITLES.items(),
        "may_ask": request.user.role == Role.MONITOR, "may_answer": access.may_enter(request.user),
        "most": query_list.MOST_SHOWN,
    }  # fmt: skip
    return render(request, "capture/conduct/queries.html", shown)


@access.allows(*access.READS_RECORD)
def one(request: HttpRequest, query_id: int) -> HttpResponse:
    """One query: what was said, and for the site the field to correct or the answer to write."""
    query = _query_or_404(request, query_id)
    sheet = answering.sheet(query)
    if request.method == "POST":
        if not access.may_enter(request.user):
            raise PermissionDenied("Your role reads this query and does not answer it.")
        try:
            refused = answering.save(request, query)
        except changes.RecordBusy as reason:
            refused, sheet.said = sheet, [str(reason)]
        if refused is None:
            messages.success(request, f"The query about {query.participant} is answered.")
            return redirect("capture:queries")
        return _page(request, query, refused, 409 if refused.refusal and refused.refusal.meanwhile else 422)
    return _page(request, query, sheet)


def _page(request: HttpRequest, query: Query, sheet: answering.AnswerSheet, status: int = 200) -> HttpResponse:
    at = places.places([query])[(query.form, query.row_id)]
    row = places.row_of(query.participant, query.form, query.row_id)
    rows = places.rows_of(query.participant, query.form, row) if row is not None else []
    shown: dict[str, Any] = {
        "listed": query_list.one(query, at, timezone.now()), "participant": query.participant,
        "may_answer": access.may_enter(request.user), "may_ask": request.user.role == Role.MONITOR,
        "opened_at": history.newest_change(*rows), "moves": queries.MOVES[query.state], **sheet.context,
    }  # fmt: skip
    # In the list the same words are loaded into the row; without scripts the link opens the page.
    inline = bool(request.headers.get("HX-Request"))
    template = "_query.html" if inline else "query.html"
    return render(request, f"capture/conduct/{template}", {**shown, "inline": inline}, status=status)


@access.allows(Role.MONITOR)
@require_POST
def decide(request: HttpRequest, query_id: int) -> HttpResponse:
    """The monitor closes, reopens or cancels a query."""
    query = _query_or_404(request, query_id)
    try:
        moved = queries.decide(request.user, query, request.POST.get("to", ""), request.POST.get("words", "")[:600])
    except (queries.NotPossible, changes.RecordBusy) as reason:
        messages.error(request, str(reason))
        return redirect("capture:query", query.pk)
    messages.success(request, f"The query about {query.participant} is {moved.get_state_display().lower()}.")
    return redirect("capture:queries")


@access.allows(Role.MONITOR)
def raise_one(request: HttpRequest, reference: str) -> HttpResponse:
    """A query about a field, an entry or a whole form; the place comes in the address."""
    participant = access.participant_for(request.user, reference)
    where = _where(request)
    if where.form not in places.TITLES:
        raise Http404("There is no such form in the casebook.")
    words, said, status = request.POST.get("words", "")[:600] or request.POST.get("template", "")[:600], "", 200
    if request.method == "POST":
        try:
            queries.raise_query(request.user, participant, where, words)
        except (queries.NotPossible, changes.RecordBusy) as reason:
            said, status = str(reason), 422
        else:
            messages.success(request, f"The query about {participant} is with the site.")
            return redirect(_back(participant, where))
    row = places.row_of(participant, where.form, where.row_id)
    shown = {
        "participant": participant, "where": where, "words": words, "templates": query_wordings.TEMPLATES,
        "place": places.place(participant, where.form, row), "reasons": [said] if said else [],
        "field": places.field_label(where.form, where.field) if where.field else "",
    }  # fmt: skip
    return render(request, "capture/conduct/raise.html", shown, status=status)


def _where(request: HttpRequest) -> Where:
    key = request.GET.get("row", "")
    row_id = int(key) if key.isascii() and key.isdigit() and len(key) < 18 else None
    return Where(request.GET.get("form", "")[:30], row_id, request.GET.get("field", "")[:60])


def _back(participant: Participant, where: Where) -> str:
    return places.place(participant, where.form, places.row_of(participant, where.form, where.row_id)).url


@access.allows(Role.MONITOR)
def raise_many(request: HttpRequest) -> HttpResponse:
    """One wording for many participants: the same form of each that is ticked."""
    form, site = request.GET.get("form", "registration"), request.GET.get("site", "")
    people = access.participants_for(request.user).order_by("number", "screening_number")
    people = people.filter(site__code=site) if site else people
    said, words = "", request.POST.get("words", "")[:600] or request.POST.get("template", "")[:600]
    if request.method == "POST":
        try:
            chosen = list(people.filter(pk__in=[key for key in request.POST.getlist("who") if key.isdigit()]))
            if not chosen:
                raise queries.NotPossible("Tick at least one participant.")
            count = queries.raise_many(request.user, [(each, Where(form)) for each in chosen], words)
        except (queries.NotPossible, changes.RecordBusy) as reason:
            said = str(reason)
        else:
            messages.success(request, f"{count} {'query is' if count == 1 else 'queries are'} with the sites.")
            return redirect("capture:queries")
    shown = {
        "people": people, "form": form, "site": site, "forms": places.TITLES.items(), "words": words,
        "sites": access.sites_for(request.user), "templates": query_wordings.TEMPLATES,
        "chosen": request.POST.getlist("who"), "reasons": [said] if said else [],
    }  # fmt: skip
    return render(request, "capture/conduct/raise_many.html", shown, status=422 if said else 200)


def _query_or_404(request: HttpRequest, query_id: int) -> Query:
    rows = query_list.for_person(request.user).select_related("participant__site", "raised_by")
    found = get_object_or_404(rows, pk=query_id)
    clock.stand_at(found.participant.site)  # a correction is typed by the clock of the site
    return found
