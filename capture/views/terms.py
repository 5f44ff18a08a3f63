"""Search over the toxicity dictionary, as it is typed on the adverse-event form."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trial import access, ctcae_v3


@access.allows(*access.READS_RECORD)
@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    """The closest terms to what was typed (`q`); a dictionary's words are no patient data."""
    found = ctcae_v3.search(request.GET.get("q", "")[:80], limit=12)
    return render(request, "capture/_terms.html", {"matches": found, "typed": request.GET.get("q", "")})
