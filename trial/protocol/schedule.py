"""What is due when: cycles every 28 days, tumor assessments every 8 weeks ± 7 days. PURE.

A schedule follows from the record alone; what is due on a day follows from its dates and that day. After the end of
treatment no cycle is due, but its form, contacts and at last the end of the study. A due date passes through future →
due (inside its window) → overdue (after it) → missed (once the window of the next one has opened). What the site has
said will not be done (`not_done`, by name) is not done at once, and the next one follows.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from trial.protocol.constants import constant

INCOMPLETE = "incomplete"  # done, and without a word on something that it is to say
COMPLETE, DUE, OVERDUE, MISSED, FUTURE, NOT_DONE = "complete", "due", "overdue", "missed", "future", "not done"
CYCLE_WINDOW_DAYS = constant("cycle_window_days")


# Kinds of the forms that the course of treatment asks for; other forms bring a rule of their own.
BASELINE, CYCLE, ASSESSMENT, FOLLOW_UP = "baseline", "cycle", "follow_up_scan", "follow_up"
OFF_TREATMENT, OFF_STUDY = "off_treatment", "off_study"
WEEK, CONFIRMATION, CONTACT = "Week {}", "Confirmation", "Follow-up {}"
CLOSING = {OFF_TREATMENT: "Off treatment", OFF_STUDY: "Off study"}
DOSES = "Doses {} to {}?"


@dataclass(frozen=True)
class Due:
    """One thing to do, as it is on a day; `done_on` when it is complete. The window includes both of its days."""

    what: str
    due_on: date
    window_from: date
    window_to: date
    status: str
    done_on: date | None = None


@dataclass(frozen=True)
class Planned:
    """One thing of the schedule, with the dates from which its status on any day follows.

    form: the kind of form by which it is done. title: its name, with {} for the number. number: of cycle, week or
    contact; 0 without one. missed_from: None where it stays overdue. listed_from: the day on which the one before is
    missed; None where none has to be. repeats_days: after so many days the same is due again, and so on without an
    end; None for what is due once.
    """

    form: str
    title: str
    number: int
    due_on: date
    window_from: date
    window_to: date
    missed_from: date | None = None
    done_on: date | None = None
    is_not_done: bool = False
    listed_from: date | None = None
    repeats_days: int | None = None

    @property
    def what(self) -> str:
        """Its name."""
        return self.title.format(self.number)

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor said to be not done."""
        return self.done_on is None and not self.is_not_done

    @property
    def asks_after_treatment(self) -> bool:
        """Whether it asks for what happened, not for something to be done with the participant."""
        return self.form in CLOSING or is_about_doses(self.title)

    def status(self, today: date) -> str:
        """Its status on a day."""
        if self.done_on is not None:
            return COMPLETE
        if self.is_not_done:
            return NOT_DONE
        if today < self.window_from:
            return FUTURE
        if today <= self.window_to:
            return DUE
        return MISSED if self.missed_from is not None and today >= self.missed_from else OVERDUE

    def on_day(self, today: date) -> Iterator[Due]:
        """As it is on a day, with what has come after it by then where it repeats; nothing while it is not listed."""
        if self.listed_from is not None and today < self.listed_from:
            return
        status = self.status(today)
        yield Due(self.what, self.due_on, self.window_from, self.window_to, status, self.done_on)
        if status in (MISSED, NOT_DONE) and self.repeats_days is not None:
            yield from self._next(self.repeats_days).on_day(today)

    def _next(self, days: int) -> "Planned":
        later = timedelta(days=days)
        assert self.missed_from is not None
        return replace(
            self, number=self.number + days // 7, due_on=self.due_on + later, window_from=self.window_from + later,
            window_to=self.window_to + later, missed_from=self.missed_from + later, is_not_done=False,
        )  # fmt: skip


def on_day(planned: Iterable[Planned], today: date) -> tuple[Due, ...]:
    """A schedule as it is on a day, in its order."""
    return tuple(due for each in planned for due in each.on_day(today))


