"""The list of participants as a status matrix, and the page of one participant."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from capture import dose_advice, selectors
from capture.conduct import marks
from capture.course_page import course_of
from capture.entry_lists import entry_lists
from capture.fields import today
from capture.lesions import lesion_table
from capture.proposals import open_proposals
from trial import access, clock, protocol
from trial.models import Assessment, Participant, Waiver

FILTERS = ("site", "group", "state", "typed")
STATES = (("", "All"), ("due", "Something due or overdue"), ("overdue", "Something overdue"))


@access.allows(*access.READS_RECORD)
def matrix(request: HttpRequest) -> HttpResponse:
    """Rows are participants, columns their forms, each with its status; filters `site`, `group`, `state`, `typed`."""
    site, group, state, typed = (request.GET.get(name, "").replace("\0", "") for name in FILTERS)
    page = request.GET.get("page", "1")
    found = selectors.matrix(request.user, clock.today_by_site(), site, group, state, typed, _page(page))
    shown = {
        "matrix": found,
        "marks": marks.marks([row.participant for row in found.rows]),
        "sites": access.sites_for(request.user),
        "groups": [(each.value, protocol.GROUP_NAMES[each]) for each in protocol.Group],
        "site": site,
        "group": group,
        "state": state,
        "typed": typed,
        "filters": urlencode({"site": site, "group": group, "state": state, "typed": typed}),
        "states": STATES,
        "reads_trail": request.user.role in access.READS_TRAIL,
        "may_enter": access.may_enter(request.user),
    }
    return render(request, "capture/participants.html", shown)


def _page(text: str) -> int:
    """A page's number; the first for anything else."""
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


@access.allows(*access.READS_RECORD)
def participant(request: HttpRequest, reference: str) -> HttpResponse:
    """Facts, casebook, lesions over time, findings and waivers of one participant."""
    participant = access.participant_for(request.user, reference)
    row = selectors.rows_of([participant], lambda _: today())[0]
    lists = entry_lists(participant)
    scans = list(participant.assessments.filter(struck_out_reason="").order_by("assessed_on", "id"))
    shown = {
        "participant": participant,
        "marks": marks.marks([participant]),
        "group_name": protocol.GROUP_NAMES[protocol.Group(participant.group)] if participant.group else "",
        "row": row,
        "course": course_of(participant, row, lists, today()),
        "next_cells": row.to_do[:4],
        "scans": _with_response(scans, row.course.responses or {}),
        "lesions": lesion_table(participant, scans),
        "proposals": open_proposals([participant]),
        "dose_advice": dose_advice.ongoing(participant, today()),
        "entry_lists": lists,
        "findings": participant.findings.order_by("id"),
        "waivers": participant.waivers.order_by("id"),
        "unmet": _unmet(participant),
        "may_enter": access.may_enter(request.user),
        "may_decide": request.user.role in access.DECIDES,
        "reads_trail": request.user.role in access.READS_TRAIL,
        "may_register": _may_register(participant),
    }
    return render(request, "capture/participant.html", shown)


def _with_response(scans: list[Assessment], responses: dict[int, str]) -> list[dict[str, Any]]:
    return [{"scan": scan, "response": responses.get(scan.pk, "")} for scan in scans]


def _unmet(participant: Participant) -> list[str]:
    words = {item.code: item.words for item in protocol.ELIGIBILITY}
    return [words[row.item] for row in participant.eligibility_answers.all() if not row.met]


def _may_register(participant: Participant) -> bool:
    if participant.is_registered:
        return False
    approved = participant.waivers.filter(decision=Waiver.Decision.APPROVED, struck_out_reason="").exists()
    return approved or not _unmet(participant)
