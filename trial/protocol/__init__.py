"""What the protocol of this trial says; the rest of the program imports these names and nothing below them. PURE."""

from trial.protocol import analysis_settings, code_lists, ctcae_v3, form_versions, schedule
from trial.protocol.analysis_settings import DECLARED, WORDS_OF_CHOICES, AnalysisSettings, Declared, settings_of
from trial.protocol.code_lists import (
    ATTRIBUTIONS,
    ETHNICITIES,
    FREQUENCIES,
    MARKER_UNITS,
    MARKERS,
    METHODS,
    MISSING_REASONS,
    OFF_TREATMENT_REASONS,
    ORGANS,
    QUALIFIERS,
    RACES,
    REASONS_FOR_CHANGE,
    SEXES,
)
from trial.protocol.constants import CONSTANTS, CTCAE, OUR_READING, RECIST, REGISTRY, Constant, constant, exact_constant
from trial.protocol.countries import COUNTRIES
from trial.protocol.eligibility import ELIGIBILITY, ELIGIBILITY_EDITION, EligibilityItem
from trial.protocol.form_versions import Edition
from trial.protocol.groups import (
    BY_HISTOLOGY,
    GROUPS,
    HISTOLOGIES,
    TUMOUR_TYPES,
    Group,
    TumourType,
    by_registration,
    group_named,
    group_of,
)
from trial.protocol.laboratory import LABORATORY, REQUIRED_ANALYTES, UNITS_OF
from trial.protocol.schedule import DUE, FUTURE, MISSED, OVERDUE, Due
from trial.protocol.stage_plan import StagePlan
from trial.protocol.study import CRITERIA, NUMBER_PREFIX, STUDY_NAME, STUDY_SHORT_NAME
