"""The analysis groups and the tumor types and histologies that decide them. PURE."""

from dataclasses import dataclass
from enum import Enum


class Group(str, Enum):
    """Analysis group by tumor type; each is evaluated on its own for every endpoint [registry]."""

    A = "A"
    B = "B"


GROUP_NAMES = {Group.A: "Carcinoid", Group.B: "Islet cell / other well-differentiated"}


@dataclass(frozen=True)
class TumourType:
    """One of the ten conditions of the registry and the group it belongs to (None: histology decides)."""

    code: str
    label: str
    group: Group | None


TUMOUR_TYPES: tuple[TumourType, ...] = (
    TumourType("gastrinoma", "Gastrinoma", Group.B),
    TumourType("glucagonoma", "Glucagonoma", Group.B),
    TumourType("insulinoma", "Insulinoma", Group.B),
    TumourType("metastatic_gi_carcinoid", "Metastatic gastrointestinal carcinoid tumor", Group.A),
    TumourType("neuroendocrine_tumour", "Neuroendocrine tumor (histology decides)", None),
    TumourType("pancreatic_polypeptide", "Pancreatic polypeptide tumor", Group.B),
    TumourType("recurrent_gi_carcinoid", "Recurrent gastrointestinal carcinoid tumor", Group.A),
    TumourType("recurrent_islet_cell", "Recurrent islet cell carcinoma", Group.B),
    TumourType("somatostatinoma", "Somatostatinoma", Group.B),
    TumourType("wdha_syndrome", "WDHA syndrome (VIPoma)", Group.B),
)
HISTOLOGIES: tuple[TumourType, ...] = (
    TumourType("carcinoid", "Carcinoid", Group.A),
    TumourType("islet_cell", "Islet cell carcinoma", Group.B),
    TumourType("other_well_differentiated", "Other well-differentiated", Group.B),
)


def by_registration(number: str) -> tuple[int, str]:
    """Sorts study numbers in the order in which they were given, past NET-999 too."""
    return len(number), number


def group_of(tumour_type: str, histology: str) -> Group | None:
    """The analysis group that follows from tumor type and histology [registry]; None when they do not decide it."""
    for kind in TUMOUR_TYPES:
        if kind.code == tumour_type and kind.group is not None:
            return kind.group
    if tumour_type == "neuroendocrine_tumour":
        return next((kind.group for kind in HISTOLOGIES if kind.code == histology), None)
    return None
