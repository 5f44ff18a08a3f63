"""How the analysis settings came to differ from the protocol: who chose what, when and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analysis.endpoints.answers import monitoring
from analysis.models import GroupResult
from analysis.results.recompute import newest_result
from trial.models import GroupSettings, SettingsProposal, Version
from trial.protocol import DECLARED, AnalysisSettings, analysis_settings, settings_of
from trial.record.in_force import differences, proposed, settings_in_force

TITLES = {setting.name: setting.title for setting in DECLARED}


@dataclass(frozen=True)
class Move:
    """One setting before and after, in words."""

    title: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One Change of the settings of a group; who and reason: of the proposal and of its approval."""

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


def entries(as_of: int | None = None) -> list[Entry]:
    """Newest first, up to a change; the settings before the first Change are the protocol's."""
    table = GroupSettings._meta.db_table
    versions = Version.objects.filter(table_name=table).select_related("change__person").order_by("change_id", "id")
    if as_of is not None:
        versions = versions.filter(change_id__lte=as_of)
    before: dict[str, AnalysisSettings] = {}
    of_changes = {each.decided_in: each for each in _proposals().filter(state=SettingsProposal.State.APPROVED)}
    changed = [_entry(version, before, of_changes.get(version.change_id)) for version in versions]
    return changed[::-1]


def _proposals() -> Any:
    return SettingsProposal.objects.select_related("proposed_by", "decided_by").order_by("-id")


def _entry(version: Version, before: dict[str, AnalysisSettings], approved: SettingsProposal | None) -> Entry:
    row: dict[str, Any] = version.row
    group, change = row["group"], version.change
    stated = settings_of(group)
    after = stated if row["struck_out_reason"] else analysis_settings.from_dict(row["chosen"], group)
    moved = moves(before.get(group, stated), after)
    before[group] = after
    who = change.person.full_name if change.person else "the program"
    reason = change.reason
    if approved is not None:
        who = f"{approved.proposed_by.full_name}, approved by {who}"
        reason = f"{approved.proposed_because} · Approved: {reason}"
    return Entry(change.id, change.at, who, reason, group, moved)


@dataclass(frozen=True)
class Proposed:
    """A proposal, and what it moves or would have moved."""

    row: SettingsProposal
    moves: list[Move]


def proposals() -> list[Proposed]:
    """Those that wait, were refused or withdrawn, the newest first; approved ones are among the entries."""
    rows = _proposals().exclude(state=SettingsProposal.State.APPROVED)
    return [Proposed(each, would_move(each)) for each in rows]


def would_move(proposal: SettingsProposal) -> list[Move]:
    """What a proposal changes of the settings in force, or of those when it was settled."""
    before = proposal.decided_in and proposal.decided_in - 1
    return moves(settings_in_force(proposal.group, before), proposed(proposal))


def departures(group: str, used: AnalysisSettings) -> list[Move]:
    """Each setting of a group, as it was used, that is not the protocol's."""
    return moves(settings_of(group), used)


def last_change_of(title: str, group: str, as_of: int | None = None) -> Entry | None:
    """The newest Change, up to `as_of`, that moved this setting of the group; None when none did."""
    return next((entry for entry in entries(as_of) if entry.group == group
                 and any(move.title == title for move in entry.moves)), None)  # fmt: skip


def last_look(group: str) -> int:
    """The number of the last look of the plan that the newest result has decided; 0 before the first.

    Of the settings in force; where this version of the program has computed none yet, of the last that was computed.
    """
    of_before = GroupResult.objects.filter(group=group, cutoff=None).order_by("-holds_to", "-pk")
    stored = newest_result(group) or of_before.first()
    answer = stored.result["endpoints"].get(monitoring.MONITORING.code) if stored else None
    return monitoring.last_decided(answer) if answer else 0
