"""Due dates: derived from the record for pages, and stored at the end of each Change that they depend on.

They follow from the rows of one participant and from the settings of the group, never from the day: what is due on a
day is found by comparing it with the dates (`trial.models.DueItem`), so that no process has to notice midnight.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from capture.casebook.due import Asked
from capture.casebook.registry import CASEBOOK, FORMS
from trial import models
from trial.audit.install import WRITERS_LOCK
from trial.models import DueItem, GroupSettings, NotDone, Participant, Version, operations
from trial.protocol import schedule
from trial.record import changes
from trial.record.in_force import evaluations
from trial.record.rows import standing_of
from trial.rules.evaluation.due_dates import Treatment
from trial.rules.evaluation.evaluated import Evaluation
from trial.runtime.database.at_once import Asked as Question
from trial.runtime.database.at_once import Shape, at_once
from trial.runtime.program import PROGRAM, UNKNOWN

# Forms that a rule of their own asks for, and those whose entries count for them; the course of treatment asks for the
# rest.
RULED = tuple(form for form in CASEBOOK if form.due.is_scheduled)
READ = tuple(sorted({kind for form in RULED for kind in (form.kind, *form.due.with_forms)}))
# The tables that due dates follow from.
SOURCES = frozenset(
    model._meta.db_table
    for model in (Participant, models.Lesion, models.Assessment, models.LesionReading, models.Cycle,
                  models.AdverseEvent, models.DosingPeriod, models.FollowUp, models.OffTreatment, models.Death,
                  models.Withdrawal, models.OffStudy, models.RegistrationFinding, NotDone, GroupSettings,
                  *(FORMS[kind].model for kind in READ))
)  # fmt: skip
AT_ONCE = 250
COLUMNS = tuple(each.attname for each in DueItem._meta.concrete_fields if not each.primary_key)


@dataclass(frozen=True)
class Scheduled:
    """A registered participant: the course of treatment, and what the schedule asks for, done or not.

    by_rule: title → what is asked of each form with a rule of its own. not_done: the row by the name of what it is of.
    """

    treatment: Treatment
    by_rule: Mapping[str, Sequence[Asked]]
    not_done: Mapping[str, NotDone]

    @property
    def evaluation(self) -> Evaluation:
        """The evaluated facts."""
        return self.treatment.evaluation

    @cached_property
    def every(self) -> tuple[schedule.Planned, ...]:
        """All that is asked for."""
        of = self.treatment
        ruled = (asked.planned for asked in chain.from_iterable(self.by_rule.values()))
        asked_for = (of.baseline(), *of.cycles_due(), *of.assessments(), *of.follow_ups(), *of.closing(), *ruled)
        return tuple(each for each in asked_for if of.lists(each))


Rows = Mapping[Any, Iterable[Any]]


def schedules(ids: Sequence[int], *also: Question) -> dict[int, Scheduled]:
    """The schedules of the registered ones of these participants, by id; two statements. also: read with them."""
    rows = _asked_of(ids)
    at_once(*rows.values(), *also)
    return _derived(ids, rows)


def _asked_of(ids: Sequence[int]) -> dict[Any, Question]:
    """What the schedule reads beside the evaluation: model → its standing rows, not read yet."""
    models_read = (NotDone, *(FORMS[kind].model for kind in READ))
    if len(ids) == 1:
        return {model: standing_of(ids[0], model) for model in models_read}
    return {model: model.objects.standing().filter(participant__in=ids) for model in models_read}


def _derived(ids: Sequence[int], asked: Rows) -> dict[int, Scheduled]:
    by_participant = {model: _by_participant(rows) for model, rows in asked.items()}
    rows = {kind: by_participant[FORMS[kind].model] for kind in READ}
    not_done = by_participant[NotDone]
    found = {}
    for evaluation in evaluations(ids):
        key = evaluation.facts.id
        treatment = Treatment(evaluation, {row.what: row for row in not_done[key]})
        found[key] = Scheduled(treatment, _by_rule(treatment, {kind: rows[kind][key] for kind in READ}),
                               treatment.not_done)  # fmt: skip
    return found


def _by_participant(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.participant_id].append(row)
    return found


def _by_rule(treatment: Treatment, rows: Mapping[str, Sequence[Any]]) -> dict[str, list[Asked]]:
    days = {kind: [(getattr(row, FORMS[kind].dated_by), row) for row in of] for kind, of in rows.items()}
    also = {form.kind: [on for kind in form.due.with_forms for on, _ in days[kind]] for form in RULED}
    return {form.title: form.due.asks(form.kind, days[form.kind], also[form.kind], treatment) for form in RULED}


def _written(**by: Any) -> QuerySet[Any, Any]:
    return Version.objects.filter(table_name__in=sorted(SOURCES), **by).values_list(
        "table_name", "row_id", "row__participant_id", "row__group", "change__participant_id"
    )


_WRITTEN = Shape(lambda number: _written(change_id=number))


def renew_after(numbers: Sequence[int], participant: Participant | None = None) -> None:
    """Stores the due dates of every participant whose rows or settings these Changes wrote; called at their end.

    participant: whom the one Change names; what the schedule reads of them is read with what was written.
    """
    if participant is None or len(numbers) != 1:
        renew(sorted(_touched(_written(change_id__in=numbers))))
        return
    part, written = [participant.pk], _WRITTEN(numbers[0])
    stored_now, asked = _rows_of(part), _asked_of(part)
    at_once(written, stored_now, *asked.values())
    touched = _touched(written)
    if participant.pk in touched:
        _store(part, stored_now, _derived(part, asked))
    renew(sorted(touched - {participant.pk}))


def _touched(written: Iterable[tuple[str, int, int | None, str | None, int | None]]) -> set[int]:
    """Ids of the participants whose due dates may have moved."""
    touched, groups = set(), set()
    for table, row_id, of_row, group, of_change in written:
        if table == GroupSettings._meta.db_table:
            groups.add(group)
        else:
            touched.add(row_id if table == Participant._meta.db_table else of_row or of_change)
    if groups:
        touched |= set(Participant.objects.filter(group__in=groups, number__isnull=False).values_list("pk", flat=True))
    return {each for each in touched if each is not None}


@contextmanager
def put_off() -> Iterator[None]:
    """Meanwhile no Change stores due dates; at the end those of everybody are stored. For a load that nobody waits for.

    One that is killed in the middle leaves them unstored: it is to be gone on with.
    """
    before = changes.AT_THE_END[:]
    changes.AT_THE_END[:] = [each for each in before if each is not renew_after]
    try:
        yield
    finally:
        changes.AT_THE_END[:] = before
        rebuild()


def renew(ids: Sequence[int]) -> None:
    """Derives the due dates of these participants and stores those that are not as stored; inside a transaction."""
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        stored_now = _rows_of(part)
        _store(part, stored_now, schedules(part, stored_now))


def _store(part: Sequence[int], stored_now: Iterable[tuple[Any, ...]], found: Mapping[int, Scheduled]) -> None:
    derived = {key: list(_items(each)) for key, each in found.items()}
    before = _in_order(part, stored_now)
    differing = [key for key in part if [_values(item) for item in derived.get(key, ())] != before[key]]
    if any(before[key] for key in differing):
        DueItem.objects.filter(participant__in=differing).delete()
    DueItem.objects.bulk_create(item for key in differing for item in derived.get(key, ()))


def _values(item: DueItem) -> tuple[Any, ...]:
    return tuple(getattr(item, column) for column in COLUMNS)


def _items(scheduled: Scheduled) -> Iterator[DueItem]:
    for each in scheduled.every:
        if each.is_open:
            yield DueItem(
                participant_id=scheduled.evaluation.facts.id, form=each.form, title=each.title, number=each.number,
                due_on=each.due_on, window_from=each.window_from, window_to=each.window_to,
                missed_from=each.missed_from, listed_from=each.listed_from, repeats_days=each.repeats_days,
            )  # fmt: skip


def rebuild() -> int:
    """Derives and stores the due dates of everybody; returns how many participants' were not as derived.

    Participants are written in parts, each under the writers' lock, so that other saves wait for a part at most.
    """
    ids, differing = list(Participant.objects.order_by("pk").values_list("pk", flat=True)), 0
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS_LOCK])
            before = stored(part)
            renew(part)
            after = stored(part)
        differing += sum(before[each] != after[each] for each in part)
    return differing


def stored(ids: Iterable[int]) -> dict[int, list[tuple[Any, ...]]]:
    """The stored due dates of each of these participants as plain values, in an order of their own."""
    ids = list(ids)
    return {key: sorted(rows, key=str) for key, rows in _in_order(ids, _rows_of(ids)).items()}


_STORED = Shape(lambda key: DueItem.objects.filter(participant=key).order_by("id").values_list(*COLUMNS))


def _rows_of(ids: Sequence[int]) -> Question:
    if len(ids) == 1:
        return _STORED(ids[0])
    return DueItem.objects.filter(participant__in=ids).order_by("id").values_list(*COLUMNS)


def _in_order(ids: Sequence[int], rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[Any, ...]]]:
    """The same in the order in which they were derived."""
    found: dict[int, list[tuple[Any, ...]]] = {each: [] for each in ids}
    for row in rows:
        found[row[0]].append(row)
    return found


NOTE = "due_dates"


def after_migrate(plan: Sequence[tuple[Any, bool]] = (), **_: Any) -> None:
    """Rebuilds after the `migrate` of another program than the last, which may derive other dates.

    Nothing is done after a migration backwards, whose tables may be those of an earlier version.
    """
    tables = {*SOURCES, DueItem._meta.db_table, operations.StatusNote._meta.db_table}
    if any(is_backwards for _, is_backwards in plan) or not tables.issubset(connection.introspection.table_names()):
        return
    last = operations.notes().get(NOTE)
    if last is None or last.words != PROGRAM or UNKNOWN in PROGRAM:
        rebuild()
        operations.note(NOTE, True, PROGRAM)
