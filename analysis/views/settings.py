"""Analysis settings: proposed by the statistician and approved by the chair, both after the effect on every figure."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from analysis.results import settings_effect
from analysis.results.recompute import newest_change
from analysis.results.settings_history import entries, last_look, moves, proposals, would_move
from analysis.views.panels import group_or_404, named_groups
from analysis.views.protocol import settings_table
from analysis.views.settings_form import SettingsForm, SettlingForm
from trial.drawing.form_layout import posted
from trial.models import SettingsProposal, audit
from trial.operations import file_jobs
from trial.protocol import AnalysisSettings
from trial.record import access, in_force
from trial.record.in_force import settings_in_force
from trial.record.save import of_request
from trial.refused import Refused


@access.allows(*access.READS_RESULTS)
def settings(request: HttpRequest) -> HttpResponse:
    """The settings of every group, what is proposed, and their history."""
    shown = {
        "settings": settings_table(),
        "groups": named_groups(),
        "entries": entries(),
        "proposals": proposals(),
        "may_change": request.user.role in access.SETS,
    }
    return render(request, "analysis/settings/settings.html", shown)


@access.allows(*access.SETS)
def change(request: HttpRequest, letter: str) -> HttpResponse:
    """The form; then what would change; then the proposal. Nothing is written before it was shown."""
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
    look = last_look(group.code)
    shown |= {"moves": moves(current, form.settings), "after_look": look}
    if shown["moves"]:
        shown |= _effect(request, group.code, form.settings)
    if "confirmed" not in request.POST or shown["moves"] and not shown["effect_seen"]:
        return render(request, "analysis/settings/confirm.html", shown)
    try:
        in_force.propose(of_request(request), group.code, form.settings,
                         _with_look(form.cleaned_data["reason"], look), seen)  # fmt: skip
    except Refused as refusal:
        shown |= {"refusal": str(refusal), "seen_version": current.version()}
        return render(request, "analysis/settings/change.html", shown, status=409)
    messages.success(request, f"Analysis settings of group {group.code} proposed. The study chair decides; until then "
                              "nothing moves.")  # fmt: skip
    return redirect("analysis:settings")


@access.allows(*access.READS_RESULTS)
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """What is proposed and its effect; the chair approves or refuses it, a statistician withdraws it."""
    row = get_object_or_404(SettingsProposal.objects.select_related("proposed_by", "decided_by"), pk=proposal_id)
    form = SettlingForm(posted(request))
    look = last_look(row.group)
    shown = {"row": row, "form": form, "moves": would_move(row), "after_look": look,
             "decides": request.user.role in access.DECIDES}  # fmt: skip
    if row.state != SettingsProposal.State.PROPOSED:
        if late := "decision" in request.POST:
            shown["refusal"] = (f"This is already decided: {row.get_state_display().lower()}. "
                                f"You wrote: “{request.POST.get('because', '')}”.")  # fmt: skip
        return render(request, "analysis/settings/proposal.html", shown, status=409 if late else 200)
    shown |= _effect(request, row.group, in_force.proposed(row))
    decision = request.POST.get("decision", "")
    if not decision:
        shown["form"] = SettlingForm(initial=request.POST.dict())
        return render(request, "analysis/settings/proposal.html", shown)
    act = _acts(look, bool(shown["effect_seen"])).get(decision)
    if act is None:
        raise Http404("This action does not exist.")
    if not form.is_valid():
        return render(request, "analysis/settings/proposal.html", shown, status=422)
    try:
        act(of_request(request), row, form.cleaned_data["because"])
    except Refused as refusal:
        return render(request, "analysis/settings/proposal.html", {**shown, "refusal": str(refusal)}, status=409)
    messages.success(request, "Saved in the audit trail.")
    return redirect("analysis:settings_proposal", row.pk)


def _acts(look: int, effect_seen: bool) -> dict[str, Callable[..., Any]]:
    def approve(save: Any, row: SettingsProposal, because: str) -> None:
        if not effect_seen:
            raise Refused("Calculate the effect on every figure and look at it first.")
        in_force.approve(save, row, _with_look(because, look))

    return {"approve": approve, "refuse": in_force.refuse, "withdraw": in_force.withdraw}


def _with_look(reason: str, look: int) -> str:
    return f"{reason} (changed after interim analysis {look})" if look else reason


def _effect(request: HttpRequest, group: str, settings: AnalysisSettings) -> dict[str, Any]:
    """What the settings would do to every figure, as far as it is computed; asked for where it was not yet.

    A decision asks for none. effect_seen: whether it was there for the page that was sent. is_overtaken: the group has
    newer data.
    """
    person: Any = request.user
    is_opened = request.method != "POST"
    key = request.POST.get("effect", "")
    job = settings_effect.newest(group, settings) if is_opened else settings_effect.of(key, group, settings)
    found = settings_effect.found(job) if job else None
    shown = {"effect": job, "found": found, "effect_seen": found is not None,
             "is_overtaken": found is not None and found["change"] < newest_change(group)}  # fmt: skip
    is_again = request.POST.get("look") == "again" and job is not None and job.state != file_jobs.UNDER_WAY
    if not is_opened and not {"confirmed", "decision"} & request.POST.keys() and (job is None or is_again):
        try:
            job = settings_effect.ask(person, group, settings)
        except Refused as refusal:
            return shown | {"effect_refused": str(refusal)}
        shown = {"effect": job, "found": None, "effect_seen": False}
    elif not is_opened or job is None:
        return shown
    audit.note(person, audit.Kind.RESULTS, f"Effect of other settings on group {group}, not saved")
    return shown
