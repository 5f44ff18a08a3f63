"""The clock of an expedited report: which rule asks for one, when it is due, and whether it was sent in time. PURE.

What is our reading stands in `READINGS`, to be confirmed by the sponsor with the table itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from trial.rules.dates import site_time
from trial.rules.dates.partial_date import PartialDate
from trial.rules.safety.expedited_table import Rule

READINGS = (
    "The clock starts when the site became aware of the event at this grade, not at its onset. A grade that rises "
    "is a further episode with a clock of its own; a correction of an entry keeps its moment unless that is "
    "corrected too.",
    "Grade, attribution, expectedness and hospital stay decide, whether or not the event is called serious. "
    "Expected is what the site calls expected: the sponsor's list of expected events is not part of the product.",
    "What is not known counts as its strictest value until it is. An event called not serious is taken to be of "
    "grade 3 at most where its grade is not known.",
    "Days are counted from the last dose to the onset. While treatment goes on every event lies within the window; "
    "an event that surely began before the first dose needs no report.",
    "Calendar days run from the day of awareness (day 0) to the end of the last day, both at the site; without a "
    "time of day the hours run from the beginning of that day there.",
    "The complete report after a notification is counted from when that was sent, at the latest from when it was "
    "due. A complete report is a notification too. What was sent before the clock started does not count for it.",
    "A death that is clearly due to progression is called unrelated or unlikely: it then needs the complete report "
    "and no notification within hours.",
)
NOTIFICATION, COMPLETE, FOLLOW_UP = "notification", "complete", "follow_up"
KINDS = ((NOTIFICATION, "First notification"), (COMPLETE, "Complete report"), (FOLLOW_UP, "Follow-up report"))
NOT_REQUIRED, UNDETERMINED, DUE, OVERDUE, IN_TIME, LATE = (
    "not_required", "undetermined", "due", "overdue", "in_time", "late",
)  # fmt: skip
STATES = (
    (OVERDUE, "Overdue"), (DUE, "Due"), (UNDETERMINED, "Awaiting answer"), (LATE, "Sent late"),
    (IN_TIME, "Sent on time"), (NOT_REQUIRED, "Not required"),
)  # fmt: skip
OPEN_STATES = (OVERDUE, DUE, UNDETERMINED)
RELATED_FROM = 3  # attribution possible, probable, definite
UNKNOWN_DAYS = (0, 9999)
GRADES, GRADES_OF_NOT_SERIOUS = (1, 2, 3, 4, 5), (1, 2, 3)
_UTC = site_time.zone(site_time.UTC_NAME)
_WORST_FIRST = (OVERDUE, DUE, LATE, IN_TIME)


@dataclass(frozen=True)
class Doses:
    """What the dosing log says: first and last day with a dose, and whether the end of treatment is on record."""

    first_on: date | None
    last_on: date | None
    ended: bool


@dataclass(frozen=True)
class EventAsKnown:
    """What decides about a report; None: not known. days: the first and last number of days after the last dose that
    the onset can mean; None when it surely began before the first dose. An event that is called not serious is taken to
    be of grade 3 at most where its grade is not known: 4 is life-threatening, 5 is death."""

    grade: int | None
    expected: bool | None
    hospital_stay: bool | None
    related: bool | None
    days: tuple[int, int] | None
    serious: bool = True


@dataclass(frozen=True)
class Demand:
    """The strictest rule that can apply (None: no report), and the names of the facts that could make it another."""

    rule: Rule | None
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sent:
    """A report that was sent."""

    kind: str
    at: datetime


@dataclass(frozen=True)
class Duty:
    """One thing to send: due by the end of a day (`due_on`) or at an instant, when it was sent, and how it stands.

    due_at: the instant from which it is late; for a day the midnight after it at the site.
    """

    kind: str
    due_at: datetime
    due_on: date | None
    sent_at: datetime | None
    state: str


@dataclass(frozen=True)
class Clock:
    """How the reports of one event stand: what is demanded, since when, what is to be sent."""

    demand: Demand
    began_at: datetime | None
    duties: tuple[Duty, ...]
    state: str

    @property
    def next_duty(self) -> Duty | None:
        """What is to be sent next; None when nothing is."""
        waiting = [each for each in self.duties if each.sent_at is None]
        return min(waiting, key=lambda each: each.due_at, default=None)


def aware_at(on: date | None, at: time | None, offset: str = site_time.UTC_NAME) -> datetime | None:
    """The instant the clock starts; without a time the beginning of the day, which is the strictest reading.

    offset: how far the clock that was looked at is from UTC, as it stands on record.
    """
    return site_time.instant(on, at, site_time.from_stored(offset)) if on is not None else None


def days_after_last_dose(onset: PartialDate | None, doses: Doses) -> tuple[int, int] | None:
    """The first and last number of days that the onset can mean; None when it surely lies before the first dose.

    No dose on record counts as treatment that the log has not caught up with, unless treatment is said to be over.
    """
    if doses.first_on is None or doses.last_on is None:
        return None if doses.ended else (0, 0)
    if onset is None:
        return UNKNOWN_DAYS if doses.ended else (0, 0)
    if onset.latest() < doses.first_on:
        return None
    if not doses.ended:
        return 0, 0
    first, last = ((day - doses.last_on).days for day in (onset.earliest(), onset.latest()))
    return max(0, first), max(0, last)


def demanded(event: EventAsKnown, rules: Sequence[Rule]) -> Demand:
    """The strictest rule over every value that an unknown fact can have."""
    if event.days is None:
        return Demand(None)
    names = ("grade", "expectedness", "hospital stay", "attribution", "onset")
    grades = GRADES if event.serious else GRADES_OF_NOT_SERIOUS
    values = (_values(event.grade, grades), _values(event.expected), _values(event.hospital_stay),
              _values(event.related), _days(event.days, rules))  # fmt: skip
    found: dict[tuple[int, ...], Rule | None] = {each: _rule(each, rules) for each in product(*values)}
    strictest = min(found.values(), key=_strictness)
    depends = [name for place, name in enumerate(names) if len(values[place]) > 1 and _matters(found, place)]
    return Demand(strictest, tuple(depends))


def _values(known: int | None, possible: Sequence[int] = (True, False)) -> Sequence[int]:
    return (known,) if known is not None else possible


def _days(days: tuple[int, int], rules: Sequence[Rule]) -> Sequence[int]:
    first, last = days
    return sorted({first, last, *(each.from_day for each in rules if first < each.from_day <= last)})


def _rule(case: tuple[int, ...], rules: Sequence[Rule]) -> Rule | None:
    grade, expected, stay, related, days = case
    for rule in rules:
        facts = ((rule.expected, expected), (rule.hospital_stay, stay), (rule.related, related))
        inside = rule.from_day <= days and (rule.to_day is None or days <= rule.to_day)
        if rule.grade == grade and inside and all(asked is None or asked == bool(given) for asked, given in facts):
            return rule
    return None


def _strictness(rule: Rule | None) -> tuple[float, float]:
    """Smaller is stricter: an earlier notification first, then an earlier report, last no report at all."""
    if rule is None:
        return float("inf"), float("inf")
    return rule.notify_within_hours or float("inf"), rule.report_within_days


def _matters(found: dict[tuple[int, ...], Rule | None], place: int) -> bool:
    """Whether the value at this place changes what is demanded, for some values of the others."""
    by_rest: dict[tuple[int, ...], set[tuple[float, float]]] = {}
    for case, rule in found.items():
        by_rest.setdefault(case[:place] + case[place + 1:], set()).add(_strictness(rule))
    return any(len(outcomes) > 1 for outcomes in by_rest.values())


def clock(
    event: EventAsKnown, began_at: datetime | None, sent: Iterable[Sent], rules: Sequence[Rule], now: datetime,
    where: ZoneInfo = _UTC,
) -> Clock:
    """How the reports of an event stand now. began_at: when the site became aware of it; None: not said yet.

    where: the zone of the site, whose calendar days are counted.
    """
    demand = demanded(event, rules)
    if demand.rule is None:
        return Clock(demand, began_at, (), NOT_REQUIRED)
    if began_at is None:
        return Clock(demand, None, (), UNDETERMINED)
    duties = _duties(demand.rule, began_at, [each for each in sent if each.at >= began_at], now, where)
    states = {each.state for each in duties}
    return Clock(demand, began_at, duties, next(each for each in _WORST_FIRST if each in states))


def _duties(rule: Rule, began_at: datetime, sent: Sequence[Sent], now: datetime, where: ZoneInfo) -> tuple[Duty, ...]:
    complete = min((each.at for each in sent if each.kind == COMPLETE), default=None)
    if rule.notify_within_hours is None:
        return (_by_day(began_at, rule.report_within_days, complete, now, where),)
    notified = min((each.at for each in sent if each.kind in (NOTIFICATION, COMPLETE)), default=None)
    due_at = began_at + timedelta(hours=rule.notify_within_hours)
    notification = Duty(NOTIFICATION, due_at, None, notified, _state(notified, notified is not None and
                        notified <= due_at, now > due_at))  # fmt: skip
    counted_from = min(notified or due_at, due_at)
    return notification, _by_day(counted_from, rule.report_within_days, complete, now, where)


def _by_day(counted_from: datetime, days: int, sent_at: datetime | None, now: datetime, where: ZoneInfo) -> Duty:
    due_on = counted_from.astimezone(where).date() + timedelta(days=days)
    due_at = site_time.end_of(due_on, where)
    return Duty(COMPLETE, due_at, due_on, sent_at, _state(sent_at, sent_at is not None and sent_at < due_at,
                                                          now >= due_at))  # fmt: skip


def _state(sent_at: datetime | None, in_time: bool, over: bool) -> str:
    if sent_at is not None:
        return IN_TIME if in_time else LATE
    return OVERDUE if over else DUE
