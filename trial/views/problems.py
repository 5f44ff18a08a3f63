"""Problems: everybody who signed in reports one from the foot of any page; the administrator lists and reviews them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from trial import problems
from trial.accounts.views.people import one_form
from trial.forms.problems import ProblemForm, ProblemReviewForm
from trial.models import Person, ProblemReport, Role
from trial.record import access, changes


@access.allows(*Role)
def report(request: HttpRequest) -> HttpResponse:
    """The form; the address it was opened from stands in it."""
    form = ProblemForm(request.POST or None, initial={"page": request.GET.get("page", "")[:600]})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            problems.report(Person.objects.get(pk=request.user.pk), given["severity"], given["words"], given["page"])
        except changes.RecordBusy as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Thank you. The problem is on record and will be reviewed.")
            return redirect("home")
    return one_form(request, form, "Report a problem", "Report it", reverse("home"))


@access.allows(*access.ADMINISTERS)
def listing(request: HttpRequest) -> HttpResponse:
    """Every problem, those to review first."""
    rows = ProblemReport.objects.select_related("reported_by", "reviewed_by").order_by("-id")
    waiting = [each for each in rows if each.reviewed_at is None]
    done = [each for each in rows if each.reviewed_at is not None]
    return render(request, "trial/problems.html", {"waiting": waiting, "done": done})


@access.allows(*access.ADMINISTERS)
def review(request: HttpRequest, problem_id: int) -> HttpResponse:
    """The note of its review."""
    problem = get_object_or_404(ProblemReport, pk=problem_id)
    form = ProblemReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            problems.review(Person.objects.get(pk=request.user.pk), problem, form.cleaned_data["found"])
        except (problems.NotPossible, changes.RecordBusy) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"The review of problem {problem.pk} is recorded.")
            return redirect("problems")
    title = f"Review of problem {problem.pk}: {problem.get_severity_display().lower()}"
    return one_form(request, form, title, "Record the review", reverse("problems"))
