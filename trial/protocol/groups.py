"""The analysis groups, and the tumor types and histologies that decide them. PURE.

A further group is one declaration here: settings, plan, ceiling, pages, plots and the rule of the database follow.
"""

from dataclasses import dataclass

from trial.protocol.stage_plan import SIMON_OPTIMAL, StagePlan

Choices = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Group:
    """One analysis group, evaluated on its own for every endpoint [registry].

    tumor_types, histologies: (stored code, label) of those that belong to it; a histology decides where the tumor type
    does not. ceiling: most participants [our reading]. plan: its two-stage plan [our reading].
    """

    code: str
    name: str
    tumor_types: Choices
    histologies: Choices
    ceiling: int
    plan: StagePlan = SIMON_OPTIMAL

    def __str__(self) -> str:
        return self.code


GROUPS: tuple[Group, ...] = (
    Group(
        "A", "Carcinoid",
        tumor_types=(
            ("metastatic_gi_carcinoid", "Metastatic gastrointestinal carcinoid tumor"),
            ("recurrent_gi_carcinoid", "Recurrent gastrointestinal carcinoid tumor"),
        ),
        histologies=(("carcinoid", "Carcinoid"),),
        ceiling=50,
    ),
    Group(
        "B", "Islet cell / other well-differentiated",
        tumor_types=(
            ("gastrinoma", "Gastrinoma"),
            ("glucagonoma", "Glucagonoma"),
            ("insulinoma", "Insulinoma"),
            ("pancreatic_polypeptide", "Pancreatic polypeptide tumor"),
            ("recurrent_islet_cell", "Recurrent islet cell carcinoma"),
            ("somatostatinoma", "Somatostatinoma"),
            ("wdha_syndrome", "WDHA syndrome (VIPoma)"),
        ),
        histologies=(
            ("islet_cell", "Islet cell carcinoma"),
            ("other_well_differentiated", "Other well-differentiated"),
        ),
        ceiling=43,
    ),
)  # fmt: skip
# The condition of the registry that belongs to no group by itself.
BY_HISTOLOGY = ("neuroendocrine_tumour", "Neuroendocrine tumor (histology decides)")


@dataclass(frozen=True)
class TumourType:
    """A tumor type or histology and the group it belongs to (None: histology decides)."""

    code: str
    label: str
    group: Group | None


TUMOUR_TYPES: tuple[TumourType, ...] = tuple(sorted(
    (TumourType(*BY_HISTOLOGY, None), *(TumourType(*kind, group) for group in GROUPS for kind in group.tumor_types)),
    key=lambda kind: kind.code,
))  # fmt: skip
HISTOLOGIES: tuple[TumourType, ...] = tuple(TumourType(*kind, group) for group in GROUPS for kind in group.histologies)


def by_registration(number: str) -> tuple[int, str]:
    """Sorts study numbers in the order in which they were given, past NET-999 too."""
    return len(number), number


def group_named(code: str) -> Group:
    """The group of a code. Raises ValueError for a code that no group has."""
    for group in GROUPS:
        if group.code == code:
            return group
    raise ValueError(f"There is no group {code}.")


def group_of(tumour_type: str, histology: str) -> Group | None:
    """The analysis group that follows from tumor type and histology [registry]; None when they do not decide it."""
    known, decisive = (HISTOLOGIES, histology) if tumour_type == BY_HISTOLOGY[0] else (TUMOUR_TYPES, tumour_type)
    return next((kind.group for kind in known if kind.code == decisive), None)
