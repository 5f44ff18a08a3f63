"""What needs the study chair or statistician now, and how far the data can be trusted: both of all their sites.

Shown on the dashboard beside the results; each line leads to where somebody acts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from capture.expedited import clocks, listing, wording
from capture.participants.selectors import in_state
from capture.participants.work.tasks import HOLD_WORDS, OLD_DAYS, proposal_url, waiting_holds
from trial.models import (
    AdverseEvent,
    DueItem,
    Participant,
    Person,
    Query,
    Redaction,
    SettingsProposal,
    Signature,
    SourceVerification,
    Waiver,
)
from trial.record import access
from trial.record.in_force import table_in_force
from trial.rules.accrual import many
from trial.rules.safety import expedited_reports
from trial.runtime.database.at_once import at_once

MOST_NAMED = 3


@dataclass(frozen=True)
class Need:
    """One thing in words, its urgency (a status of the schedule), and where one acts."""

    words: str
    status: str
    url: str


@dataclass(frozen=True)
class Measure:
    """One measure of the data in words, and the page behind it (empty: none)."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class Attention:
    """What waits, the most urgent first, and the measures of the data."""

    needs: tuple[Need, ...]
    health: tuple[Measure, ...]


def attention(person: Person, now: datetime, today: Callable[[int], date]) -> Attention:
    """today: site id → the day there."""
    overdue = _overdue_reports(person, now)
    own = access.counted(access.participants_for(person)).order_by()
    waivers, holds, redactions, proposals = _open_decisions(person, own)
    old = Count("pk", filter=Q(raised_at__lte=now - timedelta(days=OLD_DAYS)))
    queries = access.queries_for(person).filter(state__in=Query.NOT_CLOSED).order_by()
    queries = queries.values_list("participant__site").annotate(Count("pk"), old=old)
    overdue_forms = DueItem.objects.filter(in_state("overdue", person, today)).values_list("form").annotate(Count("pk"))
    registered = own.filter(number__isnull=False).values_list("site").annotate(Count("pk"))
    signed, verified = (_begun(model, own) for model in (Signature, SourceVerification))
    at_once(waivers, holds, redactions, proposals, queries, overdue_forms, registered, signed, verified)
    decisions = [
        *_folded([_waiver(each) for each in waivers], "waivers to decide"),
        *(Need(HOLD_WORDS[state], "due", reverse("capture:holds")) for _, state in holds),
        *_folded([_redaction(each) for each in redactions], "redactions to decide"),
        *(Need(f"Analysis settings of group {each.group} to decide", "due", proposal_url(each)) for each in proposals),
    ]
    needs = [*overdue, *(decisions if person.role in access.DECIDES else ())]
    of_queries = sum(row[1] for row in queries), sum(row[2] for row in queries)
    if of_queries[1]:
        needs.append(Need(f"{_quer(of_queries[1])} open {OLD_DAYS} days or more", "overdue",
                          _queries_url(str(OLD_DAYS))))  # fmt: skip
    counts = [sum(row[1] for row in rows) for rows in (overdue_forms, registered, signed, verified)]
    return Attention(tuple(needs), _health(*of_queries, *counts))


def _open_decisions(
    person: Person, own: QuerySet[Participant]
) -> tuple[QuerySet[Waiver], QuerySet[Any, Any], QuerySet[Redaction], QuerySet[SettingsProposal]]:
    """Waivers, what is frozen or locked, redactions and proposed settings that wait for a decision."""
    waivers = Waiver.objects.standing().filter(participant__in=own, decision=Waiver.Decision.OPEN)
    redactions = Redaction.objects.filter(state=Redaction.State.ASKED)
    return (
        waivers.select_related("participant").order_by("id"),
        waiting_holds(person).values_list("kind", "state"),
        redactions.select_related("participant").order_by("id"),
        SettingsProposal.objects.filter(state=SettingsProposal.State.PROPOSED).order_by("id"),
    )


def decisions(person: Person) -> int:
    """How many decisions wait for a person who decides; 0 for anybody else."""
    if person.role not in access.DECIDES:
        return 0
    every = _open_decisions(person, access.counted(access.participants_for(person)).order_by())
    at_once(*every)
    return sum(len(each) for each in every)


def _begun(model: type[Signature] | type[SourceVerification], own: QuerySet[Participant]) -> QuerySet[Any, Any]:
    """Site → how many of its participants have one that stands."""
    rows = model.objects.standing().filter(participant__in=own).order_by()
    return rows.values_list("participant__site").annotate(Count("participant", distinct=True))


def _overdue_reports(person: Person, now: datetime) -> list[Need]:
    """Every report that is overdue; only participants with an event that may ask for one are read."""
    events = AdverseEvent.objects.standing().filter(clocks.may_ask(table_in_force().rules), participant=OuterRef("pk"))
    asked = list(access.participants_for(person).filter(Exists(events)))
    late = listing.lines(asked, now, expedited_reports.OVERDUE) if asked else []
    needs = [Need(f"{each.of.participant.reference} {each.event}: {each.what}{_late(each, now)}", "overdue", each.url)
             for each in late]  # fmt: skip
    return _folded(needs, "expedited reports overdue", f"{reverse('capture:expedited')}?state=overdue")


def _late(line: listing.Line, now: datetime) -> str:
    duty = line.of.clock.next_duty
    return f" overdue by {wording.how_late(now - duty.due_at)}" if duty else ""


def _folded(needs: list[Need], words: str, url: str = "") -> list[Need]:
    """The first few by name, the rest as one line that leads to all (url empty: the list of tasks)."""
    more = len(needs) - MOST_NAMED
    if more <= 1:
        return needs
    rest = Need(f"{more} more {words}", needs[0].status, url or reverse("capture:work"))
    return [*needs[:MOST_NAMED], rest]


def _waiver(row: Waiver) -> Need:
    url = reverse("capture:waiver_decision", args=[row.participant.reference, row.pk])
    return Need(f"Waiver for {row.participant.reference} to decide", "due", url)


def _redaction(row: Redaction) -> Need:
    url = reverse("capture:black_out_asked", args=[row.pk])
    return Need(f"Redaction for {row.participant.reference} to decide", "due", url)


def _queries_url(age: str = "") -> str:
    return f"{reverse('capture:queries')}?{urlencode({'state': 'standing', 'age': age})}"


def _health(standing: int, old: int, overdue: int, registered: int, signed: int, verified: int) -> tuple[Measure, ...]:
    overdue_url = f"{reverse('capture:participants')}?state=overdue"
    return (
        Measure(f"{many(overdue, 'form')} overdue", overdue_url),
        Measure(f"{_quer(standing)} not closed, {old} for {OLD_DAYS} days or more", _queries_url()),
        Measure(f"SDV begun in {verified} of {registered}"),
        Measure(f"{signed} of {registered} casebooks signed"),
    )


def _quer(count: int) -> str:
    return f"{count} quer{'y' if count == 1 else 'ies'}"
