"""The Status page: is every part of the program alive and up to date?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from analysis import status_page
from trial.models import Role
from trial.record import access


@access.allows(Role.ADMINISTRATOR, *access.READS_RESULTS)
def status(request: HttpRequest) -> HttpResponse:
    """Every part, asked now."""
    return render(request, "analysis/status.html", {"lines": status_page.lines(), "now": timezone.now()})
