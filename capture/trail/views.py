"""Pages of the trail: the list, one Change, the file, and the monitor's review."""

import logging
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from capture.casebook import history, labels, redaction_words
from capture.conduct import redactions
from capture.exchange.exporting.download import sent
from capture.trail import csv_file, reviews, selection, words
from capture.trail.forms import ReviewForm, TrailFilter
from trial.models import Participant, Person, Role, audit
from trial.models.audit import ACTS
from trial.record import access
from trial.record.save import of_request
from trial.refused import Refused

log = logging.getLogger(__name__)


@access.allows(*access.READS_TRAIL, method="GET")
def trail(request: HttpRequest) -> HttpResponse:
    """The Changes that pass the filter, newest first."""
    return _page(request)


def _page(request: HttpRequest, status: int = 200, words_typed: str = "", **more: Any) -> HttpResponse:
    asked = selection.Filter.of(request.GET)
    found = selection.found(request.user, asked)
    before, after = (selection.number(request.GET.get(name, "")) for name in ("before", "after"))
    page = selection.page(found, before, after)
    touched = words.touched(page.changes)
    span = reviews.span_of(request.user)
    reviewed = reviews.newest(span)
    up_to = reviewed.to_change if reviewed else 0
    newest = page.changes[0].pk if page.changes and page.newer is None else 0
    shown = {
        "asked": asked, "page": page, "total": found.count(), "acts": ACTS.items(),
        "filter_form": _filter_form(request.user, asked), "review_form": ReviewForm(up_to + 1, newest, words_typed),
        "listed": [(one, touched.get(one.pk, "Nothing")) for one in page.changes], "reasons": asked.complaints,
        "reviews": reviews.shown_to(request.user), "up_to": up_to, "span": span, "reviewed": reviewed,
        "may_review": request.user.role == Role.MONITOR,
        "reads_journal": access.reads_journal(request.user), "newest": newest if newest > up_to else 0, **more,
    }  # fmt: skip
    return render(request, "capture/trail/trail.html", shown, status=status)


def _filter_form(person: Person, asked: selection.Filter) -> TrailFilter:
    people = Person.objects.order_by("full_name")
    if not access.sees_every_site(person):
        people = people.filter(pk__in=access.changes_for(person).order_by().values("person"))
    sites = [(site.code, str(site)) for site in access.sites_for(person).order_by("code")]
    return TrailFilter(
        vars(asked), person=[(str(each.pk), str(each)) for each in people], act=ACTS.items(),
        site=sites if len(sites) > 1 else None, table=sorted(labels.titles().items(), key=lambda each: each[1]),
        **({} if asked.since else {"since": None}),
    )  # fmt: skip


@access.allows(*access.READS_TRAIL, method="GET")
def change(request: HttpRequest, change_number: int) -> HttpResponse:
    """One Change with its versions: each value before and after. Loaded into the list too."""
    rows = access.changes_for(request.user).select_related("person", "participant", "site")
    one = get_object_or_404(rows, pk=change_number)
    shown = {
        "change": one, "act": ACTS.get(one.act, one.act), "rows": words.rows_of(one),
        "role": dict(Role.choices).get(one.role, ""), "seal": bytes(one.seal or b"").hex(),
        "participant": one.participant,
        "notes": redaction_words.notes_of(one.versions.select_related("change"), one).get(one.pk),
        "may_black_out": one.participant is not None and request.user.role in redactions.MAY_ASK,
    }  # fmt: skip
    inline = bool(request.headers.get("HX-Request"))
    return render(request, f"capture/trail/{'_versions' if inline else 'change'}.html", shown)


@access.allows(*access.READS_TRAIL, method="GET")
def take_out(request: HttpRequest) -> HttpResponse:
    """The filtered trail as a CSV file; written and reconciled to the end before the first byte is sent."""
    asked = selection.Filter.of(request.GET)
    if asked.complaints:
        return _page(request, 422)
    try:
        made = csv_file.write(request.user, asked)
    except Refused as refusal:
        log.error("the export of the audit trail failed: %s", refusal)
        return _page(request, 500, reasons=[f"The file was not created. {refusal}"])
    # Like other exports this is no Change; who took it out when stands in the journal.
    filtered = f", filtered by {asked.query}" if asked.query else ""
    audit.note(request.user, audit.Kind.TRAIL, f"as CSV, change {made.as_of}, {made.rows} rows{filtered}")
    log.info("export of the audit trail as of change %s, %s rows, filter %r, by %s",
             made.as_of, made.rows, asked.query, request.user.username)  # fmt: skip
    name = f"trail-as-of-{made.as_of}-{made.changes}-changes-{made.rows}-rows.csv"
    return sent(made.file, name, "text/csv; charset=utf-8")


@access.allows(Role.MONITOR, method="POST")
def review(request: HttpRequest) -> HttpResponse:
    """The monitor says up to which Change the trail was read, and what was found."""
    said = request.POST.get("words", "")[: reviews.LETTERS]
    try:
        done = reviews.review(of_request(request), selection.number(request.POST.get("to", "")), said)
    except Refused as refusal:
        return _page(request, 422, reasons=[str(refusal)], words_typed=said)
    messages.success(request, f"The review up to change {done.to_change} is recorded.")
    return redirect("capture:trail")


@access.allows(*access.READS_RECORD)
def entry_history(request: HttpRequest, reference: str, kind: str, row_id: int) -> HttpResponse:
    """Who changed what, when, from what to what and why; newest first."""
    participant = access.participant_for(request.user, reference)
    model = labels.of_history(kind)
    if model is None:
        raise Http404("This kind of entry does not exist.")
    row = participant if model is Participant else get_object_or_404(model, pk=row_id, participant=participant)
    entries = history.entries(history.rows_of(row))
    shown = {"participant": participant, "entry_title": labels.title(model._meta.db_table), "entries": entries,
             "reads_trail": request.user.role in access.READS_TRAIL,
             "may_black_out": request.user.role in redactions.MAY_ASK}  # fmt: skip
    return render(request, "capture/trail/history.html", shown)
