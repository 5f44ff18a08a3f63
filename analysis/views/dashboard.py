"""The study chair's dashboard: both groups side by side, refreshing by themselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analysis import selectors
from trial import access
from trial.protocol import Group


@access.allows(*access.READS_RESULTS)
def dashboard(request: HttpRequest) -> HttpResponse:
    """Both groups; each panel asks for itself again when its group has moved."""
    panels = [selectors.panel(group.value) for group in Group]
    return render(request, "analysis/dashboard.html", {"panels": panels})


@access.allows(*access.READS_RESULTS)
def panel(request: HttpRequest, letter: str) -> HttpResponse:
    """One group's panel; 204 (keep what you have) while the shown change is still the newest result."""
    group = selectors.group_or_404(letter)
    stored = selectors.newest(group.value)
    if stored is not None and request.GET.get("shown") == str(stored.change):
        return HttpResponse(status=204)
    return render(request, "analysis/_panel.html", {"panel": selectors.panel(group.value)})