def baseline_due(registered_on: date, day_1: date | None, baseline_on: date | None) -> Planned:
    """The baseline assessment: before day 1, never more than 28 days before it [RECIST 1.0]."""
    last = day_1 or registered_on + timedelta(days=CYCLE_WINDOW_DAYS)
    first = last - timedelta(days=constant("baseline_window_days"))
    return Planned(BASELINE, "Baseline", 0, last, first, last, done_on=baseline_on)


def cycles_due(registered_on: date, started: Sequence[date], is_over: bool = False) -> tuple[Planned, ...]:
    """Every started cycle as complete and the next one, 28 days after the last began; none once treatment is over."""
    length = timedelta(days=constant("cycle_days"))
    found = [Planned(CYCLE, "Cycle {}", n, on, on, on, done_on=on) for n, on in enumerate(started, start=1)]
    if not is_over:
        due_on = started[-1] + length if started else registered_on
        last = due_on + timedelta(days=CYCLE_WINDOW_DAYS)
        found.append(Planned(CYCLE, "Cycle {}", len(started) + 1, due_on, due_on, last))
    return tuple(found)


def is_about_doses(title: str) -> bool:
    """Whether this asks which doses were taken before the end of treatment, and for no further cycle."""
    return title.startswith("Doses ")


def closing_due(form: str, since: date) -> Planned:
    """The form that ends treatment or study, due within 14 days of what ended it [our reading]."""
    return Planned(form, CLOSING[form], 0, since, since, since + timedelta(days=constant("closing_window_days")))


