"""When a form is due: a rule that the schedule reads, and that says itself in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from trial.protocol import schedule
from trial.rules.evaluation.due_dates import Treatment


class Asked(NamedTuple):
    """What is due or done, and the entry that did it; None: not done, or its page is always that of a further entry."""

    planned: schedule.Planned
    entry: Any = None


@dataclass(frozen=True)
class Rule:
    """Due as the words say. This one asks for nothing by itself: the course of treatment does, or what happens.

    with_forms: kinds of other forms whose entries count, too.
    """

    words: str
    is_scheduled = False
    with_forms: tuple[str, ...] = ()

    def asks(self, form: str, days: Sequence[tuple[date, Any]], also: Sequence[date], of: Treatment) -> list[Asked]:
        """What the schedule asks for, whatever the day.

        form: the kind of form that is due. days: its standing entries with their days. also: days of the other forms.
        """
        return []


@dataclass(frozen=True)
class AtCycleStart(Rule):
    """Due within a week of the first day of each cycle.

    what: is due, before the number of the cycle. numbered_by: the field in which an entry names its cycle; without it
    the entry nearest to the day, within the window, is that of the cycle.
    """

    is_scheduled = True
    what: str = ""
    numbered_by: str = ""

    def asks(self, form: str, days: Sequence[tuple[date, Any]], also: Sequence[date], of: Treatment) -> list[Asked]:
        """One for each cycle that was started."""
        done = {number: self._of_cycle(number, started_on, days) for number, started_on in of.cycles}
        on = {number: entry[0] for number, entry in done.items() if entry is not None}
        planned = schedule.visits_due(form, self.what, of.cycles, on, of.not_done)
        return [Asked(each, found and found[1]) for each, found in zip(planned, done.values(), strict=True)]

    def _of_cycle(self, number: int, started_on: date, days: Sequence[tuple[date, Any]]) -> tuple[date, Any] | None:
        if self.numbered_by:
            return next((each for each in days if getattr(each[1], self.numbered_by) == number), None)
        near = [each for each in days if abs((each[0] - started_on).days) <= schedule.CYCLE_WINDOW_DAYS]
        return min(near, key=lambda each: abs((each[0] - started_on).days), default=None)


@dataclass(frozen=True)
class Weekly(Rule):
    """Due once in each of the first weeks of treatment; its page is always that of a further entry."""

    is_scheduled = True
    what: str = ""

    def asks(self, form: str, days: Sequence[tuple[date, Any]], also: Sequence[date], of: Treatment) -> list[Asked]:
        """One for each week."""
        measured = [*(on for on, _ in days), *also]
        planned = schedule.pressures_due(form, self.what, of.day_1, measured, of.stops_on, of.not_done)
        return [Asked(each) for each in planned]
