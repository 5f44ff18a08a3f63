"""What laboratories usually report, by unit: wide on purpose, to find a wrong unit and nothing else [our reading].

A value outside `lowest`–`highest` is hardly compatible with life; an upper limit of normal outside
`limit_from`–`limit_to` is no laboratory's. Both mean most often that the unit is not the one of the measurement.
"""

from dataclasses import dataclass
from decimal import Decimal

from trial.rules.safety.laboratory import in_unit_of


@dataclass(frozen=True)
class Usual:
    """Bounds of one analyte in one unit, all inclusive."""

    lowest: Decimal
    highest: Decimal
    limit_from: Decimal
    limit_to: Decimal


def _usual(*bounds: str) -> Usual:
    return Usual(*(Decimal(each) for each in bounds))


_CELLS = ("10^9/L", "10^3/uL")
LABORATORY: dict[tuple[str, str], Usual] = {
    ("HGB", "g/dL"): _usual("2", "25", "11", "20"),
    ("HGB", "g/L"): _usual("20", "250", "110", "200"),
    ("HGB", "mmol/L"): _usual("1.2", "15.5", "7", "12.5"),
    **{("WBC", unit): _usual("0.1", "500", "8", "15") for unit in _CELLS},
    **{("NEUT", unit): _usual("0", "300", "5", "10") for unit in _CELLS},
    **{("PLAT", unit): _usual("1", "2000", "300", "550") for unit in _CELLS},
    ("BILI", "mg/dL"): _usual("0", "60", "0.8", "2"),
    ("BILI", "umol/L"): _usual("0", "1000", "14", "35"),
    **{(code, "U/L"): _usual("0", "20000", "25", "100") for code in ("AST", "ALT")},
    ("ALP", "U/L"): _usual("0", "10000", "80", "350"),
    ("CREAT", "mg/dL"): _usual("0.1", "30", "0.8", "2"),
    ("CREAT", "umol/L"): _usual("10", "2500", "70", "160"),
    **{("SODIUM", unit): _usual("95", "190", "140", "155") for unit in ("mmol/L", "meq/L")},
    **{("K", unit): _usual("1.2", "10", "4.5", "6") for unit in ("mmol/L", "meq/L")},
    ("CA", "mg/dL"): _usual("4", "20", "9.5", "11.5"),
    ("CA", "mmol/L"): _usual("1", "5", "2.3", "2.9"),
    ("GLUC", "mg/dL"): _usual("10", "1500", "95", "200"),
    ("GLUC", "mmol/L"): _usual("0.5", "85", "5.3", "11.1"),
    ("ALB", "g/dL"): _usual("0.5", "8", "4.5", "6"),
    ("ALB", "g/L"): _usual("5", "80", "45", "60"),
    ("LIPASE", "U/L"): _usual("0", "20000", "30", "400"),
    ("AMYLASE", "U/L"): _usual("0", "20000", "50", "250"),
}

# Marker and unit → between what the upper limit of normal lies, over the assays in use.
MARKER_LIMITS: dict[tuple[str, str], tuple[Decimal, Decimal]] = {
    (marker, unit): (Decimal(low), Decimal(high))
    for marker, unit, low, high in (
        ("CGA", "ng/mL", "15", "500"), ("CGA", "ug/L", "15", "500"), ("CGA", "U/L", "8", "60"),
        ("CGA", "nmol/L", "1", "12"), ("HIAA5U24", "mg/24 h", "4", "20"), ("HIAA5U24", "umol/24 h", "20", "100"),
        ("HIAA5U24C", "mg/L", "2", "20"), ("SEROTB", "ng/mL", "100", "500"), ("SEROTS", "ng/mL", "50", "500"),
        ("SEROTP", "ng/mL", "1", "50"), ("SEROTB", "ug/L", "100", "500"), ("SEROTS", "ug/L", "50", "500"),
        ("SEROTP", "ug/L", "1", "50"), ("GASTRIN", "pg/mL", "50", "250"), ("GASTRIN", "pmol/L", "20", "120"),
        ("GLUCAGON", "pg/mL", "40", "300"), ("GLUCAGON", "pmol/L", "10", "90"), ("INSULIN", "mU/L", "8", "60"),
        ("INSULIN", "pmol/L", "50", "400"), ("CPEPT", "ng/mL", "1.5", "10"), ("CPEPT", "ug/L", "1.5", "10"),
        ("CPEPT", "nmol/L", "0.5", "4"), ("PP", "pg/mL", "80", "800"), ("PP", "pmol/L", "20", "400"),
        ("SOMATOST", "pg/mL", "8", "80"), ("SOMATOST", "pmol/L", "4", "50"), ("VIP", "pg/mL", "20", "150"),
        ("VIP", "pmol/L", "6", "70"),
    )
}  # fmt: skip


def laboratory_unusual(analyte: str, unit: str, value: Decimal | None, upper_limit: Decimal | None) -> bool:
    """The value or the upper limit is outside the usual bounds of its unit; False for a unit that has none.

    Another spelling of a unit, or a power of ten of it, has its bounds: 132 /mm³ platelets are 0.132 × 10⁹/L.
    """
    meant = in_unit_of([each for of, each in LABORATORY if of == analyte], unit, analyte)
    if meant is None:
        return False
    usual, factor = LABORATORY[analyte, meant[0]], meant[1]
    strange_value = value is not None and not usual.lowest <= value * factor <= usual.highest
    strange_limit = upper_limit is not None and not usual.limit_from <= upper_limit * factor <= usual.limit_to
    return strange_value or strange_limit


def marker_unusual(marker: str, unit: str, upper_limit: Decimal | None) -> bool:
    """The marker is not reported in this unit, or its upper limit is no assay's in it."""
    bounds = MARKER_LIMITS.get((marker, unit))
    if bounds is None:
        return True
    return upper_limit is not None and not bounds[0] <= upper_limit <= bounds[1]
