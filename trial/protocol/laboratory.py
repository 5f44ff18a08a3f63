"""What the laboratory of a visit measures: each analyte with the units it may be entered in. PURE.

The first unit is the one that is proposed. A result in another unit that is on record stays as it is.
"""

from dataclasses import dataclass

_CELLS = ("10^9/L", "10^3/uL", "/mm3", "/uL")
_ENZYME = ("U/L", "ukat/L")


@dataclass(frozen=True)
class Analyte:
    """One row of the visit. required: a visit without a value, or the reason why there is none, is incomplete.

    further: entered where it was measured, on the folded part of the page.
    """

    code: str
    units: tuple[str, ...]
    required: bool = False
    further: bool = False


# Required are those that decide on eligibility and dose [our reading].
LABORATORY: tuple[Analyte, ...] = (
    Analyte("HGB", ("g/dL", "g/L", "mmol/L"), required=True), Analyte("WBC", _CELLS),
    Analyte("NEUT", _CELLS, required=True), Analyte("LYM", _CELLS), Analyte("PLAT", _CELLS, required=True),
    Analyte("INR", ("ratio",)), Analyte("BILI", ("mg/dL", "umol/L"), required=True),
    Analyte("AST", _ENZYME, required=True), Analyte("ALT", _ENZYME, required=True), Analyte("ALP", _ENZYME),
    Analyte("CREAT", ("mg/dL", "umol/L"), required=True), Analyte("SODIUM", ("mmol/L", "meq/L")),
    Analyte("K", ("mmol/L", "meq/L")), Analyte("CA", ("mg/dL", "mmol/L")), Analyte("PHOS", ("mg/dL", "mmol/L")),
    Analyte("MG", ("mg/dL", "mmol/L")), Analyte("GLUC", ("mg/dL", "mmol/L")), Analyte("ALB", ("g/dL", "g/L")),
    Analyte("LIPASE", _ENZYME), Analyte("AMYLASE", _ENZYME),
    Analyte("TEMP", ("°C",), further=True), Analyte("QTC", ("s", "ms"), further=True),
    Analyte("LVEF", ("%",), further=True), Analyte("APTT", ("s",), further=True),
    Analyte("FIBRINO", ("g/L", "mg/dL"), further=True), Analyte("GGT", _ENZYME, further=True),
    Analyte("CK", _ENZYME, further=True), Analyte("TRIG", ("mg/dL", "mmol/L"), further=True),
    Analyte("CHOL", ("mg/dL", "mmol/L"), further=True), Analyte("URATE", ("mg/dL", "mmol/L", "umol/L"), further=True),
    Analyte("BICARB", ("mmol/L", "meq/L"), further=True), Analyte("CAION", ("mmol/L",), further=True),
    Analyte("GFR", ("mL/min", "mL/min/1.73 m2"), further=True), Analyte("PROT24", ("g/24 h", "mg/24 h"), further=True),
    Analyte("PROTDIP", ("plus",), further=True), Analyte("TROPONIT", ("ng/mL", "ug/L", "ng/L", "pg/mL"), further=True),
    Analyte("HAPTOG", ("g/L", "mg/dL"), further=True), Analyte("CD4", _CELLS, further=True),
)  # fmt: skip
UNITS_OF = {each.code: each.units for each in LABORATORY}
REQUIRED_ANALYTES = tuple(each.code for each in LABORATORY if each.required)
