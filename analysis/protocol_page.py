"""What the Protocol page shows: constants, settings in force per group, endpoints, eligibility and code lists."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from analysis.endpoints import group_result
from trial import protocol
from trial.protocol import DECLARED, AnalysisSettings, Declared, analysis_settings, code_lists
from trial.record.in_force import settings_in_force, table_in_force
from trial.rules.dose import modification
from trial.rules.response.criteria import Criteria
from trial.rules.response.recist import IN_FORCE, KNOWN
from trial.rules.response.recist_1_0 import RECIST_1_0
from trial.rules.safety import expedited_reports
from trial.rules.safety.interpretations import READINGS

Pairs = Sequence[tuple[Any, str]]

CODE_LISTS: tuple[tuple[str, Pairs], ...] = (
    ("Sex", protocol.SEXES), ("Race", protocol.RACES), ("Ethnicity", protocol.ETHNICITIES),
    ("Organ of a lesion", protocol.ORGANS), ("Method of assessment", protocol.METHODS),
    ("Why a value is missing", protocol.MISSING_REASONS), ("Dosing frequency", protocol.FREQUENCIES),
    ("Reason for change", protocol.REASONS_FOR_CHANGE), ("Attribution", code_lists.ATTRIBUTIONS),
    ("Grade", code_lists.GRADES), ("Seriousness", code_lists.SERIOUSNESS), ("Expectedness", code_lists.EXPECTEDNESS),
    ("24 hours in hospital", code_lists.HOSPITAL_STAY),
    ("Action taken", code_lists.ACTIONS_TAKEN), ("Outcome of an event", code_lists.EVENT_OUTCOMES),
    ("Hormone marker", code_lists.MARKERS), ("Marker unit", code_lists.MARKER_UNITS),
    ("Kind of medication", code_lists.MEDICATION_KINDS), ("Kind of deviation", code_lists.DEVIATION_KINDS),
    ("Reason off treatment", code_lists.OFF_TREATMENT_REASONS), ("Vital status", code_lists.ALIVE),
    ("Progression at follow-up", code_lists.PROGRESSION), ("Yes, no, not known", code_lists.YES_NO_UNKNOWN),
    ("Cause of death", code_lists.DEATH_CAUSES), ("Scope of a withdrawal", code_lists.WITHDRAWAL_SCOPES),
    ("Reason off study", code_lists.OFF_STUDY_REASONS),
)  # fmt: skip

# Constants that RECIST 1.0 alone reads.
_OF_RECIST_1_0 = ("targets_per_organ", "targets_in_all", "measurable_conventional_mm", "measurable_spiral_mm")
# Constants that are only what a setting starts from; the table of settings says what is in force.
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
    """One constant; `starts_a_setting` when the value in force stands in the table of settings."""

    constant: protocol.Constant
    starts_a_setting: bool


def settings_table() -> list[ShownSetting]:
    """Every setting, with the value in force in each group; the other group's plan is left blank."""
    default = AnalysisSettings().as_dict()
    groups = [(group.value, settings_in_force(group.value).as_dict()) for group in protocol.Group]
    return [_shown(each, default, groups) for each in DECLARED]


def _shown(declared: Declared, default: dict[str, Any], groups: list[tuple[str, dict[str, Any]]]) -> ShownSetting:
    name = declared.name
    bears = [analysis_settings.bears_on(name, group) for group, _ in groups]
    values = tuple(
        analysis_settings.in_words(found[name]) if bear else "—" for bear, (_, found) in zip(bears, groups, strict=True)
    )
    changed = tuple(bear and found[name] != default[name] for bear, (_, found) in zip(bears, groups, strict=True))
    return ShownSetting(declared, values, changed)


def constants_table() -> list[ShownConstant]:
    """Every constant of the protocol, but for those that only criteria not in force would read."""
    settings = {each.name for each in fields(AnalysisSettings)} | set(_STARTS_A_PLAN)
    unread = () if IN_FORCE is RECIST_1_0 else _OF_RECIST_1_0
    return [ShownConstant(each, each.name in settings) for each in protocol.CONSTANTS if each.name not in unread]


def criteria_table(by: Criteria) -> list[tuple[str, str]]:
    """(what, rule in words) of the criteria of response, where editions differ."""
    node = f"by short axis: target from {by.node_target_mm} mm, normal below {by.node_normal_below_mm} mm"
    absolute = f" and {by.least_increase_mm} mm" if by.least_increase_mm else ""
    more = f"at least {by.progression_ratio * 100:.0f} % of the smallest{absolute}"
    again = "any lesion seen again" if by.disease_again_progresses else "any target lesion that can be measured again"
    return [
        ("Target lesions", by.measurable_words),
        ("Lymph nodes", "as any lesion, by longest diameter" if by.node_target_mm is None else node),
        ("Partial response", f"{by.sum_words} at most {by.partial_ratio * 100:.0f} % of baseline"),
        ("Progression", f"{by.sum_words} {more}; or a new lesion; or unequivocal "
                        "progression of a non-target lesion"),
        ("Progression after a complete response", again),
        ("Non-target lesions that persist", by.persisting),
    ]  # fmt: skip


def shown() -> dict[str, Any]:
    """The context of the page."""
    return {
        "study_name": protocol.STUDY_NAME,
        "dose_levels": modification.LEVELS,
        "dose_rules": (*modification.RULES, modification.LOWEST, modification.SURGERY, modification.MONITORING),
        "readings": READINGS,
        "expedited": table_in_force(),
        "expedited_readings": expedited_reports.READINGS,
        "groups": [(group.value, name) for group, name in protocol.GROUP_NAMES.items()],
        "settings": settings_table(),
        "constants": constants_table(),
        "criteria": IN_FORCE,
        "criteria_rules": criteria_table(IN_FORCE),
        "known_criteria": [each.name for each in KNOWN],
        "endpoints": group_result.ENDPOINTS,
        "edition": protocol.ELIGIBILITY_EDITION,
        "eligibility": protocol.ELIGIBILITY,
        "tumour_types": protocol.TUMOUR_TYPES,
        "histologies": protocol.HISTOLOGIES,
        "code_lists": CODE_LISTS,
    }
