"""“My work”: what waits for a person, by role; read from the schedule and the record, not kept as a list."""

from dataclasses import dataclass, fields
from datetime import date

from django.urls import reverse
from django.utils.timezone import now

from capture import selectors
from capture.conduct import waiting
from capture.entry_lists import pending_entries
from capture.expedited import listing
from capture.matrix import Cell
from capture.proposals import Proposal, open_proposals
from capture.selectors import Today
from trial import access
from trial.models import Participant, Person, Role, Waiver
from trial.schedule import OVERDUE

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
    participants = list(access.participants_for(person).order_by("number", "screening_number"))
    found = [_work("Expedited reports", _reports(person, participants), reverse("capture:expedited"))]
    if person.role in (*access.ENTERS, Role.MONITOR):
        tasks = _visits(participants, today, access.may_enter(person))
        found.append(_work("Overdue", [task for task in tasks if task.status == OVERDUE]))
        found.append(_work("Due now", [task for task in tasks if task.status != OVERDUE]))
        pending = _pending(participants)
        found.append(_work("Values pending", pending))
        title = "Queries to close" if person.role == Role.MONITOR else "Queries to answer"
        found.append(_work(title, _queries(person)))
        unsure = {each.participant.pk for each in pending}
        signatures = waiting.signatures(person, participants, unsure, today)
        found.append(_work("Casebooks to sign", _as_tasks(signatures)))
        again = waiting.to_verify_again(person, participants)
        found.append(_work("To verify again", _as_tasks(again), reverse("capture:verification_again")))
    if person.role in access.ENTERS:
        found.append(_work("Proposed adverse events", _proposed(participants)))
    found.append(_work("Waivers waiting for the study chair", _waivers(participants, person)))
    found.append(_work("Black-outs waiting for the study chair", _as_tasks(waiting.black_outs(person))))
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


def _visits(participants: list[Participant], today: Today, may_enter: bool) -> list[Task]:
    """What is due; who does not enter is led to the participant, not to a form that is not theirs."""
    registered = [each for each in participants if each.is_registered]
    tasks = [
        (cell.due.due_on, Task(row.participant, cell.due.what, _when(cell, today(row.participant.site_id)),
                               cell.due.status, cell.url if may_enter else _page(row.participant)))
        for row in selectors.rows_of(registered, today)
        for cell in row.to_do
    ]  # fmt: skip
    return [task for _, task in sorted(tasks, key=lambda each: each[0])]


def _page(participant: Participant) -> str:
    return reverse("capture:participant", args=[participant.reference])


def _when(cell: Cell, today: date) -> str:
    days = (today - cell.due.window_to).days
    if cell.due.status == OVERDUE:
        return f"{days} day{'s' if days != 1 else ''} overdue"
    left = -days
    return "last day today" if left == 0 else f"within {left} day{'s' if left != 1 else ''}"


def _pending(participants: list[Participant]) -> list[Task]:
    by_id = {each.pk: each for each in participants}
    return [
        Task(by_id[listed.row.participant_id], f"{form.title}: {listed.words}", f"of {listed.on}", "incomplete",
             listed.url)
        for form, listed in pending_entries(participants)
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
    return _as_tasks(waiting.queries(person, now()))


def _as_tasks(found: list[waiting.Waiting]) -> list[Task]:
    return [Task(*(getattr(each, field.name) for field in fields(Task))) for each in found]


def _waivers(participants: list[Participant], person: Person) -> list[Task]:
    rows = Waiver.objects.filter(participant__in=participants, struck_out_reason="", decision=Waiver.Decision.OPEN)
    return [
        Task(row.participant, row.requested_because, "waiver", "due", _waiver_url(row, person))
        for row in rows.select_related("participant").order_by("id")
    ]


def _waiver_url(row: Waiver, person: Person) -> str:
    reference = row.participant.reference
    if person.role in access.DECIDES:
        return reverse("capture:waiver_decision", args=[reference, row.pk])
    return reverse("capture:participant", args=[reference])
