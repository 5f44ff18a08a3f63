"""The Protocol page: what the program goes by, with the source of each number and whose word it is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analysis import protocol_page
from trial.models import Role
from trial.record import access


@access.allows(*Role)
def protocol(request: HttpRequest) -> HttpResponse:
    """Open to every role: it holds nothing of any participant."""
    shown = {**protocol_page.shown(), "reads_settings": request.user.role in access.READS_RESULTS}
    return render(request, "analysis/protocol.html", shown)
