"""Analysis settings: read by chair and statistician, edited by the statistician after a preview; their history."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analysis.results import settings_effect
from analysis.results.settings_history import entries, last_look, moves
from analysis.views.panels import group_or_404, named_groups
from analysis.views.protocol import settings_table
from analysis.views.settings_form import SettingsForm
from trial.drawing.form_layout import posted
from trial.models import Role, audit
from trial.operations import file_jobs
from trial.protocol import AnalysisSettings
from trial.record import access
from trial.record.in_force import choose, settings_in_force
from trial.record.save import of_request
from trial.refused import Refused


@access.allows(*access.READS_RESULTS)
def settings(request: HttpRequest) -> HttpResponse:
    """The settings of every group, and their history."""
    shown = {
        "settings": settings_table(),
        "groups": named_groups(),
        "entries": entries(),
        "may_change": request.user.role == Role.STATISTICIAN,
    }
    return render(request, "analysis/settings/settings.html", shown)


@access.allows(Role.STATISTICIAN)
def change(request: HttpRequest, letter: str) -> HttpResponse:
    """The form; then what would change; then the Change. Nothing is written before it was shown."""
    group = group_or_404(letter)
    current = settings_in_force(group.code)
    form = SettingsForm(group.code, current, posted(request))
    seen = request.POST.get("seen_version", current.version())
    shown = {"letter": group.code, "name": group.name, "form": form, "seen_version": seen}
    if request.method != "POST" or "back" in request.POST:
        return render(request, "analysis/settings/change.html", shown)
    if not form.is_valid():
        return render(request, "analysis/settings/change.html", shown, status=422)
    assert form.settings is not None
    if "confirmed" not in request.POST:
        shown |= {"moves": moves(current, form.settings), "after_look": last_look(group.code)}
        if shown["moves"]:
            shown |= _effect(request, group.code, form.settings)
        return render(request, "analysis/settings/confirm.html", shown)
    look = last_look(group.code)
    reason = form.cleaned_data["reason"] + (f" (changed after interim analysis {look})" if look else "")
    try:
        number = choose(of_request(request), group.code, form.settings, reason, seen)
    except Refused as refusal:
        shown |= {"refusal": str(refusal), "seen_version": current.version()}
        return render(request, "analysis/settings/change.html", shown, status=409)
    messages.success(request, f"Analysis settings of group {group.code} saved (change {number}). "
                     "Its results are being recalculated.")  # fmt: skip
    return redirect("analysis:settings")


def _effect(request: HttpRequest, group: str, settings: AnalysisSettings) -> dict[str, Any]:
    """What the settings would do to every figure, as far as it is computed; asked for where it was not yet."""
    person: Any = request.user
    job = settings_effect.of(person, request.POST.get("effect", ""), group, settings)
    try:
        if job is None or job.state == file_jobs.FAILED and request.POST.get("look") == "again":
            audit.note(person, audit.Kind.RESULTS, f"Effect of other settings on group {group}, not saved")
            job = settings_effect.ask(person, group, settings)
    except Refused as refusal:
        return {"effect_refused": str(refusal)}
    return {"effect": job, "found": settings_effect.found(job)}
