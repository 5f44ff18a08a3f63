"""The record as the endpoints read it: frozen facts about one participant. PURE."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class LesionFact:
    """A lesion chosen at baseline."""

    id: int
    label: str
    kind: str
    organ: str
    locally_treated_on: date | None


@dataclass(frozen=True)
class ReadingFact:
    """What one assessment says of one lesion; millimetres exact."""

    lesion_id: int
    state: str
    longest_diameter_mm: Decimal | None
    not_evaluated_reason: str
    scanned_on: date | None


@dataclass(frozen=True)
class AssessmentFact:
    """One tumour assessment with its readings."""

    id: int
    kind: str
    assessed_on: date
    marker: str
    new_lesions: str
    new_lesion_on: date | None
    investigator_response: str
    readings: tuple[ReadingFact, ...]


@dataclass(frozen=True)
class CycleFact:
    """One course of treatment: (from day, to day, dose in mg, frequency) of each dosing period."""

    id: int
    number: int
    started_on: date
    periods: tuple[tuple[int, int, int, str], ...]


@dataclass(frozen=True)
class ParticipantFact:
    """Everything that the endpoints read about one registered participant."""

    id: int
    number: str
    group: str
    site: str
    registered_on: date
    consented_on: date | None
    unmet_criteria: tuple[str, ...] = ()
    waived: bool = False
    findings: tuple[tuple[str, str], ...] = ()
    lesions: tuple[LesionFact, ...] = ()
    assessments: tuple[AssessmentFact, ...] = ()
    cycles: tuple[CycleFact, ...] = ()
    died_on: date | None = None
    new_therapy_on: date | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def treated(self) -> bool:
        """Whether at least one dose was taken."""
        return any(dose > 0 for cycle in self.cycles for _, _, dose, _ in cycle.periods)
