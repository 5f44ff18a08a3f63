"""What is on record of lesions and what the rules of response find in it: the values they pass to each other. PURE."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

NOTHING: frozenset[str] = frozenset()


class Response(str, Enum):
    """Target or overall response; NONE: no such lesion at baseline. NON_CR_NON_PD: overall, by RECIST 1.1 only."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"
    NE = "NE"
    NONE = "none"
    NON_CR_NON_PD = "non-CR/non-PD"


class NonTarget(str, Enum):
    """Response of the non-target lesions; those that persist are IR/SD by RECIST 1.0, non-CR/non-PD by 1.1."""

    CR = "CR"
    IR_SD = "IR/SD"
    NON_CR_NON_PD = "non-CR/non-PD"
    PD = "PD"
    NE = "NE"
    NONE = "none"


class NewLesions(str, Enum):
    """Whether new lesions were seen, or not looked for."""

    YES = "YES"
    NO = "NO"
    NE = "NE"


@dataclass(frozen=True)
class Measurement:
    """A target lesion at one assessment: 0 is absent, None not evaluated (with the reason).

    longest_diameter_mm: the size as the criteria measure it; by RECIST 1.1 the short axis of a node.
    note: how it came about, for the reason of the response.
    """

    lesion: str
    longest_diameter_mm: Decimal | None
    not_evaluated_reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Finding:
    """A target response with its reason in words and the sums it used (mm; None: incomplete)."""

    response: Response
    because: str
    current_sum: Decimal | None
    baseline_sum: Decimal
    nadir: Decimal


@dataclass(frozen=True)
class Baseline:
    """The baseline assessment: size in mm by target, the non-target lesions, and which of them all are nodes."""

    assessment_id: int
    assessed_on: date
    targets: Mapping[str, Decimal]
    non_targets: frozenset[str]
    marker_raised: bool = False
    nodes: frozenset[str] = NOTHING


@dataclass(frozen=True)
class FollowUp:
    """A later assessment as recorded; `scans`: when each lesion was scanned, by its own date or the assessment's."""

    assessment_id: int
    assessed_on: date
    scans: Mapping[str, date]
    measurements: Sequence[Measurement]
    non_targets: Mapping[str, str]
    new_lesions: NewLesions
    new_lesion_on: date | None = None
    marker: str = "not_done"


@dataclass(frozen=True)
class AssessmentOutcome:
    """What one follow-up shows. `assessed_on` is its last scan, `progression_on` the first scan that shows PD."""

    assessment_id: int
    assessed_on: date
    progression_on: date | None
    target: Response
    non_target: NonTarget
    new_lesions: NewLesions
    overall: Response
    because: str
    current_sum: Decimal | None
    baseline_sum: Decimal
    nadir: Decimal
    change_from_baseline_percent: Decimal | None
    evaluated: bool

    @property
    def dated_on(self) -> date:
        """The day of the response: of PD the first scan that shows it, else the last scan."""
        return self.progression_on or self.assessed_on
