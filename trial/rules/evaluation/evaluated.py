"""One participant evaluated by the settings in force: for pages, checks, schedule and endpoints alike. PURE."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from trial.protocol import AnalysisSettings
from trial.rules.evaluation import disease, response
from trial.rules.evaluation.accrual_stage import responses_of
from trial.rules.evaluation.facts import ParticipantFact
from trial.rules.evaluation.response import Assessed, response_at_each
from trial.rules.response import confirmation
from trial.rules.response.recist import AssessmentOutcome


@dataclass(frozen=True)
class Evaluation:
    """The facts of a participant, the response at each assessment and the dates of the disease that follow."""

    facts: ParticipantFact
    settings: AnalysisSettings
    assessed: Assessed
    disease: disease.Course

    @cached_property
    def outcomes(self) -> dict[int, AssessmentOutcome]:
        """The outcome of each follow-up assessment by its id."""
        return {each.assessment_id: each for each in self.assessed}

    @property
    def progressed_on(self) -> date | None:
        """The first progression, by assessment or radiological at a follow-up."""
        return self.disease.progression.on if self.disease.progression else None

    @cached_property
    def considered(self) -> tuple[confirmation.DatedResponse, ...]:
        """The responses that count, confirmed or not: up to the first progression and before new therapy."""
        therapy_on = self.disease.new_therapy.on if self.disease.new_therapy else None
        return tuple(confirmation.usable(responses_of(self.facts, self.assessed), therapy_on))

    @cached_property
    def response_until(self) -> date | None:
        """The last day on which a response may be first seen, by the time frame of the protocol; None: any day."""
        return response.response_until(self.facts, self.settings)

    @property
    def first_response_on(self) -> date | None:
        """The first CR or PR of them."""
        return next((each.on for each in self.considered if each.response in confirmation.RESPONSES), None)


def evaluate(participant: ParticipantFact, settings: AnalysisSettings) -> Evaluation:
    """Evaluates the participant by these settings."""
    assessed = response_at_each(participant, settings)
    return Evaluation(participant, settings, assessed, disease.course_of(participant, assessed, settings))
