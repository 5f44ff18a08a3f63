"""What the Protocol page shows: constants, settings in force per group, endpoints, eligibility and code lists."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analysis.endpoints import registry
from analysis.views.panels import named_groups
from trial import protocol as study
from trial.models import Role
from trial.protocol import DECLARED, AnalysisSettings, Declared, analysis_settings, code_lists, settings_of
from trial.record import access
from trial.record.in_force import settings_in_force, table_in_force
from trial.rules.dose import modification
from trial.rules.response.criteria import Criteria
from trial.rules.response.recist import IN_FORCE, KNOWN
from trial.rules.response.recist_1_0 import RECIST_1_0
from trial.rules.safety import expedited_reports
from trial.rules.safety.interpretations import READINGS

Pairs = Sequence[tuple[Any, str]]

CODE_LISTS: tuple[tuple[str, Pairs], ...] = (
    ("Sex", study.SEXES), ("Race", study.RACES), ("Ethnicity", study.ETHNICITIES),
    ("Organ of a lesion", study.ORGANS), ("Method of assessment", study.METHODS),
    ("Why a value is missing", study.MISSING_REASONS), ("Dosing frequency", study.FREQUENCIES),
    ("Reason for change", study.REASONS_FOR_CHANGE), ("Attribution", code_lists.ATTRIBUTIONS),
    ("Grade", code_lists.GRADES), ("Seriousness", code_lists.SERIOUSNESS), ("Expectedness", code_lists.EXPECTEDNESS),
    ("24 hours in hospital", code_lists.HOSPITAL_STAY),
    ("Action taken", code_lists.ACTIONS_TAKEN), ("Outcome of an event", code_lists.EVENT_OUTCOMES),
    ("Hormone marker", code_lists.MARKERS), ("Marker unit", code_lists.MARKER_UNITS),
    ("Kind of prior therapy", code_lists.PRIOR_THERAPY_KINDS),
    ("Response to prior therapy", code_lists.PRIOR_RESPONSES), ("Reason stopped", code_lists.REASONS_STOPPED),
    ("Route", code_lists.ROUTES), ("Frequency of a medication", code_lists.HOW_OFTEN),
    ("Kind of medication", code_lists.MEDICATION_KINDS), ("Kind of deviation", code_lists.DEVIATION_KINDS),
    ("Reason for screen failure", code_lists.SCREEN_FAILURE_REASONS),
    ("Reason off treatment", code_lists.OFF_TREATMENT_REASONS), ("Vital status", code_lists.ALIVE),
    ("Progression at follow-up", code_lists.PROGRESSION), ("Yes, no, not known", code_lists.YES_NO_UNKNOWN),
    ("Cause of death", code_lists.DEATH_CAUSES), ("Scope of a withdrawal", code_lists.WITHDRAWAL_SCOPES),
    ("Reason off study", code_lists.OFF_STUDY_REASONS),
)  # fmt: skip

# Constants that RECIST 1.0 alone reads.
_OF_RECIST_1_0 = ("targets_per_organ", "targets_in_all", "measurable_conventional_mm", "measurable_spiral_mm")
# Constants that only give a setting its initial value; the table of settings has the value in force.
_STARTS_A_PLAN = ("stage_1_participants", "stage_1_futility", "stage_2_participants", "stage_2_futility")


@dataclass(frozen=True)
class ShownSetting:
    """One setting with the value each group is analysed with, in words; `changed` where it is not the protocol's."""

    declared: Declared
    values: tuple[str, ...]
    changed: tuple[bool, ...]

    @property
    def cells(self) -> list[tuple[str, bool]]:
        """(value, changed) per group."""
        return list(zip(self.values, self.changed, strict=True))


@dataclass(frozen=True)
class ShownConstant:
    """One constant; `starts_a_setting` when the value in force is in the table of settings."""

    constant: study.Constant
    starts_a_setting: bool


def settings_table() -> list[ShownSetting]:
    """Every setting, with the value in force in each group and whether it differs from the protocol's."""
    groups = [(settings_of(group.code).as_dict(), settings_in_force(group.code).as_dict()) for group in study.GROUPS]
    words = analysis_settings.in_words
    return [
        ShownSetting(
            setting,
            tuple(words(chosen[setting.name]) for _, chosen in groups),
            tuple(chosen[setting.name] != stated[setting.name] for stated, chosen in groups),
        )
        for setting in DECLARED
    ]  # fmt: skip


def constants_table() -> list[ShownConstant]:
    """Every constant of the protocol, but for those that only criteria not in force would read."""
    settings = {field.name for field in fields(AnalysisSettings)} | set(_STARTS_A_PLAN)
    unread = () if IN_FORCE is RECIST_1_0 else _OF_RECIST_1_0
    shown_constants = [constant for constant in study.CONSTANTS if constant.name not in unread]
    return [ShownConstant(constant, constant.name in settings) for constant in shown_constants]


def criteria_table(by: Criteria) -> list[tuple[str, str]]:
    """(what, rule in words) of the criteria of response, where editions differ."""
    node = f"by short axis: target from {by.node_target_mm} mm, normal below {by.node_normal_below_mm} mm"
    absolute = f" and {by.least_increase_mm} mm" if by.least_increase_mm else ""
    more = f"at least {by.progression_ratio * 100:.0f}% of the smallest{absolute}"
    but = "" if by.node_normal_below_mm is None else ", a non-target node only by unequivocal progression"
    again = f"any target lesion measured again, any non-target lesion present again{but} (a setting above)"
    return [
        ("Target lesions", by.measurable_words),
        ("Lymph nodes", "as any lesion, by longest diameter" if by.node_target_mm is None else node),
        ("Partial response", f"{by.sum_words} at most {by.partial_ratio * 100:.0f}% of baseline"),
        ("Progression", f"{by.sum_words} {more}; or a new lesion; or unequivocal "
                        "progression of a non-target lesion"),
        ("Progression after a complete response", again),
        ("Non-target lesions that persist", by.persisting),
    ]  # fmt: skip


def shown() -> dict[str, Any]:
    """The context of the page."""
    return {
        "study_name": study.STUDY_NAME,
        "dose_levels": modification.LEVELS,
        "dose_rules": (*modification.RULES, modification.LOWEST, modification.SURGERY, modification.MONITORING),
        "readings": READINGS,
        "expedited": table_in_force(),
        "expedited_readings": expedited_reports.READINGS,
        "groups": named_groups(),
        "settings": settings_table(),
        "constants": constants_table(),
        "criteria": IN_FORCE,
        "criteria_rules": criteria_table(IN_FORCE),
        "known_criteria": [criteria.name for criteria in KNOWN],
        "endpoints": registry.ENDPOINTS,
        "edition": study.ELIGIBILITY_EDITION,
        "eligibility": study.ELIGIBILITY,
        "tumour_types": study.TUMOUR_TYPES,
        "histologies": study.HISTOLOGIES,
        "code_lists": CODE_LISTS,
    }


@access.allows(*Role)
def protocol(request: HttpRequest) -> HttpResponse:
    """Open to every role: it holds nothing of any participant."""
    context = {**shown(), "reads_settings": request.user.role in access.READS_RESULTS}
    return render(request, "analysis/protocol.html", context)
