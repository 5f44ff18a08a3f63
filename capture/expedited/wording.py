"""A clock in words: what is due when, how late it is, which rule asks, and what nobody has answered yet."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from trial.rules.dates import partial_date, site_time
from trial.rules.safety import expedited_reports
from trial.rules.safety.expedited_reports import Clock, Duty

STATE_WORDS = dict(expedited_reports.STATES)
KIND_WORDS = dict(expedited_reports.KINDS)
# Clock → the mark that the matrix gives to the same urgency.
MARKS = {
    expedited_reports.OVERDUE: "overdue", expedited_reports.DUE: "due", expedited_reports.UNDETERMINED: "incomplete",
    expedited_reports.LATE: "missed", expedited_reports.IN_TIME: "complete", expedited_reports.NOT_REQUIRED: "future",
}  # fmt: skip
# A question of the rules → the field that answers it, where not every edition of the form asks it.
FIELDS, AWARE = {"hospital stay": "hospital_stay"}, "aware_on"
QUESTIONS = {
    "grade": "its grade", "expectedness": "whether it was expected", "attribution": "its attribution",
    "hospital stay": "whether the hospital stay was 24 hours or more", "onset": "the onset date",
}  # fmt: skip


def when_due(duty: Duty, where: ZoneInfo) -> str:
    """The end of a day, or an instant, by the clock of the site."""
    if duty.due_on is None:
        return site_time.shown(duty.due_at, where)
    at_the_site = "" if where.key == site_time.UTC_NAME else " at the site"
    return f"the end of {partial_date.shown(duty.due_on)}{at_the_site}"


def how_late(late: timedelta) -> str:
    """Whole days, else whole hours, else less than an hour."""
    days, hours = late.days, int(late.total_seconds() // 3600)
    if days:
        return f"{days} day{'s' if days > 1 else ''}"
    return f"{hours} hour{'s' if hours > 1 else ''}" if hours else "less than an hour"


def what_next(clock: Clock) -> str:
    """What somebody has to do, or how it ended; without a word about the event itself."""
    duty = clock.next_duty
    if duty is not None:
        return KIND_WORDS[duty.kind]
    if clock.state == expedited_reports.UNDETERMINED:
        return "Answer needed"
    return STATE_WORDS[clock.state]


NAMES = {"grade": "Grade", "expectedness": "Expectedness", "attribution": "Attribution",
         "hospital stay": "Hospital stay", "onset": "Onset date"}  # fmt: skip
ANSWERED_IN = {"hospital stay": "hospital_stay", "onset": "onset_on"}


def first_missing(clock: Clock, not_asked: Collection[str] = ()) -> tuple[str, str]:
    """(sentence, name of the field) of the first answer that a clock waits for; empty texts where it waits for none.

    not_asked: as in `to_answer`.
    """
    if not _waits(clock) or clock.demand.rule is None:
        return "", ""
    hours, days = clock.demand.rule.notify_within_hours, clock.demand.rule.report_within_days
    within = f"{hours} hours" if hours else f"{days} days"
    for name in clock.demand.depends_on:
        field = ANSWERED_IN.get(name, name)
        if field not in not_asked:
            return f"{NAMES[name]} missing: answer to know whether a report is due in {within}", field
    if clock.demand.depends_on or AWARE in not_asked:
        return "", ""
    return f"Awareness date missing: a report is due {within} after it", AWARE


def when(clock: Clock, now: datetime, where: ZoneInfo) -> str:
    """Until when, or how late, by the clock of the site."""
    duty = clock.next_duty
    if duty is None:
        return "a report may be due" if clock.demand.depends_on else "a report is due" if _waits(clock) else ""
    if duty.state == expedited_reports.OVERDUE:
        return f"overdue by {how_late(now - duty.due_at)}, was due by {when_due(duty, where)}"
    return f"due by {when_due(duty, where)}"


def _waits(clock: Clock) -> bool:
    return clock.state == expedited_reports.UNDETERMINED


def rule(clock: Clock) -> str:
    """Which rule asks for what."""
    found = clock.demand.rule
    if found is None:
        return "No expedited report is required."
    return f"{found.demand[:1].upper()}{found.demand[1:]}: {found.condition}."


def to_answer(clock: Clock, not_asked: Collection[str] = ()) -> str:
    """What is not known and would settle it, in sentences; empty when nothing is open.

    not_asked: fields that the edition in force at the site does not ask. What cannot be answered is not asked for.
    """
    cannot = [QUESTIONS[name] for name in clock.demand.depends_on if FIELDS.get(name) in not_asked]
    if _waits(clock) and AWARE in not_asked:
        cannot.append("when the site became aware of it")
    words = [_can_be_answered(clock, not_asked)]
    if cannot:
        words.append("Counted as the strictest value, because the form version at this site does not include it: "
                     f"{_listed(cannot)}.")  # fmt: skip
    return " ".join(filter(None, words))


def _can_be_answered(clock: Clock, not_asked: Collection[str]) -> str:
    asked = [QUESTIONS[name] for name in clock.demand.depends_on if FIELDS.get(name) not in not_asked]
    if _waits(clock) and AWARE in not_asked:
        return f"Enter {_listed(asked)}." if asked else ""
    if _waits(clock) and not asked:
        return "Enter when the site became aware of it: the due date counts from then."
    if _waits(clock):
        return f"Enter {_listed(asked)}. If a report is required, also enter when the site became aware of it."
    return f"Counted as the strictest value while not known: {_listed(asked)}." if asked else ""


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
