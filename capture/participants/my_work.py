"""“My work”: what waits for a person, by role; read from the schedule and the record, not kept as a list."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db.models import Max
from django.urls import reverse
from django.utils.timezone import now

from capture.conduct import queries as query_list
from capture.conduct import redactions as asking_black_outs
from capture.conduct import signing, verification
from capture.expedited import listing
from capture.grading.event_proposals import Proposal, open_proposals
from capture.participants import screenings, selectors
from capture.participants.entry_lists import incomplete_entries
from capture.participants.selectors import Today
from trial.models import (
    DueItem,
    OffStudy,
    OffTreatment,
    Participant,
    Person,
    Query,
    Redaction,
    Role,
    Signature,
    Waiver,
)
from trial.protocol import DUE, OVERDUE, Due
from trial.record import access
from trial.rules.dates import partial_date


@dataclass(frozen=True)
class Waiting:
    """One thing: about whom, what, since when in words, a status of the schedule as its urgency, and where."""

    participant: Participant
    what: str
    when: str
    status: str
    url: str


OLD_DAYS = 14


def black_outs(person: Person) -> list[Waiting]:
    """Black-outs that the chair is to decide; who may ask sees those of the own sites. What is to go is not said."""
    if person.role not in (*access.DECIDES, *asking_black_outs.MAY_ASK):
        return []
    return [
        Waiting(each.participant, f"{asking_black_outs.where(each)}: {each.asked_because}", "redaction", "due",
                reverse("capture:black_out_asked", args=[each.pk]))
        for each in asking_black_outs.of(person).filter(state=Redaction.State.ASKED)
    ]  # fmt: skip


def queries(person: Person, now: datetime) -> list[Waiting]:
    """Queries for the site to answer, or for the monitor to close; the oldest first."""
    rows = query_list.found(person, query_list.Filter(), now) if query_list.waiting_for(person) else None
    return [] if rows is None else [_query(each) for each in query_list.listed(rows, now)]


def _query(each: query_list.Listed) -> Waiting:
    what = f"{': '.join(filter(None, (each.place.title, each.field)))}. {each.query.words}"
    when = f"{each.age_days} day{'' if each.age_days == 1 else 's'} old"
    status = "overdue" if each.age_days >= OLD_DAYS else "due"
    return Waiting(each.query.participant, what, when, status, reverse("capture:query", args=[each.query.pk]))


def signatures_due(person: Person, participants: Sequence[Participant], incomplete: Collection[int],
               today: Callable[[int], date]) -> list[Waiting]:  # fmt: skip
    """Casebooks that a delegated investigator is asked to sign, in five queries however many.

    Asked for the first time when treatment is over and nothing is open: no query waits for the site and no entry is
    incomplete (`incomplete`: ids of participants with one). Asked for again when what was signed has changed.
    today: site id → the day there.
    """
    if person.role != Role.INVESTIGATOR:
        return []
    sites = access.sites_signed_for(person, today)
    own = [each for each in participants if each.is_registered and each.site_id in sites]
    if not own:
        return []
    states = signing.states(own)
    ready = _over([each for each in own if states[each.pk] == signing.UNSIGNED]) - _asked(own) - set(incomplete)
    signed = _signed_on([each for each in own if states[each.pk] == signing.CHANGED])
    return [
        *(_signature(each, "Sign casebook", "off treatment, no open items", "due")
          for each in own if each.pk in ready),
        *(_signature(each, "Sign changed entries", f"changed after signature on {partial_date.shown(signed[each.pk])}",
                     "incomplete") for each in own if each.pk in signed),
    ]  # fmt: skip


def _signature(participant: Participant, what: str, when: str, status: str) -> Waiting:
    return Waiting(participant, what, when, status, reverse("capture:signature", args=[participant.reference]))


def _over(participants: Sequence[Participant]) -> set[int]:
    """Ids of those whose treatment is over by the record."""
    of_them = [model.objects.standing().filter(participant__in=participants).values_list("participant", flat=True)
               for model in (OffTreatment, OffStudy)]  # fmt: skip
    return set(of_them[0].union(of_them[1]))


def _asked(participants: Sequence[Participant]) -> set[int]:
    """Ids of those about whom a query waits for the site."""
    waits = (Query.State.OPEN, Query.State.REOPENED)
    rows = Query.objects.standing().filter(participant__in=participants, state__in=waits)
    return set(rows.values_list("participant", flat=True))


def _signed_on(participants: Sequence[Participant]) -> dict[int, date]:
    rows = Signature.objects.standing().filter(participant__in=participants)
    newest = rows.order_by().values_list("participant").annotate(at=Max("signed_at"))
    return {key: at.date() for key, at in newest}


def to_verify_again(person: Person, participants: Sequence[Participant]) -> list[Waiting]:
    """Entries whose value changed after the monitor had compared them with the source; one line per participant."""
    if person.role != Role.MONITOR:
        return []
    counts = verification.changed_entries(participants)
    return [_again(each, counts[each.pk]) for each in participants if each.pk in counts]


def _again(participant: Participant, count: int) -> Waiting:
    what = f"{count} entr{'y' if count == 1 else 'ies'} to re-verify"
    return Waiting(participant, what, "changed after SDV", "incomplete",
                   reverse("capture:verification", args=[participant.reference]))  # fmt: skip


MOST_SHOWN = 200


@dataclass(frozen=True)
class Task:
    """One thing to do: for whom, what, since or until when in words, how urgent (a status of the schedule), where."""

    participant: Participant
    what: str
    when: str
    status: str
    url: str


@dataclass(frozen=True)
class Work:
    """Tasks under one heading; only the first `MOST_SHOWN` are listed, `total` counts all; all_url: their own page."""

    title: str
    tasks: tuple[Task, ...]
    total: int
    all_url: str = ""


def work_of(person: Person, today: Today) -> list[Work]:
    """Every heading of the person's role that has something under it; today: site id → the day there."""
    participants = list(access.counted(access.participants_for(person)).order_by("number", "screening_number"))
    found = [_work("Expedited reports", _reports(person, participants), reverse("capture:expedited"))]
    if person.role in (*access.ENTERS, Role.MONITOR):
        tasks = _visits(person, participants, today)
        found.append(_work("Overdue", [task for task in tasks if task.status == OVERDUE]))
        found.append(_work("Due now", [task for task in tasks if task.status != OVERDUE]))
        incomplete, known = _incomplete(participants), {each.pk for each in participants}
        found.append(_work("Incomplete entries", incomplete))
        title = "Queries to close" if person.role == Role.MONITOR else "Queries to answer"
        found.append(_work(title, [each for each in _queries(person) if each.participant.pk in known]))
        unsure = {each.participant.pk for each in incomplete}
        signatures = signatures_due(person, participants, unsure, today)
        found.append(_work("Casebooks to sign", _as_tasks(signatures)))
        again = to_verify_again(person, participants)
        found.append(_work("SDV to repeat", _as_tasks(again), reverse("capture:verification_again")))
    if person.role in access.ENTERS:
        found.append(_work("Screenings", _screenings(participants, today)))
        found.append(_work("Proposed adverse events", _proposed(participants)))
    found.append(_work("Waivers awaiting study chair", _waivers(participants, person)))
    found.append(_work("Redactions awaiting study chair", _as_tasks(black_outs(person))))
    return [each for each in found if each.tasks]


