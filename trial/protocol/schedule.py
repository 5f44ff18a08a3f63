"""What is due when: cycles every 28 days, tumour assessments every 8 weeks ± 7 days. PURE.

"today" is an argument. Nothing is due after progression (`progressed_on`) or the end of treatment. A due date passes
through future → due (inside its window) → overdue (after it) → missed (once the window of the next one has opened).
What the site has said will not be done (`not_done`, by name) is missed at once, and the next one follows.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trial.protocol.constants import constant

COMPLETE, DUE, OVERDUE, MISSED, FUTURE = "complete", "due", "overdue", "missed", "future"
CYCLE_WINDOW_DAYS = constant("cycle_window_days")


@dataclass(frozen=True)
class Due:
    """One thing to do; `done_on` when it is complete. The window includes both of its days."""

    what: str
    due_on: date
    window_from: date
    window_to: date
    status: str
    done_on: date | None = None


def baseline_due(registered_on: date, day_1: date | None, baseline_on: date | None, today: date) -> Due:
    """The baseline assessment: before day 1, never more than 28 days before it [RECIST 1.0]."""
    last = day_1 or registered_on + timedelta(days=CYCLE_WINDOW_DAYS)
    first = last - timedelta(days=constant("baseline_window_days"))
    return Due("Baseline", last, first, last, _status(baseline_on, first, last, None, today), baseline_on)


def cycles_due(
    registered_on: date, started: Sequence[date], progressed_on: date | None, today: date
) -> tuple[Due, ...]:
    """Every started cycle as complete and the next one, 28 days after the last began; none after progression."""
    length = timedelta(days=constant("cycle_days"))
    window = timedelta(days=CYCLE_WINDOW_DAYS)
    found = [Due(f"Cycle {n}", on, on, on, COMPLETE, on) for n, on in enumerate(started, start=1)]
    due_on = started[-1] + length if started else registered_on
    if progressed_on is None or due_on < progressed_on:
        status = _status(None, due_on, due_on + window, None, today)
        found.append(Due(f"Cycle {len(started) + 1}", due_on, due_on, due_on + window, status))
    return tuple(found)


def assessments_due(
    registered_on: date,
    day_1: date | None,
    done: Sequence[date],
    progressed_on: date | None,
    today: date,
    response_on: date | None = None,
    not_done: Container[str] = (),
) -> tuple[Due, ...]:
    """Follow-up assessments every 56 ± 7 days from day 1 (from registration until day 1 is known), up to the next one.

    done: days of the follow-ups, in order. response_on: the first response, which is due to be confirmed ≥ 28 days
    later; the confirming assessment stands last until an assessment that late exists.
    """
    start = day_1 or registered_on
    every = timedelta(days=constant("assessment_interval_days"))
    window = timedelta(days=constant("assessment_window_days"))
    # A scan up to 3 weeks off counts for its due date; farther off (a confirming scan) it is unscheduled.
    reach = every / 2 - window
    found: list[Due] = []
    left, number = sorted(done), 1
    while True:
        due_on = start + number * every
        if progressed_on is not None and due_on > progressed_on and not left:
            break
        near = [on for on in left if abs(on - due_on) <= reach]
        taken = min(near, key=lambda on: abs(on - due_on), default=None)
        left = [on for on in left if on > due_on + reach]
        name = f"Week {number * every.days // 7}"
        status = _status(taken, due_on - window, due_on + window, due_on + every - window, today, name in not_done)
        found.append(Due(name, due_on, due_on - window, due_on + window, status, taken))
        if not left and status in (DUE, OVERDUE, FUTURE):
            break
        number += 1
    return tuple(found) + _confirming(response_on, done, progressed_on, today, not_done)


def _confirming(
    response_on: date | None, done: Sequence[date], progressed_on: date | None, today: date,
    not_done: Container[str],
) -> tuple[Due, ...]:  # fmt: skip
    if response_on is None or progressed_on is not None:
        return ()
    due_on = response_on + timedelta(days=constant("confirmation_days"))
    if any(on >= due_on for on in done):
        return ()
    last = due_on + timedelta(days=constant("assessment_window_days"))
    status = _status(None, due_on, last, None, today, "Confirmation" in not_done)
    return (Due("Confirmation", due_on, due_on, last, status),)


def _status(
    done_on: date | None, first: date, last: date, missed_from: date | None, today: date, not_done: bool = False
) -> str:
    if done_on is not None:
        return COMPLETE
    if not_done:
        return MISSED
    if today < first:
        return FUTURE
    if today <= last:
        return DUE
    return MISSED if missed_from is not None and today >= missed_from else OVERDUE


def visits_due(
    cycles: Sequence[tuple[int, date]], done: Mapping[int, date], today: date, not_done: Container[str] = (),
    what: str = "Visit",
) -> tuple[Due, ...]:  # fmt: skip
    """A visit at the start of each cycle, within 7 days [our reading]; `done` by number of the cycle."""
    window = timedelta(days=CYCLE_WINDOW_DAYS)
    found = []
    for number, started_on in cycles:
        first, last = started_on - window, started_on + window
        name = f"{what}, cycle {number}"
        status = _status(done.get(number), first, last, started_on + 4 * window, today, name in not_done)
        found.append(Due(name, started_on, first, last, status, done.get(number)))
    return tuple(found)


def pressures_due(
    day_1: date | None, measured: Sequence[date], stops_on: date | None, today: date, not_done: Container[str] = (),
    what: str = "Blood pressure",
) -> tuple[Due, ...]:  # fmt: skip
    """Blood pressure once in each of the first six weeks of treatment; a week that passed without one is missed."""
    if day_1 is None:
        return ()
    found = []
    for week in range(1, constant("pressure_weeks") + 1):
        first = day_1 + timedelta(weeks=week - 1)
        last = first + timedelta(days=6)
        if stops_on is not None and first > stops_on:
            break
        taken = next((on for on in sorted(measured) if first <= on <= last), None)
        name = f"{what}, week {week}"
        status = _status(taken, first, last, last + timedelta(days=1), today, name in not_done)
        found.append(Due(name, last, first, last, status, taken))
    return tuple(found)


def follow_ups_due(
    registered_on: date,
    off_treatment_on: date | None,
    progressed_on: date | None,
    contacts: Sequence[date],
    ended_on: date | None,
    today: date,
    not_done: Container[str] = (),
) -> tuple[Due, ...]:
    """Contacts after treatment: every 3 months until progression, then every 6, up to 2 years from registration.

    Nothing before the end of treatment, nor after `ended_on` (death, withdrawal from follow-up, off study). The next
    one is counted from the last contact, or the one that was missed; window ± 14 days [our reading].
    """
    if off_treatment_on is None:
        return ()
    window = timedelta(days=constant("follow_up_window_days"))
    last_day = registered_on + timedelta(days=constant("follow_up_days"))
    found: list[Due] = []
    left, from_on = sorted(on for on in contacts if on > off_treatment_on), off_treatment_on
    while True:
        slow = progressed_on is not None and progressed_on <= from_on
        every = timedelta(days=constant("follow_up_slow_days" if slow else "follow_up_days_between"))
        due_on = from_on + every
        taken = left.pop(0) if left and left[0] <= due_on + every / 2 else None
        reached = ended_on is not None and due_on > ended_on
        if taken is None and (due_on > last_day or reached):
            return tuple(found)
        name = f"Follow-up {len(found) + 1}"
        status = _status(taken, due_on - window, due_on + window, due_on + every / 2, today, name in not_done)
        found.append(Due(name, due_on, due_on - window, due_on + window, status, taken))
        if status in (DUE, OVERDUE, FUTURE):
            return tuple(found)
        from_on = taken or due_on
