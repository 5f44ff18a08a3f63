"""Who changed the settings of which group, when, why and how; read from the versions of the record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from trial.models import GroupSettings, Version
from trial.protocol import DECLARED, AnalysisSettings, analysis_settings
from trial.record.in_force import differences

TITLES = {each.name: each.title for each in DECLARED}


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
    found = [_entry(version, before) for version in versions]
    return found[::-1]


def _entry(version: Version, before: dict[str, AnalysisSettings]) -> Entry:
    row: dict[str, Any] = version.row
    group, change = row["group"], version.change
    after = AnalysisSettings() if row["struck_out_reason"] else analysis_settings.from_dict(row["chosen"])
    moved = moves(before.get(group, AnalysisSettings()), after)
    before[group] = after
    who = change.person.full_name if change.person else "the program"
    return Entry(change.id, change.at, who, change.reason, group, moved)
