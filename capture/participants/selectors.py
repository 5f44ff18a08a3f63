"""The status of every form: the matrix of participants, and one participant's row. A fixed number of queries each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from capture.casebook.due import AtCycleStart
from capture.casebook.registry import FORMS
from capture.participants import due_dates
from capture.participants.matrix import PAGE_ROWS, Cell, Matrix, Row
from trial.models import DueItem, Participant, Person, ScreenFailure
from trial.protocol import schedule
from trial.record import access
from trial.rules.evaluation import response

Today = Callable[[int], date]


def matrix(
    person: Person, today: Today, site: str = "", group: str = "", state: str = "", typed: str = "", page: int = 1
) -> Matrix:
    """One page of those the person may see, filtered by site code, group, typed words and state.

    today: site id → the day there.
    state: `due` (due or overdue), `overdue`, `screening` or `failed`. typed: each word
    stands in the number, the site or is the group.
    """
    found = _filtered(access.participants_for(person), site, group, typed)
    if state in STATES:
        items = DueItem.objects.filter(in_state(state, person, today), participant=OuterRef("pk"))
        found = found.filter(Exists(items))
    if state in SCREENINGS:
        failed = ScreenFailure.objects.standing().filter(participant=OuterRef("pk"))
        found = found.filter(Exists(failed) if state == "failed" else ~Exists(failed), number=None)
    counted = found.aggregate(registered=Count("number"), screened=Count("pk", filter=Q(number=None)))
    ended = ScreenFailure.objects.standing().filter(participant=OuterRef("pk"))
    found = found.annotate(
        screening_ended_on=Subquery(ended.values("failed_on")), screening_ended_by=Subquery(ended.values("reason"))
    )
    start = (page - 1) * PAGE_ROWS
    rows = rows_of(list(found.order_by("number", "screening_number")[start : start + PAGE_ROWS]), today)
    return Matrix(tuple(rows), **counted, page=page)


SCREENINGS = ("screening", "failed")
STATES = {"due": DueItem.due_or_overdue, "overdue": DueItem.overdue}


def in_state(state: str, person: Person, today: Today) -> Q:
    """The condition on stored due dates that are in this state today, at each of the person's sites on its own day."""
    sites: dict[date, list[int]] = {}
    for site in access.sites_read_by(person):
        sites.setdefault(today(site.pk), []).append(site.pk)
    found = Q(pk__in=[])
    for day, keys in sites.items():
        found |= Q(participant__site__in=keys) & STATES[state](day)
    return found


def _filtered(found: QuerySet[Participant], site: str, group: str, typed: str) -> QuerySet[Participant]:
    if site:
        found = found.filter(site__code=site)
    if group:
        found = found.filter(group=group)
    for word in typed.split()[:5]:
        named = Q(number__icontains=word) | Q(site__code__icontains=word) | Q(group=word.upper())
        found = found.filter(named | access.is_reference(word.upper()))
    return found


def rows_of(participants: Sequence[Participant], today: Today) -> list[Row]:
    """Status of the forms of these participants, by the schedule of the protocol; a fixed number of statements.

    today: site id → the day there (`trial.record.site_clock.today_by_site`).
    """
    scheduled = due_dates.schedules([each.pk for each in participants])
    return [
        _row(each, scheduled[each.pk], today(each.site_id)) if each.pk in scheduled else Row(each)
        for each in participants
    ]


def _row(participant: Participant, scheduled: due_dates.Scheduled, today: date) -> Row:
    facts, treatment = scheduled.evaluation.facts, scheduled.treatment
    scans = {each.assessed_on: each.id for each in facts.assessments}
    lacking = response.lacking(facts)
    contacts = {each.contacted_on: each.id for each in facts.follow_ups}

    def cells(planned: schedule.Planned, entry: int | None) -> tuple[Cell, ...]:
        if not treatment.lists(planned):
            return ()
        more = {"status": schedule.INCOMPLETE} if planned.form == schedule.ASSESSMENT and entry in lacking else {}
        return tuple(
            Cell(replace(due, **more), partial(_url, participant.reference, planned, due.what, entry),
                 scheduled.not_done.get(due.what))
            for due in planned.on_day(today)
        )  # fmt: skip

    def of_days(every: Iterable[schedule.Planned], ids: Mapping[date, int]) -> tuple[Cell, ...]:
        return tuple(cell for each in every for cell in cells(each, ids.get(each.done_on) if each.done_on else None))

    by_rule = {
        title: tuple(cell for each in asked for cell in cells(each.planned, each.entry.pk if each.entry else None))
        for title, asked in scheduled.by_rule.items()
    }
    return Row(
        participant, scheduled.evaluation, next(iter(of_days([treatment.baseline()], scans)), None),
        of_days(treatment.cycles_due(), {}), of_days(treatment.assessments(), scans),
        of_days(treatment.follow_ups(), contacts), by_rule, of_days(treatment.closing(), {}),
    )  # fmt: skip


def _url(reference: str, planned: schedule.Planned, what: str, entry: int | None) -> str:
    """Where it is opened; what: its name as it is due; entry: the id of the entry by which it was done."""
    if planned.form == schedule.CYCLE:
        return _address("capture:cycle", reference, planned.number)
    if planned.form in (schedule.BASELINE, schedule.ASSESSMENT):
        where, form = "capture:assessment", ()
    else:
        where, form = "capture:entry", (planned.form,)
    if entry is not None:
        return _address(where, reference, *form, entry)
    cycle = {"cycle": planned.number} if isinstance(FORMS[planned.form].due, AtCycleStart) else {}
    return f"{_address(f'{where}_new', reference, *form)}?{urlencode({**cycle, 'what': what})}"


def url_to_enter(reference: str, planned: schedule.Planned, what: str) -> str:
    """Where something that is due is entered; what: its name as it is due."""
    return _url(reference, planned, what, None)


@lru_cache(maxsize=100_000)
def _address(name: str, *parts: str | int) -> str:
    """The address of a page. Of the two thousand links of a matrix most were asked for before."""
    return reverse(name, args=parts)
