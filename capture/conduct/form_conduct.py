"""What stands about one entry beside its values: queries, source verification, freeze or lock; for its page."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from capture.conduct import places
from trial.models import Participant, Person, Query, Role


@dataclass(frozen=True)
class FormConduct:
    """The conduct of one entry, for one person."""

    participant: Participant
    kind: str
    row_id: int
    queries: tuple[Query, ...]
    by_field: dict[str, list[Query]]
    may_ask: bool
    may_answer: bool

    def ask_url(self, field: str = "") -> str:
        """Where the monitor raises a query about this field."""
        query = {"form": self.kind, "row": self.row_id, **({"field": field} if field else {})}
        return f"{reverse('capture:query_new', args=[self.participant.reference])}?{urlencode(query)}"


def form_conduct(person: Person, participant: Participant, kind: str, row_id: int) -> FormConduct:
    """Reads what stands about an entry; a fixed number of queries."""
    rows = Query.objects.filter(participant=participant, form=kind, row_id=row_id, struck_out_reason="")
    standing = [each for each in rows.order_by("id") if each.is_standing]
    by_field: dict[str, list[Query]] = defaultdict(list)
    for each in standing:
        by_field[each.field].append(each)
    is_site = person.role in (Role.COORDINATOR, Role.INVESTIGATOR)
    return FormConduct(
        participant, kind, row_id, tuple(standing), dict(by_field), person.role == Role.MONITOR, is_site
    )


def label_of(conduct: FormConduct, query: Query) -> Any:
    """The field a query is about, as its page calls it."""
    return places.field_label(conduct.kind, query.field) if query.field else ""