def _work(title: str, tasks: list[Task], all_url: str = "") -> Work:
    return Work(title, tuple(tasks[:MOST_SHOWN]), len(tasks), all_url)


def _reports(person: Person, participants: list[Participant]) -> list[Task]:
    """Clocks of expedited reports that run, the most urgent first; led to the event."""
    if person.role == Role.STATISTICIAN:
        return []
    moment = now()
    return [Task(each.of.participant, f"{each.event}. {each.what}", each.when, each.mark, each.url)
            for each in listing.lines(participants, moment, listing.OPEN)]  # fmt: skip


def _visits(person: Person, participants: list[Participant], today: Today) -> list[Task]:
    """What is due by the stored dates; who does not enter is led to the participant, not to a form."""
    places = {each.pk: place for place, each in enumerate(participants)}
    may_enter, tasks = access.may_enter(person), []
    for item in DueItem.objects.filter(selectors.in_state("due", person, today)).order_by("id"):
        participant, planned = participants[places[item.participant_id]], item.planned
        day = today(participant.site_id)
        url = selectors.url_to_enter(participant.reference, planned) if may_enter else _page(participant)
        tasks += [
            ((due.due_on, places[item.participant_id], due.status != OVERDUE),
             Task(participant, due.what, _when(due, day), due.status, url))
            for due in planned.on_day(day) if due.status in (DUE, OVERDUE)
        ]  # fmt: skip
    return [task for _, task in sorted(tasks, key=lambda each: each[0])]


def _page(participant: Participant) -> str:
    return reverse("capture:participant", args=[participant.reference])


def _when(due: Due, today: date) -> str:
    days = (today - due.window_to).days
    if due.status == OVERDUE:
        return f"{days} day{'s' if days != 1 else ''} overdue"
    left = -days
    return "last day today" if left == 0 else f"within {left} day{'s' if left != 1 else ''}"


def _incomplete(participants: list[Participant]) -> list[Task]:
    by_id = {each.pk: each for each in participants}
    return [
        Task(by_id[listed.row.participant_id], listed.asked(form), f"of {listed.on}", "incomplete", listed.url)
        for form, listed in incomplete_entries(participants)
    ]  # fmt: skip


def _proposed(participants: list[Participant]) -> list[Task]:
    """A line for each participant, led by the gravest value: dozens of single values would hide the rest of the day."""
    of: dict[int, list[Proposal]] = {}
    for each in open_proposals(participants):
        of.setdefault(each.participant.pk, []).append(each)
    return [_gravest(found) for found in of.values()]


def _gravest(found: list[Proposal]) -> Task:
    first, more = found[0], len(found) - 1
    words = f"{first.words} And {more} more." if more else first.words
    url = f"{_page(first.participant)}#h-proposals" if more else first.record_url
    return Task(first.participant, words, f"grade {first.grade}", "incomplete", url)


def _queries(person: Person) -> list[Task]:
    return _as_tasks(queries(person, now()))


def _as_tasks(found: list[Waiting]) -> list[Task]:
    return [Task(*(getattr(each, field.name) for field in fields(Task))) for each in found]


def _screenings(participants: list[Participant], today: Today) -> list[Task]:
    return [
        Task(each.participant, each.what, f"open {each.days} day{'' if each.days == 1 else 's'}", "due", each.url)
        for each in screenings.waiting(participants, today)
    ]


def _waivers(participants: list[Participant], person: Person) -> list[Task]:
    rows = Waiver.objects.standing().filter(participant__in=participants, decision=Waiver.Decision.OPEN)
    return [
        Task(row.participant, row.requested_because, "waiver", "due", _waiver_url(row, person))
        for row in rows.select_related("participant").order_by("id")
    ]


def _waiver_url(row: Waiver, person: Person) -> str:
    reference = row.participant.reference
    if person.role in access.DECIDES:
        return reverse("capture:waiver_decision", args=[reference, row.pk])
    return reverse("capture:participant", args=[reference])
