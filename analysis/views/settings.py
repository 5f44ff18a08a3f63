"""Settings of the analysis: read by chair and statistician, changed by the statistician after a look at both."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analysis import protocol_page, settings_history
from analysis.forms.settings import SettingsForm
from analysis.selectors import group_or_404
from trial import protocol
from trial.models import Role
from trial.record import access
from trial.record.in_force import choose, settings_in_force
from trial.record.save import of_request
from trial.refused import Refused


@access.allows(*access.READS_RESULTS)
def settings(request: HttpRequest) -> HttpResponse:
    """What is in force in each group, and every change of it."""
    shown = {
        "settings": protocol_page.settings_table(),
        "groups": [(group.value, name) for group, name in protocol.GROUP_NAMES.items()],
        "entries": settings_history.entries(),
        "may_change": request.user.role == Role.STATISTICIAN,
    }
    return render(request, "analysis/settings.html", shown)


@access.allows(Role.STATISTICIAN)
def change(request: HttpRequest, letter: str) -> HttpResponse:
    """The form; then what would change; then the Change. Nothing is written before it was shown."""
    group = group_or_404(letter)
    current = settings_in_force(group.value)
    form = SettingsForm(group.value, current, request.POST or None)
    seen = request.POST.get("seen_version", current.version())
    shown = {"letter": group.value, "name": protocol.GROUP_NAMES[group], "form": form, "seen_version": seen}
    if request.method != "POST" or "back" in request.POST:
        return render(request, "analysis/settings_change.html", shown)
    if not form.is_valid():
        return render(request, "analysis/settings_change.html", shown, status=422)
    assert form.settings is not None
    if "confirmed" not in request.POST:
        shown["moves"] = settings_history.moves(current, form.settings)
        return render(request, "analysis/settings_confirm.html", shown)
    try:
        number = choose(of_request(request), group.value, form.settings, form.cleaned_data["reason"], seen)
    except Refused as refusal:
        shown |= {"refusal": str(refusal), "seen_version": current.version()}
        return render(request, "analysis/settings_change.html", shown, status=409)
    messages.success(request, f"The settings of group {group.value} are changed (change {number}). "
                     "Its results are being computed anew.")  # fmt: skip
    return redirect("analysis:settings")
