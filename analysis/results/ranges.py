"""The whole recompute of a group, spread over ranges of its participants: any number of workers derive them.

Each range stores its outcomes by itself. So it may be interrupted anywhere, ranges may run twice or at once, and what
is missing at the end is derived by the recompute that follows, as it would be without ranges.
"""

from datetime import UTC, datetime, timedelta

from analysis.results import outcome_store
from analysis.results.recompute import at_one_moment, derive, newest_change, newest_result, stale_of
from trial.models import operations
from trial.record import snapshot
from trial.record.in_force import settings_in_force
from trial.record.snapshot import Range

# So many one worker derives at once, sooner than ranges are handed out.
MOST_AT_ONCE = 1000
IN_A_RANGE = 500
# Ranges of a group are not handed out again while one was done so recently.
UNDER_WAY = timedelta(seconds=30)
GATHERED = "gathered"


def of(stale: list[int]) -> list[Range]:
    """The ranges that hold these participants."""
    ids = sorted(stale)
    return [(ids[start], ids[min(start + IN_A_RANGE, len(ids)) - 1]) for start in range(0, len(ids), IN_A_RANGE)]


def are_under_way(group: str) -> bool:
    """Whether ranges of the group were handed out, or one was done, a moment ago, and are not gathered yet."""
    last = operations.notes().get(_name(group))
    return last is not None and last.words != GATHERED and datetime.now(UTC) - last.at < UNDER_WAY


def note(group: str, words: str) -> None:
    """Puts down how far the ranges of the group are."""
    operations.note(_name(group), True, words)


def _name(group: str) -> str:
    return f"ranges {group}"


def derive_one(group: str, within: Range) -> int:
    """Derives what is stale in the range and stores it; returns how many. This process holds none of them."""
    with outcome_store.uncollected():
        derived = at_one_moment(lambda: _derive(group, within))
    note(group, f"participants {within[0]} to {within[1]} are done")
    return derived


def _derive(group: str, within: Range) -> int:
    settings, change = settings_in_force(group), newest_change(group)
    stored, members = newest_result(group, settings), snapshot.group_members(group, within=within)
    stale = stale_of(group, members, settings.version(), stored.holds_to if stored else None, within)
    outcome_store.write(group, change, settings.version(), derive(stale, settings, lambda so_far: None))
    return len(stale)
