"""The course of treatment of one participant and what it asks for, as they follow from the evaluated facts. PURE."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from trial.protocol import constant, schedule
from trial.rules.dates.partial_date import shown
from trial.rules.evaluation.evaluated import Evaluation
from trial.rules.evaluation.populations import is_ended
from trial.rules.evaluation.response import baseline_of

# Of `trial.protocol.code_lists.ACTIONS_TAKEN`.
STOPPED = "stopped"


@dataclass(frozen=True)
class Treatment:
    """What the schedule depends on, whatever the day. not_done: names of what is said to be not done."""

    evaluation: Evaluation
    not_done: Container[str]

    @cached_property
    def cycles(self) -> list[tuple[int, date]]:
        """Number and first day of each cycle, in order."""
        return sorted((each.number, each.started_on) for each in self.evaluation.facts.cycles)

    @property
    def day_1(self) -> date | None:
        """The first day of treatment."""
        return self.cycles[0][1] if self.cycles else None

    @property
    def off_on(self) -> date | None:
        """The end of treatment, or the withdrawal from it."""
        facts = self.evaluation.facts
        found = [each.on for each in facts.withdrawals if each.kind == "treatment"]
        return min([*found, *([facts.off_treatment.off_on] if facts.off_treatment else [])], default=None)

    @property
    def ended_on(self) -> date | None:
        """The end of follow-up: death, off study, or withdrawal from more than the treatment."""
        facts = self.evaluation.facts
        found = [each.on for each in facts.withdrawals if each.kind != "treatment"]
        return min([*found, *([facts.death.died_on.latest()] if facts.death else [])], default=None)

    @cached_property
    def over_since(self) -> date | None:
        """The day since which no cycle may be given: the first of all that stops treatment, or an adverse event.

        An adverse event for which treatment was stopped and whose onset is not known counts from the last cycle.
        """
        facts = self.evaluation.facts
        stopped = [each.onset_on.latest() if each.onset_on else self.cycles[-1][1] if self.cycles else
                   facts.registered_on for each in facts.adverse_events if each.action_taken == STOPPED]  # fmt: skip
        return min([*stopped, *([self.stops_on] if self.stops_on else [])], default=None)

    @cached_property
    def stops_on(self) -> date | None:
        """The first of progression, end of treatment and end of follow-up: cycles and regular assessments stop."""
        ends = (self.evaluation.progressed_on, self.off_on, self.ended_on)
        return min((day for day in ends if day is not None), default=None)

    def lists(self, planned: schedule.Planned) -> bool:
        """Whether anything names it: all that was done or said to be not done, and what is open until nothing is asked.

        Once canceled, registered in error or off study nothing is open; after death only what closes the casebook;
        after the end of a treatment that never began no baseline.
        """
        facts = self.evaluation.facts
        if not planned.is_open:
            return True
        if is_ended(facts) or (facts.death is not None and not planned.asks_after_treatment):
            return False
        return planned.form != schedule.BASELINE or bool(self.cycles) or self.over_since is None

    def baseline(self) -> schedule.Planned:
        """The baseline assessment."""
        facts, found = self.evaluation.facts, baseline_of(self.evaluation.facts)
        return schedule.baseline_due(facts.registered_on, self.day_1, found.assessed_on if found else None)

    def cycles_due(self) -> tuple[schedule.Planned, ...]:
        """The cycles, and the question which doses were taken before the end of treatment."""
        facts, started = self.evaluation.facts, [on for _, on in self.cycles]
        found = schedule.cycles_due(facts.registered_on, started, self.over_since is not None)
        if not started:
            return found
        recorded = [each.started_on + timedelta(days=to_day - 1) for each in facts.cycles
                    for _, to_day, _, _ in each.periods]  # fmt: skip
        return found + self._doses(max([started[-1] - timedelta(days=1), *recorded]))

    def _doses(self, recorded_to: date) -> tuple[schedule.Planned, ...]:
        """Asks for the doses between the last dosing record and the end of treatment; “not done”: none were taken.

        Asked where the time is longer than the window of a cycle [our reading].
        """
        off_on, first = self.off_on, recorded_to + timedelta(days=1)
        if off_on is None or (off_on - recorded_to).days <= schedule.CYCLE_WINDOW_DAYS:
            return ()
        number, started_on = self.cycles[-1]
        further = (first - started_on).days >= constant("cycle_days")
        title = schedule.DOSES.format(shown(first), shown(off_on))
        last = off_on + timedelta(days=constant("closing_window_days"))
        return (schedule.Planned(schedule.CYCLE, title, number + further, off_on, off_on, last,
                                 is_not_done=title in self.not_done),)  # fmt: skip

    def closing(self) -> tuple[schedule.Planned, ...]:
        """Off treatment once nothing more may be given, and off study after death or withdrawal from follow-up."""
        facts, found = self.evaluation.facts, []
        if self.over_since is not None and self.cycles and facts.off_treatment is None:
            found.append(schedule.closing_due(schedule.OFF_TREATMENT, self.over_since))
        if self.ended_on is not None:
            found.append(schedule.closing_due(schedule.OFF_STUDY, self.ended_on))
        return tuple(found)

    def assessments(self) -> tuple[schedule.Planned, ...]:
        """The assessments every eight weeks, and last the one that confirms a first response."""
        of, facts = self.evaluation, self.evaluation.facts
        scans = [each.assessed_on for each in facts.assessments if each.kind != "baseline"]
        regular = schedule.assessments_due(facts.registered_on, self.day_1, scans, self.stops_on, self.not_done)
        return regular + schedule.confirmation_due(
            of.first_response_on, of.settings.confirmation_days, [each.assessed_on for each in of.assessed],
            self.stops_on, self.not_done,
        )  # fmt: skip

    def follow_ups(self) -> tuple[schedule.Planned, ...]:
        """The contacts after treatment."""
        facts = self.evaluation.facts
        contacts = [each.contacted_on for each in facts.follow_ups]
        return schedule.follow_ups_due(
            facts.registered_on, self.off_on, self.evaluation.progressed_on, contacts, self.ended_on, self.not_done
        )
