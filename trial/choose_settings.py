"""Changing the settings of a group: one Change with a reason; the group is behind from then on and is recomputed."""

from typing import Any

from trial import changes
from trial.evaluation.settings import AnalysisSettings
from trial.models import GroupSettings, Person
from trial.settings_in_force import settings_in_force


class NotChosen(ValueError):
    """Nothing was changed; the message says why in words."""


def differences(before: AnalysisSettings, after: AnalysisSettings) -> list[tuple[str, Any, Any]]:
    """(name, plain value before, plain value after) of each setting that differs."""
    old, new = before.as_dict(), after.as_dict()
    return [(name, old[name], new[name]) for name in old if old[name] != new[name]]


def choose(person: Person, group: str, settings: AnalysisSettings, reason: str, seen_version: str) -> int:
    """Writes the settings of a group; returns the number of the Change.

    seen_version: the fingerprint of the settings that the person looked at. Raises NotChosen when nothing differs or
    somebody else changed them since, changes.ReasonMissing, changes.RecordBusy.
    """
    if not reason.strip():
        raise changes.ReasonMissing("Say why the settings are changed.")
    with changes.record(person, "settings", reason, groups=[group]) as change:
        before = settings_in_force(group)
        if before.version() != seen_version:
            raise NotChosen("Somebody else changed these settings meanwhile. Look at them again; nothing was changed.")
        if not differences(before, settings):
            raise NotChosen("These are the settings in force already.")
        # Only what differs from the protocol is kept, so that the page can say which values were chosen.
        chosen = {name: value for name, _, value in differences(AnalysisSettings(), settings)}
        GroupSettings.objects.update_or_create(group=group, defaults={"chosen": chosen})
    return change.number
