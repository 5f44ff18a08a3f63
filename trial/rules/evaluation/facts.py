"""The record as the endpoints read it: frozen facts about one participant. PURE."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from trial import protocol
from trial.rules.dates.partial_date import PartialDate
from trial.rules.typed_text import plain


@dataclass(frozen=True)
class DatedFact:
    """A date on record, in words where it comes from, and the entry that says it (`death/12`; empty: none alone)."""

    on: date
    because: str
    entry: str = ""


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
    merged_with: str = ""


@dataclass(frozen=True)
class AssessmentFact:
    """One tumor assessment with its readings."""

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
    """One course of treatment: (from day, to day, dose in mg, frequency) of each dosing period.

    reasons: (from day of a period, why) where the site gave one; delay_reason: why the cycle began late.
    """

    id: int
    number: int
    started_on: date
    periods: tuple[tuple[int, int, int, str], ...]
    reasons: tuple[tuple[int, str], ...] = ()
    delay_reason: str = ""


@dataclass(frozen=True)
class AdverseEventFact:
    """One adverse event, or one further episode of it (`continues_id`) when its grade changed.

    term, select: codes of `trial.protocol.ctcae_v3`. grade 1–5, attribution 1 (unrelated) to 5
    (definite); None: not on record.
    """

    id: int
    term: str
    select: str
    other_words: str
    grade: int | None
    attribution: int | None
    onset_on: PartialDate | None
    resolved_on: PartialDate | None
    serious: bool | None
    outcome: str
    continues_id: int | None = None
    present_at_baseline: bool = False
    # The cycle that the site named.
    cycle_number: int | None = None
    # With the study drug, a code of `code_lists.ACTIONS_TAKEN`.
    action_taken: str = ""


@dataclass(frozen=True)
class HormoneFact:
    """One marker of one sample; value and upper limit of normal are in `unit`; None: missing with a reason.

    qualifier: `<` or `>` of a level reported as below or above a limit: the value is then that limit, not the level.
    """

    id: int
    marker: str
    sampled_on: date
    value: Decimal | None
    unit: str
    upper_limit: Decimal | None
    assay: str
    qualifier: str = ""

    @property
    def in_words(self) -> str:
        """The level as reported: `<5`, `310`; `no value` of a missing one."""
        return "no value" if self.value is None else f"{self.qualifier}{plain(self.value)}"

    @property
    def is_raised(self) -> bool | None:
        """Whether the level is above its own laboratory's limit; None when that is not known.

        `<5` is normal from a limit of 5 on, `>5` raised up to a limit of 5 [our reading].
        """
        if self.value is None or self.upper_limit is None:
            return None
        if not self.qualifier:
            return self.value > self.upper_limit
        if self.qualifier == "<":
            return False if self.value <= self.upper_limit else None
        return True if self.value >= self.upper_limit else None


@dataclass(frozen=True)
class LaboratoryValue:
    """A value with its unit and its laboratory's limits of normal in that unit; value_qualifier as of a hormone."""

    analyte: str
    value: Decimal
    value_qualifier: str
    unit: str
    lower_limit: Decimal | None
    upper_limit: Decimal | None


@dataclass(frozen=True)
class LaboratoryFact:
    """One value of a visit's laboratory; the day of the sample is that of the visit unless it names its own."""

    visit_id: int
    sampled_on: date
    measured: LaboratoryValue


@dataclass(frozen=True)
class MedicationFact:
    """One concomitant medication; `kind` is `somatostatin_analogue` or `other`."""

    id: int
    kind: str
    name: str
    started_on: PartialDate | None
    stopped_on: PartialDate | None


@dataclass(frozen=True)
class OffTreatmentFact:
    """The end of treatment and its reason (a code of `code_lists.OFF_TREATMENT_REASONS`)."""

    id: int
    off_on: date
    reason: str


@dataclass(frozen=True)
class FollowUpFact:
    """One contact after treatment.

    progression: `none`, `radiological` (with date and method), `clinical` or empty (not known).
    disease_assessed_on: the day of a disease assessment that showed no progression; only it moves censoring.
    new_therapy_read_as: the day that a partial date has been read as (None: not yet read, or complete).
    """

    id: int
    contacted_on: date
    alive: bool
    progression: str
    progressed_on: date | None
    disease_assessed_on: date | None
    new_therapy_on: PartialDate | None
    new_therapy_read_as: date | None = None


@dataclass(frozen=True)
class DeathFact:
    """Death of any cause; the day may be unknown. cause: a code of `code_lists.DEATH_CAUSES`.

    read_as: the day that a partial date has been read as (None: not yet read, or complete). known_on: the day on which
    it was entered as it stands (None: not said): the death is no later.
    """

    id: int
    died_on: PartialDate
    cause: str
    read_as: date | None = None
    known_on: date | None = None


@dataclass(frozen=True)
class WithdrawalFact:
    """Withdrawal of consent, or the end of the study for a participant."""

    id: int
    on: date
    kind: str


@dataclass(frozen=True)
class DeviationFact:
    """A deviation from the protocol; kind: a code of `code_lists.DEVIATION_KINDS`."""

    id: int
    kind: str
    happened_on: date


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
    sex: str = ""
    born_on: PartialDate | None = None
    race: str = ""
    ethnicity: str = ""
    ecog: int | None = None
    tumor_type: str = ""
    adverse_events: tuple[AdverseEventFact, ...] = ()
    hormones: tuple[HormoneFact, ...] = ()
    medications: tuple[MedicationFact, ...] = ()
    visited_on: tuple[date, ...] = ()
    laboratory: tuple[LaboratoryFact, ...] = ()
    off_treatment: OffTreatmentFact | None = None
    follow_ups: tuple[FollowUpFact, ...] = ()
    death: DeathFact | None = None
    withdrawals: tuple[WithdrawalFact, ...] = ()
    deviations: tuple[DeviationFact, ...] = ()

    @property
    def treated(self) -> bool:
        """Whether at least one dose was taken."""
        return bool(self._dosed)

    @property
    def two_years_on(self) -> date:
        """The last day of "up to 2 years" from registration."""
        return self.registered_on + timedelta(days=protocol.constant("follow_up_days"))

    @cached_property
    def first_dose_on(self) -> date | None:
        """The first day with a dose; None: never treated."""
        return min((first for first, _ in self._dosed), default=None)

    @cached_property
    def last_dose_on(self) -> date | None:
        """The last day with a dose."""
        return max((last for _, last in self._dosed), default=None)

    @cached_property
    def _dosed(self) -> list[tuple[date, date]]:
        """First and last day of each period in which doses were taken."""
        return [
            (cycle.started_on + timedelta(from_day - 1), cycle.started_on + timedelta(to_day - 1))
            for cycle in self.cycles
            for from_day, to_day, dose_mg, _ in cycle.periods
            if dose_mg > 0
        ]
