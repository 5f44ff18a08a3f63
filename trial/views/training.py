"""Trainings on the administrator's pages: record one, take one back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from trial import access, training_and_review
from trial.forms.accounts import TrainingForm, WithReason
from trial.models import Person, Training
from trial.views.people import administrator, attempt, one_form


@access.allows(*access.ADMINISTERS)
def record(request: HttpRequest, person_id: int) -> HttpResponse:
    """A training for the role that the person has now."""
    found = get_object_or_404(Person, pk=person_id)
    form = TrainingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if attempt(form, lambda: training_and_review.record_training(
            administrator(request), found, given["what"], given["trained_on"], given["valid_until"],
            given["reason"])):  # fmt: skip
            messages.success(request, f"The training of {found.full_name} is recorded.")
            return redirect("person", found.pk)
    title = f"Training of {found.full_name} as {found.get_role_display().lower()}"
    return one_form(request, form, title, "Record the training", reverse("person", args=[found.pk]))


@access.allows(*access.ADMINISTERS)
def strike_out(request: HttpRequest, training_id: int) -> HttpResponse:
    """Takes back what was recorded by mistake."""
    row = get_object_or_404(Training.objects.select_related("person"), pk=training_id, struck_out_reason="")
    form = WithReason(request.POST or None)
    if request.method == "POST" and form.is_valid() and attempt(
        form, lambda: training_and_review.strike_out_training(administrator(request), row, form.cleaned_data["reason"])
    ):  # fmt: skip
        messages.success(request, f"The training of {row.person.full_name} is taken back.")
        return redirect("person", row.person_id)
    title = f"Take back the training of {row.person.full_name}: {row.what}"
    return one_form(request, form, title, "Take it back", reverse("person", args=[row.person_id]))
