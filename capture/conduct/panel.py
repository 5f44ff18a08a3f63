"""What stands about one entry beside its values: queries, source verification, freeze or lock; for its page."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from capture.casebook import history, labels
from capture.conduct import holds, verification
from trial.models import Hold, Participant, Person, Query, Role
from trial.record import access
from trial.record.rows import standing


@dataclass(frozen=True)
class FormConduct:
    """The conduct of one entry, for one person; `seen` is the newest Change of the entry as the page shows it."""

    participant: Participant
    kind: str
    row_id: int
    queries: tuple[Query, ...]
    by_field: dict[str, list[Query]]
    is_monitor: bool
    may_answer: bool
    hold: Hold | None
    planned: tuple[verification.Planned, ...] = ()
    seen: int = 0

    @property
    def may_ask(self) -> bool:
        """Whether the person raises queries; under a lock nobody does."""
        return self.is_monitor and not (self.hold and self.hold.kind == Hold.Kind.LOCK)

    def ask_url(self, field: str = "") -> str:
        """Where the monitor raises a query about this field."""
        query = {"form": self.kind, "row": self.row_id, **({"field": field} if field else {})}
        return f"{reverse('capture:query_new', args=[self.participant.reference])}?{urlencode(query)}"


def form_conduct(person: Person, participant: Participant, kind: str, row_id: int) -> FormConduct:
    """Reads what stands about an entry; a fixed number of queries. Verification is read for the monitor only."""
    rows = [each for each in standing(participant, Query) if (each.form, each.row_id) == (kind, row_id)]
    stand = sorted((each for each in rows if each.is_standing), key=lambda each: each.pk)
    by_field: dict[str, list[Query]] = defaultdict(list)
    for each in stand:
        by_field[each.field].append(each)
    monitor, planned, seen = person.role == Role.MONITOR, (), 0
    row = labels.row_of(participant, kind, row_id) if monitor else None
    if row is not None:
        planned = tuple(verification.of_entry(participant, kind, row))
        seen = history.newest_change(*history.rows_of(row))
    return FormConduct(
        participant, kind, row_id, tuple(stand), dict(by_field), monitor, access.may_enter(person),
        holds.on_entry(participant, kind, row_id), planned, seen,
    )  # fmt: skip


@dataclass(frozen=True)
class Marks:
    """Participant id → standing queries; and the pages of the entries they are about."""

    counts: dict[int, int]
    pages: frozenset[str]


def marks(participants: Sequence[Participant]) -> Marks:
    """The standing queries of these participants; a fixed number of queries."""
    by_id = {each.pk: each for each in participants}
    rows = list(Query.objects.standing().filter(participant__in=by_id, state__in=Query.NOT_CLOSED))
    for row in rows:
        row.participant = by_id[row.participant_id]
    pages = frozenset(place.url for place in labels.places(rows).values())
    return Marks(dict(Counter(row.participant_id for row in rows)), pages)
