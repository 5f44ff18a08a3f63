"""The clocks of the expedited reports of some participants, read from the record in three SQL statements at most."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

from django.db.models import Q, QuerySet

from trial.models import AdverseEvent, DosingPeriod, ExpeditedReport, OffTreatment, Participant, RegistrationFinding
from trial.record.in_force import table_in_force
from trial.record.site_clock import zone_of
from trial.rules.safety import expedited_reports
from trial.rules.safety.expedited_reports import Clock, Doses, EventAsKnown, Sent
from trial.rules.safety.expedited_table import Rule
from trial.runtime.database.at_once import at_once

_ORDER = {state: place for place, (state, _) in enumerate(expedited_reports.STATES)}


@dataclass(frozen=True)
class EventClock:
    """One event with its clock and the reports on record, the first sent first."""

    participant: Participant
    event: AdverseEvent
    clock: Clock
    reports: tuple[ExpeditedReport, ...]

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.clock.state in expedited_reports.OPEN_STATES

    @property
    def urgency(self) -> tuple[int, float, str]:
        """Sorts what is overdue first, then what is due soonest."""
        duty = self.clock.next_duty
        due = duty.due_at.timestamp() if duty else 0.0
        return _ORDER[self.clock.state], due, self.participant.reference


def clocks_of(participants: Sequence[Participant], now: datetime) -> list[EventClock]:
    """Every event that may ask for a report, or has one on record; the most urgent first."""
    by_id = {each.pk: each for each in participants}
    rules = table_in_force().rules
    # Of a record registered in error no report is due: the participant, if any, has another one.
    in_error = RegistrationFinding.objects.standing().filter(kind=RegistrationFinding.Kind.IN_ERROR)
    standing = AdverseEvent.objects.standing().filter(participant__in=by_id)
    standing = standing.exclude(participant__in=in_error.values("participant"))
    reported = ExpeditedReport.objects.standing().filter(event__in=standing)
    events = list(standing.filter(may_ask(rules) | Q(pk__in=reported.values("event"))))
    if not events:
        return []
    sent = ExpeditedReport.objects.standing().filter(event__in=events)
    doses = _doses({each.participant_id for each in events}, sent)
    reports: dict[int, list[ExpeditedReport]] = defaultdict(list)
    for row in sent:
        reports[row.event_id].append(row)
    for row in events:
        row.participant = by_id[row.participant_id]  # with its site, whose zone is asked for
    found = [
        EventClock(row.participant, row, _clock(row, doses[row.participant_id], reports[row.pk], rules, now),
                   tuple(reports[row.pk]))
        for row in events
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.urgency)


def clock_of(event: AdverseEvent, now: datetime) -> EventClock:
    """The clock of one event, whatever it asks for."""
    doses, rules = _doses({event.participant_id}), table_in_force().rules
    reports = list(event.expedited_reports.standing())
    clock = _clock(event, doses[event.participant_id], reports, rules, now)
    return EventClock(event.participant, event, clock, tuple(reports))


def may_ask(rules: Sequence[Rule]) -> Q:
    """Events that a rule may ask a report for, by what is on record of them; a superset, so that few are read."""
    found = ~Q(seriousness="no") | Q(grade__isnull=True) | Q(attribution__isnull=True) | Q(hospital_stay="yes")
    for rule in rules:
        one = Q(grade=rule.grade)
        if rule.hospital_stay:
            continue  # a stay in hospital makes an event serious
        if rule.related is not None:
            compared = "attribution__gte" if rule.related else "attribution__lt"
            one &= Q(**{compared: expedited_reports.RELATED_FROM})
        if rule.expected is not None:
            one &= ~Q(expectedness="unexpected" if rule.expected else "expected")
        found |= one
    return found


def as_known(row: AdverseEvent, doses: Doses) -> EventAsKnown:
    """What is on record of an event, as the rules ask for it."""
    serious = row.seriousness != "no"
    stay = {"yes": True, "no": False}.get(row.hospital_stay, None if serious else False)
    related = None if row.attribution is None else row.attribution >= expedited_reports.RELATED_FROM
    days = None if row.present_at_baseline else expedited_reports.days_after_last_dose(row.onset_on, doses)
    expected = {"expected": True, "unexpected": False}.get(row.expectedness)
    return EventAsKnown(row.grade, expected, stay, related, days, serious)


def _clock(
    row: AdverseEvent, doses: Doses, reports: Sequence[ExpeditedReport], rules: Sequence[Rule], now: datetime
) -> Clock:
    sent = [Sent(each.kind, each.sent_at) for each in reports]
    began_at = expedited_reports.aware_at(row.aware_on, row.aware_time, row.aware_offset)
    return expedited_reports.clock(as_known(row, doses), began_at, sent, rules, now, zone_of(row.participant.site))


def _doses(participants: set[int], *also: QuerySet[Any, Any]) -> dict[int, Doses]:
    """Participant id → what the dosing log says; one SQL statement however many. also: read with it."""
    off = OffTreatment.objects.standing().filter(participant__in=participants).values_list("participant", flat=True)
    periods = DosingPeriod.objects.standing("cycle").filter(cycle__participant__in=participants, dose_mg__gt=0)
    taken = periods.values_list("cycle__participant", "cycle__started_on", "from_day", "to_day")
    at_once(off, taken, *also)
    ended = set(off)
    days: dict[int, list[date]] = defaultdict(list)
    for key, started_on, first, last in taken:
        days[key] += [started_on + timedelta(days=first - 1), started_on + timedelta(days=last - 1)]
    return {key: Doses(min(days[key], default=None), max(days[key], default=None), key in ended)
            for key in participants}  # fmt: skip


def combinations() -> tuple[str, ...]:
    """`grade:attribution:expectedness` of every combination that asks for a report while treatment goes on."""
    rules = table_in_force().rules
    found = []
    for grade, related, expected in product(expedited_reports.GRADES, (True, False), (True, False)):
        known = EventAsKnown(grade, expected, False, related, (0, 0))
        if expedited_reports.demanded(known, rules).rule is not None:
            words = "related" if related else "unrelated", "expected" if expected else "unexpected"
            found.append(":".join((str(grade), *words)))
    return tuple(found)
