"""Markers of open queries for lists: which participants and which pages of forms have one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from capture.conduct import places
from trial.models import Participant, Query

STANDING = (Query.State.OPEN, Query.State.REOPENED, Query.State.ANSWERED)


@dataclass(frozen=True)
class Marks:
    """Participant id → standing queries; and the pages of the entries they are about."""

    counts: dict[int, int]
    pages: frozenset[str]


def marks(participants: Sequence[Participant]) -> Marks:
    """The standing queries of these participants; a fixed number of queries."""
    by_id = {each.pk: each for each in participants}
    rows = list(Query.objects.filter(participant__in=by_id, state__in=STANDING, struck_out_reason=""))
    for row in rows:
        row.participant = by_id[row.participant_id]
    pages = frozenset(place.url for place in places.places(rows).values())
    return Marks(dict(Counter(row.participant_id for row in rows)), pages)
