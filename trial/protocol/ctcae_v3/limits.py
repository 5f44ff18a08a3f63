"""The numeric limits of CTCAE 3.0 as data: which values of which analyte make which grade of which term. PURE.

`limits.csv`, one line per analyte, unit, term and grade. unit: the unit of the limits; empty when value and limit of
normal only have to share one. above, at_least, below, at_most: the bounds, absolute or as a multiple of LLN, ULN or
BASE (the value at baseline). judgement: what else decides whether it is this grade. note: what may decide beside it.
Two misprints of the edition (lymphopenia grade 1, CD4 grade 3) are read so that they agree with their /mm³ limits.
"""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

_PLACE = Path(__file__).with_name("limits.csv")
SIDES = ("above", "at_least", "below", "at_most")
ANALYTES = {
    "HGB": "Hemoglobin", "WBC": "Leukocytes (WBC)", "LYM": "Lymphocytes", "NEUT": "Neutrophils (ANC)",
    "PLAT": "Platelets", "CD4": "CD4 cells", "HAPTOG": "Haptoglobin", "INR": "INR", "APTT": "PTT",
    "FIBRINO": "Fibrinogen", "ALT": "ALT", "AST": "AST", "ALP": "Alkaline phosphatase", "GGT": "GGT",
    "BILI": "Bilirubin", "CREAT": "Creatinine",
    "AMYLASE": "Amylase", "LIPASE": "Lipase", "CK": "CK (CPK)", "TRIG": "Triglycerides", "ALB": "Albumin",
    "BICARB": "Bicarbonate", "CA": "Calcium", "CAION": "Calcium, ionized", "CHOL": "Cholesterol", "GLUC": "Glucose",
    "MG": "Magnesium", "PHOS": "Phosphate", "K": "Potassium", "SODIUM": "Sodium", "URATE": "Uric acid",
    "GFR": "Glomerular filtration rate", "PROT24": "Urine protein, 24 h", "PROTDIP": "Urine protein (dipstick)",
    "TROPONIT": "Troponin T", "WEIGHT": "Weight", "TEMP": "Temperature", "QTC": "QTc interval",
    "LVEF": "Ejection fraction",
}  # fmt: skip


@dataclass(frozen=True)
class Bound:
    """One end of an interval; relative_to is LLN, ULN or BASE, or empty for an absolute value in the limit's unit."""

    factor: Decimal
    relative_to: str


@dataclass(frozen=True)
class Limit:
    """The interval of one grade; a bound that is None is open."""

    analyte: str
    unit: str
    term: str
    side: str
    grade: int
    above: Bound | None
    at_least: Bound | None
    below: Bound | None
    at_most: Bound | None
    judgement: str
    note: str


def _bound(text: str) -> Bound | None:
    if not text:
        return None
    factor, _, relative_to = text.partition(" ")
    return Bound(Decimal(factor), relative_to)


@lru_cache(maxsize=1)
def _by_analyte() -> dict[str, tuple[Limit, ...]]:
    found: dict[str, list[Limit]] = {}
    with _PLACE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            above, at_least, below, at_most = (_bound(row[name]) for name in SIDES)
            found.setdefault(row["analyte"], []).append(
                Limit(row["analyte"], row["unit"], row["term"], row["side"], int(row["grade"]), above, at_least, below,
                      at_most, row["judgement"], row["note"])
            )  # fmt: skip
    return {name: tuple(sorted(rows, key=lambda each: -each.grade)) for name, rows in found.items()}


def in_sentence(analyte: str) -> str:
    """The name of an analyte inside a sentence: abbreviations keep their capitals."""
    name = ANALYTES[analyte]
    return name if name[1:2].isupper() or name[1:2].isdigit() else name[0].lower() + name[1:]


def limits_of(analyte: str) -> tuple[Limit, ...]:
    """The limits of an analyte, the highest grade first; empty for one that CTCAE 3.0 gives no limits for."""
    return _by_analyte().get(analyte, ())


def units_of(analyte: str) -> tuple[str, ...]:
    """The units in which its limits are given; empty when any unit will do."""
    return tuple(dict.fromkeys(each.unit for each in limits_of(analyte) if each.unit))
