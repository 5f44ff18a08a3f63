"""Problem reports: every user reports from the foot of any page, the administrator lists and reviews them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from trial.accounts.views.people import one_form
from trial.drawing.form_layout import PageForm, posted
from trial.models import ProblemReport, Role
from trial.record import access, changes
from trial.record.save import Save
from trial.record.typed_fields import choice, words
from trial.refused import Refused
from trial.runtime.program import PROGRAM


class ProblemForm(PageForm):
    """Severity, what happened, and the address of the page that it happened on."""

    severity = choice("Severity", ("", "Choose"), *ProblemReport.Severity.choices, required=True)
    page = words("Page", 600, readonly="")
    words = words("Description: what happened, and what you expected", 1000,
                  "Enter study numbers only, no names and no dates of birth.", required=True, rows=5)  # fmt: skip
    field_order = ("severity", "words", "page")


class ProblemReviewForm(PageForm):
    """Result of the review."""

    found = words("Result of the review, and action taken", 600, required=True, rows=3)


@access.allows(*Role)
def report(request: HttpRequest) -> HttpResponse:
    """Shows the form with the address that it was opened from, and records the report."""
    return one_form(
        request, ProblemForm(posted(request), initial={"page": request.GET.get("page", "")[:600]}),
        lambda save, given: record_report(save, **given),
        "The problem report is saved. The administrator will review it.", "Report a problem", "Send report",
        reverse("home"),
    )  # fmt: skip


def record_report(save: Save, severity: str, words: str, page: str) -> ProblemReport:
    """One Change. Only the path of the page is kept: a query string may hold more than study numbers."""
    with changes.record(save, "problem"):
        return ProblemReport.objects.create(
            reported_by=save.person, reported_at=timezone.now(), severity=severity, words=words, program=PROGRAM,
            page=page.partition("?")[0].partition("#")[0][:200],
        )  # fmt: skip


@access.allows(*access.ADMINISTERS)
def listing(request: HttpRequest) -> HttpResponse:
    """Lists every problem, those to review first."""
    rows = ProblemReport.objects.select_related("reported_by", "reviewed_by").order_by("-id")
    waiting = [row for row in rows if row.reviewed_at is None]
    done = [row for row in rows if row.reviewed_at is not None]
    return render(request, "trial/operations/problems.html", {"waiting": waiting, "done": done})


@access.allows(*access.ADMINISTERS)
def review(request: HttpRequest, problem_id: int) -> HttpResponse:
    """Shows the form of one review and records it."""
    problem = get_object_or_404(ProblemReport, pk=problem_id)
    return one_form(
        request, ProblemReviewForm(posted(request)), lambda save, given: record_review(save, problem, **given),
        f"The review of problem {problem.pk} is recorded.",
        f"Review of problem {problem.pk}: {problem.get_severity_display().lower()}", "Record review",
        reverse("problems"),
    )  # fmt: skip


def record_review(save: Save, problem: ProblemReport, found: str) -> ProblemReport:
    """One Change; a problem is reviewed once. Raises Refused."""
    with changes.record(save, "review", found):
        current = ProblemReport.objects.get(pk=problem.pk)
        if current.reviewed_at is not None:
            raise Refused("This problem report is already reviewed.")
        current.reviewed_by, current.reviewed_at, current.found = save.person, timezone.now(), found
        current.save()
        return current
