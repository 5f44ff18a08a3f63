"""“My work”: what waits for a person, by role, in order of harm; read from schedule and record, not kept as a list."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.timezone import now

from capture.conduct import holds, signing, verification
from capture.conduct import queries as query_list
from capture.conduct import redactions as asking_black_outs
from capture.expedited import listing
from capture.participants import selectors
from capture.participants.entry_lists import incomplete_entries
from capture.participants.selectors import Today
from capture.participants.work import screenings
from trial.models import (
    DueItem,
    Hold,
    OffStudy,
    OffTreatment,
    Participant,
    Person,
    Query,
    Redaction,
    RegistrationFinding,
    Role,
    SettingsProposal,
    Signature,
    Waiver,
)
from trial.protocol import DUE, OVERDUE, Due, schedule
from trial.record import access
from trial.rules.dates import partial_date


@dataclass(frozen=True)
class Task:
    """One thing to do: for whom, what, since or until when in words, how urgent (a status of the schedule), where.

    participant: None for what is of the study.
    act, act_url: what the button says, and where it leads when not to `url`. other: another way out, as (what it says,
    where). query_id: the query that is answered in place.
    """

    participant: Participant | None
    what: str
    when: str
    status: str
    url: str
    act: str = "Open"
    act_url: str = ""
    other: tuple[str, str] | None = None
    query_id: int | None = None


MOST_SHOWN = 200


@dataclass(frozen=True)
class Work:
    """Tasks of one kind, the most urgent first; only the first `MOST_SHOWN` are listed, `total` counts all.

    code: names the kind in an address. all_url: their own page.
    """

    code: str
    title: str
    tasks: tuple[Task, ...]
    total: int
    all_url: str = ""


def work_of(person: Person, participants: list[Participant], today: Today) -> list[Work]:
    """Every kind of task of the person's role of which there is one, the most harmful first.

    today: site id → the day there.
    """
    found = [_work("reports", "Expedited reports", _reports(person, participants), reverse("capture:expedited")),
             _work("waivers", "Waivers awaiting study chair", _waivers(person, participants)),
             _work("redactions", "Redactions awaiting study chair", black_outs(person)),
             _work("holds", "Locks awaiting study chair", _holds(person)),
             _work("settings", "Analysis settings awaiting study chair", _proposals(person))]  # fmt: skip
    if person.role in (*access.ENTERS, Role.MONITOR):
        incomplete = _incomplete(person, participants)
        visits = _visits(person, participants, today)
        screened = _screenings(participants, today) if access.may_enter(person) else []
        again = to_verify_again(person, participants)
        queries_title = "Queries to close" if person.role == Role.MONITOR else "Queries to answer"
        found += [
            _work("sign", "Casebooks to sign",
                  signatures_due(person, participants, {each.participant.pk for each in incomplete}, today)),
            _work("screenings", "Screenings", screened),
            _work("overdue", "Overdue", [task for task in visits if task.status == OVERDUE]),
            _work("due", "Due now", [task for task in visits if task.status != OVERDUE]),
            _work("queries", queries_title, queries(person, participants, now())),
            _work("incomplete", "Incomplete entries", incomplete),
            _work("verify", "SDV to repeat", again, reverse("capture:verification_again")),
        ]  # fmt: skip
    return [each for each in found if each.tasks]


def _work(code: str, title: str, tasks: list[Task], all_url: str = "") -> Work:
    return Work(code, title, tuple(tasks[:MOST_SHOWN]), len(tasks), all_url)


OLD_DAYS = 14


def black_outs(person: Person) -> list[Task]:
    """Redactions that the chair is to decide. What is to go is not said."""
    if person.role not in access.DECIDES:
        return []
    return [
        Task(each.participant, f"{asking_black_outs.where(each)}: {each.asked_because}", "redaction", "due",
             reverse("capture:black_out_asked", args=[each.pk]), "Decide")
        for each in asking_black_outs.of(person).filter(state=Redaction.State.ASKED)
    ]  # fmt: skip


HOLD_WORDS = {Hold.State.ASKED: "Lock to approve", Hold.State.LIFT_ASKED: "Unlock to approve"}


def waiting_holds(person: Person) -> QuerySet[Hold]:
    """Locks and unlocks that a person may be the second for."""
    waiting = Hold.objects.filter(state__in=HOLD_WORDS).exclude(lift_asked_by=person, state=Hold.State.LIFT_ASKED)
    return waiting.order_by("id")


def _holds(person: Person) -> list[Task]:
    """Locks and unlocks that the chair is to decide."""
    if person.role not in access.DECIDES:
        return []
    return [Task(row.participant, HOLD_WORDS[Hold.State(row.state)], holds.target_of(row).words, "due",
                 reverse("capture:holds"), "Decide")
            for row in waiting_holds(person).select_related("participant")]  # fmt: skip


def _proposals(person: Person) -> list[Task]:
    """Analysis settings that the chair is to decide."""
    if person.role not in access.DECIDES:
        return []
    rows = SettingsProposal.objects.filter(state=SettingsProposal.State.PROPOSED)
    return [Task(None, f"Analysis settings of group {row.group}: {row.proposed_because}", "settings", "due",
                 proposal_url(row), "Decide") for row in rows]  # fmt: skip


def proposal_url(row: SettingsProposal) -> str:
    """Where proposed settings are decided."""
    return reverse("analysis:settings_proposal", args=[row.pk])


def queries(person: Person, participants: Sequence[Participant], now: datetime) -> list[Task]:
    """Queries for the site to answer, or for the monitor to close; the oldest first."""
    rows = query_list.found(person, query_list.Filter(), now).filter(participant__in=participants)
    return [_query(each, person) for each in query_list.listed(rows, now)]


def _query(each: query_list.Listed, person: Person) -> Task:
    what = f"{': '.join(filter(None, (each.place.title, each.field)))}. {each.query.words}"
    when = f"{each.age_days} day{'' if each.age_days == 1 else 's'} old" if each.age_days else "raised today"
    status = "overdue" if each.age_days >= OLD_DAYS else "due"
    act = "Answer" if access.may_enter(person) else "Review"
    return Task(each.query.participant, what, when, status, reverse("capture:query", args=[each.query.pk]), act,
                query_id=each.query.pk)  # fmt: skip


def signatures_due(
    person: Person, participants: Sequence[Participant], incomplete: Collection[int], today: Callable[[int], date]
) -> list[Task]:
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


def _signature(participant: Participant, what: str, when: str, status: str) -> Task:
    return Task(participant, what, when, status, reverse("capture:signature", args=[participant.reference]), "Sign")


def _over(participants: Sequence[Participant]) -> set[int]:
    """Ids of those whose treatment is over by the record."""
    of_them = [model.objects.standing().filter(participant__in=participants).values_list("participant", flat=True)
               for model in (OffTreatment, OffStudy)]  # fmt: skip
    return set(of_them[0].union(of_them[1]))


def _asked(participants: Sequence[Participant]) -> set[int]:
    """Ids of those about whom a query waits for the site."""
    rows = Query.objects.standing().filter(participant__in=participants, state__in=Query.FOR_SITE)
    return set(rows.values_list("participant", flat=True))


def _signed_on(participants: Sequence[Participant]) -> dict[int, date]:
    rows = Signature.objects.standing().filter(participant__in=participants)
    newest = rows.order_by().values_list("participant").annotate(at=Max("signed_at"))
    return {key: at.date() for key, at in newest}


def to_verify_again(person: Person, participants: Sequence[Participant]) -> list[Task]:
    """Entries whose value changed after the monitor had compared them with the source; one line per participant."""
    if person.role != Role.MONITOR:
        return []
    counts = verification.changed_entries(participants)
    return [_again(each, counts[each.pk]) for each in participants if each.pk in counts]


def _again(participant: Participant, count: int) -> Task:
    what = f"{count} entr{'y' if count == 1 else 'ies'} to re-verify"
    return Task(participant, what, "changed after SDV", "incomplete",
                reverse("capture:verification", args=[participant.reference]), "Verify")  # fmt: skip


def _reports(person: Person, participants: list[Participant]) -> list[Task]:
    """Clocks of expedited reports that run, the most urgent first; led to the event."""
    if person.role == Role.STATISTICIAN:
        return []
    act = "Answer" if access.may_enter(person) else "Open"
    return [_report(each, act) for each in listing.lines(participants, now(), listing.OPEN)]


def _report(each: listing.Line, act: str) -> Task:
    """Led to the field that is to be answered, else to the report that is to be recorded."""
    if act == "Open" or "#" in each.url:
        return Task(each.of.participant, f"{each.event}. {each.what}", each.when, each.mark, each.url, act)
    record = reverse("capture:expedited_report_new", args=[each.of.participant.reference, each.of.event.pk])
    return Task(each.of.participant, f"{each.event}. {each.what}", each.when, each.mark, each.url, "Record report",
                record)  # fmt: skip


def _visits(person: Person, participants: list[Participant], today: Today) -> list[Task]:
    """What is due by the stored dates; who does not enter is led to the participant, not to a form."""
    places = {each.pk: place for place, each in enumerate(participants)}
    may_enter, tasks = access.may_enter(person), []
    for item in DueItem.objects.filter(selectors.in_state("due", person, today)).order_by("id"):
        participant, planned = participants[places[item.participant_id]], item.planned
        day = today(participant.site_id)
        act, other = ("Enter", _way_out(participant, planned, day)) if may_enter else ("Open", None)
        tasks += [
            ((due.due_on, places[item.participant_id], due.status != OVERDUE),
             Task(participant, due.what, _when(due, day), due.status,
                  selectors.url_to_enter(participant.reference, planned, due.what) if may_enter else _page(participant),
                  act, other=other))
            for due in planned.on_day(day) if due.status in (DUE, OVERDUE)
        ]  # fmt: skip
    return [task for _, task in sorted(tasks, key=lambda each: each[0])]


def _way_out(participant: Participant, planned: schedule.Planned, today: date) -> tuple[str, str] | None:
    """Who has not begun a cycle later than it could begin was perhaps never treated."""
    if (planned.form, planned.number) != (schedule.CYCLE, 1) or planned.status(today) != OVERDUE:
        return None
    kind = RegistrationFinding.Kind.CANCELLED
    url = f"{reverse('capture:finding', args=[participant.reference])}?kind={kind.value}"
    return str(kind.label), url


def _page(participant: Participant) -> str:
    return reverse("capture:participant", args=[participant.reference])


def _when(due: Due, today: date) -> str:
    days = (today - due.window_to).days
    if due.status == OVERDUE:
        return f"{days} day{'s' if days != 1 else ''} overdue"
    left = -days
    return "last day today" if left == 0 else f"within {left} day{'s' if left != 1 else ''}"


def _incomplete(person: Person, participants: list[Participant]) -> list[Task]:
    by_id = {each.pk: each for each in participants}
    act = "Complete" if access.may_enter(person) else "Open"
    return [
        Task(by_id[listed.row.participant_id], listed.asked(form), f"of {listed.on}", "incomplete", listed.url, act)
        for form, listed in incomplete_entries(participants)
    ]  # fmt: skip


def _screenings(participants: list[Participant], today: Today) -> list[Task]:
    return [
        Task(each.participant, each.what, f"open {each.days} day{'' if each.days == 1 else 's'}", "due", each.url,
             each.act)
        for each in screenings.waiting(participants, today)
    ]  # fmt: skip


def _waivers(person: Person, participants: list[Participant]) -> list[Task]:
    """Waivers that the chair is to decide."""
    if person.role not in access.DECIDES:
        return []
    rows = Waiver.objects.standing().filter(participant__in=participants, decision=Waiver.Decision.OPEN)
    return [
        Task(row.participant, row.requested_because, "waiver", "due",
             reverse("capture:waiver_decision", args=[row.participant.reference, row.pk]), "Decide")
        for row in rows.select_related("participant__site").order_by("id")
    ]  # fmt: skip
