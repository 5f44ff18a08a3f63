"""Source verification: done at a change, dropped and asked for again when the entry changes after it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count

from capture.casebook import history, labels
from capture.casebook.registry import CASEBOOK, FORMS
from trial.audit import holds
from trial.models import Acknowledgement, Participant, Query, Role, SourceVerification
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates import partial_date

NOT_YET, VERIFIED, AGAIN = "not verified", "verified", "re-verify"

# Form → its critical fields, which are verified one by one: the plan of source data verification. A field of the rows
# below an entry (a diameter, a dose) stands for that of each of them.
PLAN: dict[str, tuple[str, ...]] = {form.kind: form.verified for form in CASEBOOK if form.verified is not None}


@dataclass(frozen=True)
class Planned:
    """A critical field of an entry, or the entry as a whole (field empty), and how its verification stands."""

    field: str
    label: Any
    state: str
    by: str = ""
    has_query: bool = False

    @property
    def words(self) -> str:
        """The state, and that a query stands about what was verified."""
        return f"{self.state}, query open" if self.has_query and self.state == VERIFIED else self.state


def of_entry(participant: Participant, kind: str, row: Any) -> list[Planned]:
    """The entry as a whole first, then its critical fields; empty for a form outside the plan."""
    if kind not in PLAN:
        return []
    rows = list(participant.verifications.standing().filter(form=kind, row_id=row.pk).select_related("verified_by"))
    gone = dropped(rows)
    by_field = {each.field: each for each in rows}
    whole, asked = by_field.get(""), _asked(participant, kind, row.pk)
    return [_planned(kind, name, by_field.get(name) or whole, gone, asked) for name in ("", *PLAN[kind])]


def _planned(kind: str, name: str, row: SourceVerification | None, gone: set[int], asked: set[str]) -> Planned:
    """asked: fields that a query stands about; one about a lesion or the whole entry concerns each field below it."""
    label = labels.field_label(kind, name) if name else ""
    own = {each.name for each in FORMS[kind].model._meta.fields}
    about = asked if not name else asked & {name, ""} if name in own else asked - own
    if row is None:
        return Planned(name, label, NOT_YET)
    state = AGAIN if row.pk in gone else VERIFIED
    return Planned(name, label, state, row.verified_by.full_name, bool(about))


def _asked(participant: Participant, kind: str, row_id: int) -> set[str]:
    """The fields of an entry that a query waits for the site about; empty text for the entry as a whole."""
    rows = Query.objects.standing().filter(participant=participant, form=kind, row_id=row_id, state__in=Query.FOR_SITE)
    return set(rows.values_list("field", flat=True))


def verify(save: Save, participant: Participant, kind: str, row: Any, seen: int, field: str = "") -> None:
    """Notes that an entry (or a field of it) agrees with the source as it stood at change `seen`.

    Raises Refused when it was changed since the page was opened.
    """
    verify_many(save, participant, [(kind, row, seen)], field)


def verify_many(save: Save, participant: Participant, entries: Sequence[tuple[str, Any, int]], field: str = "") -> None:
    """Several entries of a participant in one Change: those of a visit."""
    if save.person.role != Role.MONITOR:
        raise Refused("Only a monitor can verify source data.")
    if not entries:
        raise Refused("There are no entries to verify.")
    with changes.record(save, "verify", participant=participant) as change:
        for kind, row, seen in entries:
            if kind not in PLAN or (field and field not in PLAN[kind]):
                raise Refused("The SDV plan does not include this field.")
            if history.newest_change(*history.rows_of(row)) != seen:
                raise Refused("The entry was changed while the page was open. Compare it with the source again.")
            standing = participant.verifications.standing().filter(form=kind, row_id=row.pk)
            one = standing.filter(field=field).first() or SourceVerification(
                participant=participant, form=kind, row_id=row.pk, field=field
            )
            one.at_change, one.verified_by, one.verified_at = change.number, save.person, change.at
            one.save()


def dropped(rows: Iterable[SourceVerification]) -> set[int]:
    """Ids of the verifications whose entry (or, for a field of the entry's own row, whose value) changed since."""
    ids = [each.pk for each in rows]
    return set(_ids("s.id = ANY(%s)", [ids])) if ids else set()


def dropped_at(change: int, rows: Iterable[Mapping[str, Any]]) -> set[int]:
    """`dropped` of verifications as they were at a change, by what was known then; rows: as JSON holds them."""
    columns = "id bigint, participant_id bigint, form text, row_id bigint, field text, at_change bigint"
    done = f"SELECT * FROM json_to_recordset(%s::json) AS s({columns})"
    return {row[0] for row in _rows_of(done, [json.dumps(list(rows), default=str)], change)}


def dropped_of(participants: Sequence[Participant]) -> list[SourceVerification]:
    """What is to be verified again, of these participants; one query for all."""
    ids = _ids("s.participant_id = ANY(%s)", [[each.pk for each in participants]])
    rows = SourceVerification.objects.filter(pk__in=ids).select_related("participant__site", "verified_by")
    return list(rows.order_by("participant__number", "id"))


def progress(participants: Sequence[Participant]) -> dict[int, tuple[int, int]]:
    """Participant id → entries of the plan, and those verified as a whole and unchanged since."""
    entries: Counter[int] = Counter()
    for kind in PLAN:
        path = "pk" if FORMS[kind].model is Participant else "participant"
        rows = FORMS[kind].entries_of(participants).standing().values_list(path)
        entries.update(dict(rows.annotate(count=Count("pk")).order_by()))
    whole = SourceVerification.objects.standing().filter(participant__in=participants, field="")
    again = [each.pk for each in dropped_of(participants) if not each.field]
    rows = whole.exclude(pk__in=again).values_list("participant").annotate(count=Count("pk")).order_by()
    verified = dict(rows)
    return {pk: (count, verified.get(pk, 0)) for pk, count in entries.items()}


def changed_entries(participants: Sequence[Participant]) -> dict[int, int]:
    """Participant id → how many of the entries that were verified have changed since; one query for all."""
    found = _rows("s.participant_id = ANY(%s)", [[each.pk for each in participants]])
    return dict(Counter(participant for participant, _, _ in {row[1:] for row in found}))


def _ids(condition: str, values: list[Any]) -> list[int]:
    return [row[0] for row in _rows(condition, values)]


def _rows(condition: str, values: list[Any]) -> list[tuple[int, int, str, int]]:
    done = f"SELECT s.* FROM trial_sourceverification s WHERE {condition} AND s.struck_out_reason = ''"
    return _rows_of(done, values)


def _rows_of(done: str, values: list[Any], until: int | None = None) -> list[tuple[int, int, str, int]]:
    """(id, participant, form, entry) of the verifications that are dropped. done: SQL of them; until: a change.

    What is said about entries drops none. The first version of an entry is the entry itself, which nobody can have
    verified before; lines below an entry may come later. Versions since the oldest verification of a participant are
    read once, whatever the number of verifications.
    """
    about_entries = [*holds.outside_the_casebook(), Acknowledgement._meta.db_table]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH done AS MATERIALIZED ({done}),
            since AS MATERIALIZED (SELECT c.participant_id, c.id AS change_id, v.table_name, v.row_id, v.row, p.form,
                    p.entry
                FROM (SELECT participant_id, min(at_change) AS at_change FROM done GROUP BY participant_id) o
                JOIN trial_change c ON c.participant_id = o.participant_id AND c.id > o.at_change
                    AND c.id <= coalesce(%s, c.id)
                JOIN trial_version v ON v.change_id = c.id AND v.table_name <> ALL(%s)
                    AND (v.act <> 'insert' OR v.table_name <> ALL(%s))
                CROSS JOIN LATERAL endpoint_place_of(v.table_name, v.row) p)
            SELECT s.id, s.participant_id, s.form, s.row_id FROM done s
            WHERE EXISTS (SELECT FROM since v
                WHERE v.participant_id = s.participant_id AND v.form = s.form AND v.entry = s.row_id
                AND v.change_id > s.at_change
                AND (s.field = '' OR v.row ? s.field AND v.row -> s.field IS DISTINCT FROM
                    (SELECT w.row -> s.field FROM trial_version w WHERE w.table_name = v.table_name
                        AND w.row_id = v.row_id AND w.change_id <= s.at_change
                        ORDER BY w.change_id DESC, w.id DESC LIMIT 1)))""",
            [*values, until, about_entries, list(holds.entries())],
        )
        return cursor.fetchall()


@dataclass(frozen=True)
class CasebookEntry:
    """One entry: its form, its row, its place, its day (None when not known to the day), its newest Change."""

    kind: str
    row: Any
    place: labels.Place
    on: date | None
    newest: int


def entries_of(participant: Participant, kinds: Any) -> list[CasebookEntry]:
    """The entries of these forms in order of date."""
    found = [
        CasebookEntry(form.kind, row, labels.place(participant, form.kind, row), _day(getattr(row, form.dated_by)),
                      history.newest_change(*history.rows_of(row)))
        for form in CASEBOOK if form.kind in kinds for row in form.entries(participant).standing()
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.on or date.max, each.kind, each.row.pk))


def _day(when: Any) -> date | None:
    if isinstance(when, partial_date.PartialDate):
        return when.earliest() if when.is_complete else None
    return when
