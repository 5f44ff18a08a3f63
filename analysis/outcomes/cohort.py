"""The outcomes of one group with the settings they were derived with, and the populations among them. PURE."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from analysis.outcomes.event_tally import EventTally
from trial.protocol import AnalysisSettings
from trial.rules.evaluation import populations

Outcome = dict[str, Any]


@dataclass(frozen=True)
class Cohort:
    """`outcomes` of everybody who is counted, in order of study number.

    tally: their adverse events, where they are counted already.
    """

    group: str
    outcomes: Sequence[Outcome]
    settings: AnalysisSettings
    tally: EventTally | None = None

    @cached_property
    def registered(self) -> list[Outcome]:
        """Everyone with a study number."""
        return list(self.outcomes)

    @cached_property
    def eligible(self) -> list[Outcome]:
        """Registered and eligible."""
        return self.where(lambda outcome: bool(outcome["eligible"]))

    @cached_property
    def evaluable(self) -> list[Outcome]:
        """Eligible, consented, at least one dose [our reading]."""
        return self.where(lambda outcome: bool(outcome["evaluable"]))

    @cached_property
    def evaluable_with_ineligible(self) -> list[Outcome]:
        """Evaluable, or kept from it only by a waiver or a later finding of ineligibility."""
        return self.where(lambda outcome: bool(outcome["evaluable"] or outcome["evaluable_but_for_eligibility"]))

    @cached_property
    def treated(self) -> list[Outcome]:
        """At least one dose."""
        return self.where(lambda outcome: bool(outcome["treated"]))

    @cached_property
    def events(self) -> EventTally:
        """The adverse events of those treated, counted."""
        return self.tally or EventTally.of(self.outcomes)

    def where(self, counts: Callable[[Outcome], bool]) -> list[Outcome]:
        """The outcomes that a question counts."""
        return [outcome for outcome in self.outcomes if counts(outcome)]


def counted(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """All but those registered in error: a duplicate or nobody's record is in no population and no count."""
    return [outcome for outcome in outcomes if not outcome.get("in_error")]


def left_out_because(outcome: Outcome) -> str:
    """The kind of reason for which somebody is not evaluable, or not counted at all; empty for the evaluable."""
    return populations.kind_of(outcome["exclusion"])


def numbers(outcomes: Sequence[Outcome]) -> list[str]:
    """Study numbers in the same order."""
    return [str(outcome["number"]) for outcome in outcomes]
