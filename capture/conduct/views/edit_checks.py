"""Every edit check of the casebook on one page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from capture.casebook.registry import CASEBOOK, CHECKS
from trial.record import access


@access.allows(*access.READS_RECORD)
def edit_checks(request: HttpRequest) -> HttpResponse:
    """The checks by form, in order of the casebook: id, words, source, hard or soft, edition."""
    forms = [(form.title, form.kind, CHECKS[form.kind]) for form in CASEBOOK if form.kind in CHECKS]
    count = sum(len(checks) for _, _, checks in forms)
    return render(request, "capture/conduct/edit_checks.html", {"forms": forms, "count": count})
