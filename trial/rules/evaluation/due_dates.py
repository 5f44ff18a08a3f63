"""The course of treatment of one participant and what it asks for, as they follow from the evaluated facts. PURE."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from trial.protocol import schedule
from trial.rules.evaluation.evaluated import Evaluation
from trial.rules.evaluation.response import baseline_of


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
    def stops_on(self) -> date | None:
        """The first of progression, end of treatment and end of follow-up: cycles and regular assessments stop."""
        ends = (self.evaluation.progressed_on, self.off_on, self.ended_on)
        return min((day for day in ends if day is not None), default=None)

    def baseline(self) -> schedule.Planned:
        """The baseline assessment."""
        facts, found = self.evaluation.facts, baseline_of(self.evaluation.facts)
        return schedule.baseline_due(facts.registered_on, self.day_1, found.assessed_on if found else None)

    def cycles_due(self) -> tuple[schedule.Planned, ...]:
        """The cycles."""
        started = [on for _, on in self.cycles]
        return schedule.cycles_due(self.evaluation.facts.registered_on, started, self.stops_on)

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
