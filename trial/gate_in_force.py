"""The gate of a group as the record stands, now or as of a change: what the door and every page that shows it ask.

Not pure: it reads the record. An answer binds only inside a Change, where no other registration can come between.
"""

from collections.abc import Iterator, Sequence

from trial import snapshot
from trial.evaluation import stage
from trial.evaluation.settings import AnalysisSettings
from trial.models import Participant, Reopening
from trial.rows import Reader
from trial.rules import accrual
from trial.rules.interim_stage import Standing
from trial.settings_in_force import settings_in_force


def gate_in_force(group: str, as_of: int | None = None) -> accrual.Gate:
    """The gate with the participants of its deciding stage (as_of: change number, None: now)."""
    settings = settings_in_force(group, as_of)
    members = snapshot.group_members(group, as_of)
    standings = _standings(members, settings, as_of)
    return stage.gate_of(group, len(members), standings, settings, reopenings(group, as_of))


def refusal(group: str) -> str:
    """Why nobody can be registered now, in words; empty when the group is open.

    Participants are evaluated only when the count says that it may matter, and only as many as the stages need.
    """
    settings = settings_in_force(group)
    registered = Participant.objects.filter(number__isnull=False, group=group, struck_out_reason="").count()
    if accrual.surely_open(registered, settings.ceiling(group), stage.looks_of(settings, group)):
        return ""
    found = gate_in_force(group)
    return "" if found.open else found.because


def reopenings(group: str, as_of: int | None = None) -> tuple[accrual.Reopened, ...]:
    """The chair's reopenings of a group that stand."""
    rows = Reader(as_of).rows(Reopening, "group", [group])
    return tuple(accrual.Reopened(row["stage"], row["ground"], row["because"]) for row in rows)


def _standings(
    members: Sequence[int], settings: AnalysisSettings, as_of: int | None, at_once: int = 25
) -> Iterator[Standing]:
    """One after the other, read in batches: the gate stops asking when its stages are full."""
    for start in range(0, len(members), at_once):
        for fact in snapshot.participants(members[start : start + at_once], as_of):
            yield stage.standing(fact, settings)
