"""Where a form belongs: the visit that a new entry is for, what is due next, and the row that it was opened from."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from capture.casebook.registry import FORMS
from trial.models import Assessment, DueItem, Participant
from trial.protocol import Due, schedule
from trial.record import site_clock
from trial.record.in_force import evaluation_of
from trial.record.rows import note, once, read_standing, standing
from trial.rules.dates.partial_date import shown
from trial.rules.response.recist import mm
from trial.runtime.database.at_once import Shape

DUE = Shape(lambda key: DueItem.objects.filter(participant=key).order_by("due_on", "id"))
FROM = "section"
# Forms that the course of treatment asks for.
OF_COURSE = (schedule.BASELINE, schedule.CYCLE, schedule.ASSESSMENT, schedule.FOLLOW_UP, *schedule.CLOSING)


def next_due(participant: Participant, form: str) -> str:
    """What the schedule asks for next in the form, for the message after a save: with a space before it, or empty."""
    first = _meant(_asked(participant, form))
    return f" Next due: {first.what}, by {shown(first.window_to)}." if first else ""


def _asked(participant: Participant, form: str) -> Sequence[Due]:
    rows = once(("due", participant.pk), lambda: list(DUE(participant.pk)))
    return schedule.on_day((each.planned for each in rows if each.form == form), site_clock.today_at(participant.site))


def _meant(asked: Sequence[Due], what: str = "") -> Due | None:
    """The one of this name, else the first that can still be done: what was missed is over."""
    named = (each for each in asked if each.what == what)
    return next(named, next((each for each in asked if each.status not in (schedule.MISSED, schedule.NOT_DONE)), None))


def visit_of(request: HttpRequest, participant: Participant, form: str) -> list[str]:
    """What a new entry is for: its name, its window, the last entry of the form; empty where nothing is due."""
    if form not in OF_COURSE and not (form in FORMS and FORMS[form].due.is_scheduled):
        return []
    rows = DUE(participant.pk)
    read_standing(participant, FORMS[form].model, also=[rows])
    note(("due", participant.pk), list(rows))
    due = _meant(_asked(participant, form), request.GET.get("what", ""))
    if due is None:
        return []
    said = [due.what, f"{due.status}, window {shown(due.window_from)} to {shown(due.window_to)}"]
    return [*said, *_last(participant, form)]


def _last(participant: Participant, form: str) -> list[str]:
    book = FORMS[form]
    on_record = standing(participant, book.model)
    if not on_record:
        return []
    row = max(on_record, key=lambda each: (getattr(each, book.dated_by), each.pk))
    value = _sum(participant, row) if isinstance(row, Assessment) else str(row) if book.page is None else ""
    return [f"last {shown(getattr(row, book.dated_by))}{value and f': {value}'}"]


def _sum(participant: Participant, row: Assessment) -> str:
    """The sum of the target lesions at the last assessment and its response; of an incomplete one the response."""
    found = evaluation_of(participant)
    outcome = found.outcomes.get(row.pk) if found else None
    if outcome is None:
        sizes = [each.longest_diameter_mm for each in row.readings.standing() if each.longest_diameter_mm]
        return f"sum {mm(sum(sizes))}" if sizes else ""
    total = f", sum {mm(outcome.current_sum)}" if outcome.current_sum is not None else ""
    return f"{outcome.overall.value}{total}"


def opened_from(request: HttpRequest) -> str:
    """The section of the participant's page on which a form was opened; kept by the form until it is saved."""
    if request.method == "POST":
        return request.POST.get(FROM, "")
    came = urlsplit(request.headers.get("referer", ""))
    before = parse_qs(came.query).get(FROM, [""])[0] if came.path.startswith(_participants()) else ""
    return request.GET.get(FROM) or before


def _participants() -> str:
    return reverse("capture:participants")


def back(request: HttpRequest, participant: Participant, row: str = "") -> HttpResponseRedirect:
    """To the participant's page: to the section that the form was opened on, at its row (`mark_of`)."""
    address = led_back(request, reverse("capture:participant", args=[participant.reference]))
    return redirect(f"{address}#{row}" if "?" in address else address)


def led_back(request: HttpRequest, address: str) -> str:
    """The address with the section that the form was opened on; as it is without one."""
    section = opened_from(request)
    return f"{address}?{urlencode({FROM: section})}" if section.isidentifier() else address


def mark_of(form: str, key: Any) -> str:
    """The id of an entry's row on the participant's page."""
    return f"{form}-{key}"
