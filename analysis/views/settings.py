"""Analysis settings: read by chair and statistician, edited by the statistician after a preview; their history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analysis.views.panels import group_or_404, named_groups
from analysis.views.protocol import settings_table
from analysis.views.settings_form import SettingsForm
from trial.models import GroupSettings, Role, Version
from trial.protocol import DECLARED, AnalysisSettings, analysis_settings, settings_of
from trial.record import access
from trial.record.in_force import choose, differences, settings_in_force
from trial.record.save import of_request
from trial.refused import Refused

TITLES = {setting.name: setting.title for setting in DECLARED}


@dataclass(frozen=True)
class Move:
    """One setting before and after, in words."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One Change of the settings of a group."""

    change: int
    at: datetime
    who: str
    reason: str
    group: str
    moves: list[Move]


def moves(before: AnalysisSettings, after: AnalysisSettings) -> list[Move]:
    """What differs, in words."""
    words = analysis_settings.in_words
    return [Move(TITLES[name], words(old), words(new)) for name, old, new in differences(before, after)]


def entries() -> list[Entry]:
    """Newest first; the settings before the first Change are the protocol's."""
    table = GroupSettings._meta.db_table
    versions = Version.objects.filter(table_name=table).select_related("change__person").order_by("change_id", "id")
    before: dict[str, AnalysisSettings] = {}
    changed = [_entry(version, before) for version in versions]
    return changed[::-1]


def _entry(version: Version, before: dict[str, AnalysisSettings]) -> Entry:
    row: dict[str, Any] = version.row
    group, change = row["group"], version.change
    stated = settings_of(group)
    after = stated if row["struck_out_reason"] else analysis_settings.from_dict(row["chosen"], group)
    moved = moves(before.get(group, stated), after)
    before[group] = after
    who = change.person.full_name if change.person else "the program"
    return Entry(change.id, change.at, who, change.reason, group, moved)


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
    form = SettingsForm(group.code, current, request.POST or None)
    seen = request.POST.get("seen_version", current.version())
    shown = {"letter": group.code, "name": group.name, "form": form, "seen_version": seen}
    if request.method != "POST" or "back" in request.POST:
        return render(request, "analysis/settings/change.html", shown)
    if not form.is_valid():
        return render(request, "analysis/settings/change.html", shown, status=422)
    assert form.settings is not None
    if "confirmed" not in request.POST:
        shown["moves"] = moves(current, form.settings)
        return render(request, "analysis/settings/confirm.html", shown)
    try:
        number = choose(of_request(request), group.code, form.settings, form.cleaned_data["reason"], seen)
    except Refused as refusal:
        shown |= {"refusal": str(refusal), "seen_version": current.version()}
        return render(request, "analysis/settings/change.html", shown, status=409)
    messages.success(request, f"Analysis settings of group {group.code} saved (change {number}). "
                     "Its results are being recalculated.")  # fmt: skip
    return redirect("analysis:settings")
