"""The status of every form: the matrix of participants, and one participant's row. A fixed number of queries each."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from threading import Thread
from typing import Any

from django.db import Error, connections
from django.db.models import Q, QuerySet
from django.urls import reverse

from capture.casebook.due import Asked, Treatment
from capture.casebook.registry import CASEBOOK, FORMS
from capture.entry.facts import Course, course, readings_by_assessment
from capture.participants import due_dates
from capture.participants.due_dates import states_of
from capture.participants.matrix import PAGE_ROWS, Cell, Matrix, Row
from trial.models import (
    Assessment,
    Cycle,
    Death,
    FollowUp,
    NotDone,
    OffStudy,
    OffTreatment,
    Participant,
    Person,
    Withdrawal,
)
from trial.protocol import Due, schedule
from trial.record import access, site_clock

Today = Callable[[int], date]
PATIENCE_SECONDS = 0.1  # of the 300 ms that a page may take


def matrix(
    person: Person, today: Today, site: str = "", group: str = "", state: str = "", typed: str = "", page: int = 1
) -> Matrix:
    """One page of those the person may see, filtered by site code, group, typed words and state.

    today: site id → the day there.
    state: `due` (due or overdue) or `overdue`. typed: each word stands in the number, the site or is the group.
    """
    found = _filtered(access.participants_for(person), site, group, typed).order_by("number", "screening_number")
    wanted = {"due": ("due", "overdue"), "overdue": ("overdue",)}.get(state)
    start, waiting = (page - 1) * PAGE_ROWS, 0
    if wanted is None:
        in_all, rows = found.count(), rows_of(list(found[start : start + PAGE_ROWS]), today)
    else:
        every, waiting = _in_state(found, wanted, today)
        on_page = every[start : start + PAGE_ROWS]
        in_all, rows = len(every), rows_of(list(found.filter(pk__in=on_page)), today)
    lengths = [max((len(getattr(row, part)) for row in rows), default=0) for part in PARTS]
    columns = ["Baseline"]
    for length, title in zip(lengths, ("Cycle {}", "Week {}", "Follow-up {}"), strict=True):
        columns += [title.format((n + 1) * (8 if title.startswith("Week") else 1)) for n in range(length)]
    return Matrix(tuple(columns), tuple(_padded(row, lengths) for row in rows), in_all, page, waiting)


def _in_state(found: QuerySet[Participant], wanted: Sequence[str], today: Today) -> tuple[list[int], int]:
    """Ids of those in one of the states, in order, and how many further down nobody knows the state of yet.

    Only those that moved since they were last asked about are read, and no longer than a page may take.
    """
    days = {key: today(site) for key, site in found.values_list("pk", "site_id")}
    states = states_of(days, partial(rows_of_ids, today), PATIENCE_SECONDS)
    return [each for each, state in states.items() if state in wanted], len(days) - len(states)


def rows_of_ids(today: Today, ids: list[int]) -> list[Row]:
    """The rows of the participants with these ids."""
    return rows_of(list(Participant.objects.filter(pk__in=ids)), today)


def _filtered(found: QuerySet[Participant], site: str, group: str, typed: str) -> QuerySet[Participant]:
    if site:
        found = found.filter(site__code=site)
    if group:
        found = found.filter(group=group)
    for word in typed.split()[:5]:
        found = found.filter(Q(number__icontains=word) | Q(site__code__icontains=word) | Q(group=word.upper()))
    return found


PARTS = ("cycles", "assessments", "follow_ups")
# What ends treatment or follow-up, and the rest that the schedule asks for; one query each.
# Forms that a rule of their own asks for; the rest is asked for by the course of treatment.
RULED = tuple(form for form in CASEBOOK if form.due.is_scheduled)
BELOW: tuple[Any, ...] = (OffTreatment, Death, Withdrawal, OffStudy, FollowUp, NotDone, *(form.model for form in RULED))


def rows_of(participants: Sequence[Participant], today: Today) -> list[Row]:
    """Status of the forms of these participants, by the schedule of the protocol; one query per table.

    today: site id → the day there (`trial.record.site_clock.today_by_site`).
    """
    cycles = _by_participant(_standing(Cycle, participants).order_by("number"))
    scans = _by_participant(_standing(Assessment, participants).order_by("assessed_on", "id"))
    below = {model: _by_participant(_standing(model, participants)) for model in BELOW}
    readings = readings_by_assessment(participants)
    return [
        _row(each, cycles[each.pk], scans[each.pk], readings, {model: below[model][each.pk] for model in BELOW},
             today(each.site_id))
        for each in participants
    ]  # fmt: skip


def _standing(model: Any, participants: Sequence[Participant]) -> Any:
    return model.objects.standing().filter(participant__in=participants)


@dataclass(frozen=True)
class _Ends:
    """When progression, the end of treatment and the end of follow-up were; None while they have not come."""

    progressed_on: date | None
    off_treatment_on: date | None
    ended_on: date | None

    @property
    def treatment_stops_on(self) -> date | None:
        """The first of them: cycles and eight-weekly assessments stop."""
        return min((day for day in vars(self).values() if day is not None), default=None)


def _ends(so_far: Course, below: dict[Any, list[Any]]) -> _Ends:
    reported = [each.progressed_on for each in below[FollowUp] if each.progression == "radiological"]
    progressed = [day for day in (so_far.progressed_on, *reported) if day is not None]
    over = [each.died_on.latest() for each in below[Death]] + [each.off_on for each in below[OffStudy]]
    over += [each.withdrew_on for each in below[Withdrawal] if each.scope != "treatment"]
    off = [each.off_on for each in below[OffTreatment]]
    off += [each.withdrew_on for each in below[Withdrawal] if each.scope == "treatment"]
    return _Ends(min(progressed, default=None), min(off, default=None), min(over, default=None))


def _row(
    participant: Participant, cycles: list[Cycle], scans: list[Assessment], readings: Any,
    below: dict[Any, list[Any]], today: date,
) -> Row:  # fmt: skip
    if participant.registered_on is None:
        return Row(participant, Course())
    so_far = course(scans, readings)
    ends = _ends(so_far, below)
    stops_on = ends.treatment_stops_on
    not_done = {each.what: each for each in below[NotDone]}
    day_1 = cycles[0].started_on if cycles else None
    baseline = next((each for each in scans if each.kind == "baseline"), None)
    follow_ups = {each.assessed_on: each.pk for each in scans if each.kind == "follow_up"}
    registered_on = participant.registered_on
    scans_due = schedule.assessments_due(
        registered_on, day_1, list(follow_ups), stops_on, today, None if stops_on else so_far.response_on,
        not_done,
    )
    first = schedule.baseline_due(registered_on, day_1, baseline.assessed_on if baseline else None, today)
    courses = schedule.cycles_due(registered_on, [each.started_on for each in cycles], stops_on, today)
    ids = {**follow_ups, **({baseline.assessed_on: baseline.pk} if baseline else {})}
    found = Row(
        participant, so_far, Cell(first, partial(_assessment_url, participant, first, ids)),
        tuple(_cycle_cell(participant, number, due) for number, due in enumerate(courses, start=1)),
        tuple(Cell(due, partial(_assessment_url, participant, due, ids)) for due in scans_due),
        _contacts(participant, ends, below, today), _by_rule(participant, cycles, ends, below, today),
    )  # fmt: skip
    return _with_reasons(found, not_done) if not_done else found


def _with_reasons(row: Row, not_done: dict[str, NotDone]) -> Row:
    """What was said not to be done carries the word on record, even where it was done after all."""

    def told(cells: Iterable[Cell | None]) -> tuple[Any, ...]:
        return tuple(cell and replace(cell, not_done=not_done.get(cell.due.what)) for cell in cells)

    parts = {part: told(getattr(row, part)) for part in PARTS}
    return replace(row, entries={title: told(cells) for title, cells in row.entries.items()}, **parts)


def _contacts(
    participant: Participant, ends: _Ends, below: dict[Any, list[Any]], today: date
) -> tuple[Cell, ...]:  # fmt: skip
    assert participant.registered_on is not None
    contacts = {each.contacted_on: each.pk for each in below[FollowUp]}
    dues = schedule.follow_ups_due(
        participant.registered_on, ends.off_treatment_on, ends.progressed_on, list(contacts), ends.ended_on, today,
        {each.what for each in below[NotDone]},
    )
    return tuple(Cell(due, partial(_entry_url, participant, "follow_up", contacts.get(due.done_on))) for due in dues)


def _by_rule(
    participant: Participant, cycles: list[Cycle], ends: _Ends, below: dict[Any, list[Any]], today: date
) -> dict[str, tuple[Cell, ...]]:
    """Title → cells of each form that a rule of its own asks for."""
    of = Treatment([(each.number, each.started_on) for each in cycles], ends.treatment_stops_on,
                   {each.what for each in below[NotDone]}, today)  # fmt: skip
    found = {}
    for form in RULED:
        days = [(getattr(row, form.dated_by), row) for row in below[form.model]]
        also = [getattr(row, FORMS[kind].dated_by) for kind in form.due.with_forms for row in below[FORMS[kind].model]]
        found[form.title] = tuple(Cell(each.due, partial(_ruled_url, participant, form.kind, each)) for each in
                                  form.due.dues(days, also, of))  # fmt: skip
    return found


def _ruled_url(participant: Participant, kind: str, asked: Asked) -> str:
    url = _entry_url(participant, kind, asked.entry.pk if asked.entry is not None else None)
    return f"{url}?cycle={asked.cycle}" if asked.cycle and asked.entry is None else url


@lru_cache(maxsize=100_000)
def _address(name: str, *parts: str | int) -> str:
    """The address of a page. Of the two thousand links of a matrix most were asked for before."""
    return reverse(name, args=parts)


def _entry_url(participant: Participant, kind: str, key: int | None) -> str:
    if key is None:
        return _address("capture:entry_new", participant.reference, kind)
    return _address("capture:entry", participant.reference, kind, key)


def _cycle_cell(participant: Participant, number: int, due: Due) -> Cell:
    return Cell(due, lambda: _address("capture:cycle", participant.reference, number))


def _assessment_url(participant: Participant, due: Due, ids: dict[date, int]) -> str:
    if due.done_on in ids:
        return _address("capture:assessment", participant.reference, ids[due.done_on])
    return _address("capture:assessment_new", participant.reference)


def _padded(row: Row, lengths: list[int]) -> Row:
    filled = {part: _fill(getattr(row, part), length) for part, length in zip(PARTS, lengths, strict=True)}
    return replace(row, **filled)


def _fill(cells: tuple[Cell | None, ...], length: int) -> tuple[Cell | None, ...]:
    return cells + (None,) * (length - len(cells))


def _by_participant(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.participant_id].append(row)
    return found


log = logging.getLogger(__name__)
LOOKS_AGAIN_AFTER_SECONDS = 60.0  # a day begins at another minute at each site


def start() -> None:
    """Begins the thread; it ends with the process."""
    Thread(target=_go_on, name="due dates", daemon=True).start()


def _go_on() -> None:
    while True:
        try:
            derive()
        except Error as failure:  # the database is away: the next look comes by itself
            log.warning("due dates could not be calculated: %s", type(failure).__name__)
        finally:
            connections.close_all()  # back to the pool
        due_dates.WANTED.wait(LOOKS_AGAIN_AFTER_SECONDS)
        due_dates.WANTED.clear()


def derive() -> int:
    """Derives everybody whose state is not known; returns how many."""
    today = site_clock.today_by_site()
    everybody = Participant.objects.order_by("number", "screening_number").values_list("pk", "site_id")
    days = {key: today(site) for key, site in everybody}
    unknown = due_dates.moved(days)
    for first in range(0, len(unknown), due_dates.AT_ONCE):
        began = time.monotonic()
        few = unknown[first : first + due_dates.AT_ONCE]
        due_dates.states_of({each: days[each] for each in few}, lambda ids: rows_of_ids(today, ids))
        time.sleep(4 * (time.monotonic() - began))
    return len(unknown)