def assessments_due(
    registered_on: date, day_1: date | None, done: Sequence[date], progressed_on: date | None,
    not_done: Container[str] = (),
) -> tuple[Planned, ...]:  # fmt: skip
    """Follow-up assessments every 56 ± 7 days from day 1 (from registration until day 1 is known).

    done: days of the follow-ups. The last one repeats, unless progression or the end of treatment ends the schedule.
    """
    start = day_1 or registered_on
    every = timedelta(days=constant("assessment_interval_days"))
    window = timedelta(days=constant("assessment_window_days"))
    # A scan up to 3 weeks off counts for its due date; farther off (a confirming scan) it is unscheduled.
    reach = every / 2 - window
    found: list[Planned] = []
    left, number, listed_from = sorted(done), 1, None
    while True:
        due_on = start + number * every
        if progressed_on is not None and due_on > progressed_on and not left:
            return tuple(found)
        near = [on for on in left if abs(on - due_on) <= reach]
        taken = min(near, key=lambda on: abs(on - due_on), default=None)
        left = [on for on in left if on > due_on + reach]
        weeks = number * every.days // 7
        planned = Planned(
            ASSESSMENT, WEEK, weeks, due_on, due_on - window, due_on + window, due_on + every - window, taken,
            WEEK.format(weeks) in not_done, listed_from,
        )  # fmt: skip
        is_last = progressed_on is None and not left and planned.is_open
        if is_last and not _is_said_later(not_done, weeks, every.days // 7):
            return (*found, replace(planned, repeats_days=every.days))
        found.append(planned)
        listed_from = _next_listed_from(planned, bool(left))
        number += 1


def _next_listed_from(before: Planned, is_followed: bool) -> date | None:
    """When the next one is listed. is_followed: something later is on record, so that it is listed whatever the day."""
    if is_followed or before.done_on is not None:
        return None
    return before.listed_from if before.is_not_done else before.missed_from


# Nobody says of a visit more than ten years ahead that it was not done.
FARTHEST_WEEK = 520


def _is_said_later(not_done: Container[str], weeks: int, every: int) -> bool:
    """Whether a later assessment is said to be not done, so that what follows does not all look alike."""
    later = range(weeks + every, FARTHEST_WEEK + 1, every)
    return bool(not_done) and any(WEEK.format(each) in not_done for each in later)


def confirmation_due(
    response_on: date | None, after_days: int, scanned: Sequence[date], progressed_on: date | None,
    not_done: Container[str] = (),
) -> tuple[Planned, ...]:  # fmt: skip
    """The assessment that confirms a first response, so many days later; none once there is one that late.

    scanned: the day of the last scan of each assessment.
    """
    if response_on is None or progressed_on is not None:
        return ()
    due_on = response_on + timedelta(days=after_days)
    if any(on >= due_on for on in scanned):
        return ()
    last = due_on + timedelta(days=constant("assessment_window_days"))
    return (Planned(ASSESSMENT, CONFIRMATION, 0, due_on, due_on, last, is_not_done=CONFIRMATION in not_done),)


def visits_due(
    form: str, what: str, cycles: Sequence[tuple[int, date]], done: Mapping[int, date], not_done: Container[str] = ()
) -> tuple[Planned, ...]:
    """A form of this kind at the start of each cycle, within 7 days [our reading]; `done` by number of the cycle."""
    window = timedelta(days=CYCLE_WINDOW_DAYS)
    return tuple(
        Planned(
            form, f"{what}, cycle {{}}", number, started_on, started_on - window, started_on + window,
            started_on + 4 * window, done.get(number), f"{what}, cycle {number}" in not_done,
        )
        for number, started_on in cycles
    )  # fmt: skip


def pressures_due(
    form: str, what: str, day_1: date | None, measured: Sequence[date], stops_on: date | None,
    not_done: Container[str] = (),
) -> tuple[Planned, ...]:  # fmt: skip
    """A form of this kind once in each of the first six weeks of treatment; a week gone by without one is missed."""
    if day_1 is None:
        return ()
    found = []
    for week in range(1, constant("pressure_weeks") + 1):
        first = day_1 + timedelta(weeks=week - 1)
        last = first + timedelta(days=6)
        if stops_on is not None and first > stops_on:
            break
        taken = next((on for on in sorted(measured) if first <= on <= last), None)
        found.append(Planned(
            form, f"{what}, week {{}}", week, last, first, last, last + timedelta(days=1), taken,
            f"{what}, week {week}" in not_done,
        ))  # fmt: skip
    return tuple(found)


def follow_ups_due(
    registered_on: date, off_treatment_on: date | None, progressed_on: date | None, contacts: Sequence[date],
    ended_on: date | None, not_done: Container[str] = (),
) -> tuple[Planned, ...]:  # fmt: skip
    """Contacts after treatment: every 3 months until progression, then every 6, up to 2 years from registration.

    Nothing before the end of treatment, nor after `ended_on` (death, withdrawal from follow-up, off study). The next
    one is counted from the last contact, or the one that was missed; window ± 14 days [our reading].
    """
    if off_treatment_on is None:
        return ()
    window = timedelta(days=constant("follow_up_window_days"))
    last_day = registered_on + timedelta(days=constant("follow_up_days"))
    found: list[Planned] = []
    left, from_on, listed_from = sorted(on for on in contacts if on > off_treatment_on), off_treatment_on, None
    while True:
        slow = progressed_on is not None and progressed_on <= from_on
        every = timedelta(days=constant("follow_up_slow_days" if slow else "follow_up_days_between"))
        due_on = from_on + every
        taken = left.pop(0) if left and left[0] <= due_on + every / 2 else None
        reached = ended_on is not None and due_on > ended_on
        if taken is None and (due_on > last_day or reached):
            return tuple(found)
        number = len(found) + 1
        planned = Planned(
            FOLLOW_UP, CONTACT, number, due_on, due_on - window, due_on + window, due_on + every / 2, taken,
            CONTACT.format(number) in not_done, listed_from,
        )  # fmt: skip
        found.append(planned)
        listed_from = _next_listed_from(planned, bool(left))
        from_on = taken or due_on
