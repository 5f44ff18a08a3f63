"""The journal of reading: who took the record out, who looked at interim results. A page with a filter, and a file."""

import io
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from capture.trail import csv_file, selection
from capture.trail.forms import JournalFilter
from trial.models import JournalEntry, Person, Role, audit
from trial.record import access

A_PAGE = 100
COMMAND_LINE = "command_line"
HEADER = ("entry", "at_utc", "person", "role", "act", "words", "newest_change")


@access.allows(*access.READS_JOURNAL, method="GET")
def journal(request: HttpRequest) -> HttpResponse:
    """The entries that pass the filter, newest first."""
    _of_every_site(request)
    asked, complaints = _asked(request)
    page = Paginator(_found(asked, complaints), A_PAGE).get_page(request.GET.get("page"))
    people = [(str(each.pk), str(each)) for each in Person.objects.order_by("full_name")]
    shown = {"page": page,
             "filter_form": JournalFilter(asked, person=people, kind=JournalEntry.Kind.choices),
             "complaints": complaints, "query": request.GET.urlencode()}  # fmt: skip
    return render(request, "capture/trail/journal.html", shown, status=422 if complaints else 200)


@access.allows(*access.READS_JOURNAL, method="GET")
def take_out(request: HttpRequest) -> HttpResponse:
    """The same entries as a CSV file; taking it out is an entry of its own, which is not in it."""
    _of_every_site(request)
    asked, complaints = _asked(request)
    rows = list(_found(asked, complaints))
    audit.note(request.user, JournalEntry.Kind.TRAIL, f"access log as CSV, {len(rows)} rows")  # type: ignore[arg-type]
    file = io.BytesIO()
    csv_file.write_rows(file, HEADER, map(_row, rows))
    answer = HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="journal-{len(rows)}-rows.csv"'
    return answer


def _of_every_site(request: HttpRequest) -> None:
    if not access.reads_journal(request.user):  # type: ignore[arg-type]
        raise PermissionDenied


def _row(entry: JournalEntry) -> list[Any]:
    return [entry.pk, entry.at.isoformat(), entry.person.full_name if entry.person else "The command line",
            dict(Role.choices).get(entry.role, ""), entry.get_kind_display(), entry.words,
            entry.newest_change]  # fmt: skip


def _asked(request: HttpRequest) -> tuple[dict[str, str], list[str]]:
    """The filter as typed, and what of it cannot be read."""
    asked = {name: request.GET.get(name, "").strip()[:40] for name in ("person", "kind", "from_on", "to_on")}
    days = [asked[name] for name in ("from_on", "to_on") if asked[name] and selection.day(asked[name]) is None]
    return asked, [f"“{text}” is not a date. Enter it as 12-MAR-2026." for text in days]


def _found(asked: dict[str, str], complaints: list[str]) -> QuerySet[JournalEntry]:
    """In days of UTC; nothing where the filter cannot be read, so that nobody reads more than was asked for."""
    rows = JournalEntry.objects.select_related("person").order_by("-id")
    if complaints:
        return rows.none()
    if asked["person"]:
        key = None if asked["person"] == COMMAND_LINE else selection.number(asked["person"])
        rows = rows.filter(person=key)
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    return selection.between(rows, selection.day(asked["from_on"]), selection.day(asked["to_on"]))
