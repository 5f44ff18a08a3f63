"""The page of sites and data quality, for monitor and study chair."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from capture.conduct import site_quality
from trial.models import Role
from trial.record import access


@access.allows(Role.MONITOR, Role.CHAIR)
def page(request: HttpRequest) -> HttpResponse:
    """One line a site that the user reads, why screenings failed, and deviations by kind."""
    now = timezone.now()
    found = site_quality.quality(request.user, now)
    return render(request, "capture/conduct/site_quality.html", {"found": found, "now": now})
