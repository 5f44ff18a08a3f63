"""Search over the toxicity dictionary, as it is typed on the adverse-event form."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trial import access, ctcae_v3
from trial.grade_texts import criteria_of_matches


@access.allows(*access.READS_RECORD)
@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    """The closest terms to what was typed (`q`), each with what its grades mean; no patient data."""
    typed = request.GET.get("q", "")
    found = criteria_of_matches(ctcae_v3.search(typed[:80], limit=12))
    return render(request, "capture/_terms.html", {"matches": found, "typed": typed})
