"""“My work”: the first page of those who enter and those who monitor."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from capture.work import work_of
from trial import access, clock


@access.allows(*access.READS_RECORD)
def work(request: HttpRequest) -> HttpResponse:
    """What waits for the person, under headings."""
    shown = {"work": work_of(request.user, clock.today_by_site()), "may_enter": access.may_enter(request.user)}
    return render(request, "capture/work.html", shown)
