"""How a laboratory writes its files, declared once in TOML: columns, codes of tests, units.

    laboratory = "Central"
    delimiter = ";"              # default ","
    encoding = "utf-8"
    decimal = ","                # default "."
    dates = "%d.%m.%Y"           # default "%Y-%m-%d"
    [columns]                    # participant, sampled_on, test, value and unit are required
    participant = "Patient"
    birth_year = "Born"          # compared with the record where it is given
    sampled_on = "Date"
    test = "Test"
    value = "Result"
    unit = "Unit"
    lower_limit = "Low"
    upper_limit = "High"
    assay = "Method"
    [tests]                      # code of the laboratory = analyte or marker
    HB = "HGB"
    [units]                      # unit of the laboratory = unit of the form; no value is converted
    "g/dl" = "g/dL"
"""

import codecs
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trial.protocol import LABORATORY, MARKER_UNITS, MARKERS
from trial.refused import Refused

REQUIRED = ("participant", "sampled_on", "test", "value", "unit")
COLUMNS = (*REQUIRED, "birth_year", "lower_limit", "upper_limit", "assay")
ANALYTES, HORMONES = {each.code: each for each in LABORATORY}, dict(MARKERS)
UNITS = frozenset({unit for each in LABORATORY for unit in each.units} | {unit for unit, _ in MARKER_UNITS})


@dataclass(frozen=True)
class Layout:
    """columns: our name → that of the file. tests, units: code or unit of the laboratory → ours."""

    columns: Mapping[str, str]
    tests: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)
    laboratory: str = ""
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    dates: str = "%Y-%m-%d"


def read(path: Path) -> Layout:
    """The layout of a file. Raises Refused with everything that is wrong with it."""
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as refusal:
        raise Refused(f"The layout {path.name} cannot be read: {refusal}.") from None
    wrong = list(_wrong(found))
    if wrong:
        raise Refused(*wrong)
    return Layout(**found)


def _wrong(found: dict[str, Any]) -> list[str]:
    known = set(Layout.__dataclass_fields__)
    words = [f"The layout has no entry “{name}”." for name in sorted(found.keys() - known)]
    tables = {name: found.get(name, {}) for name in ("columns", "tests", "units")}
    for name, value in found.items():
        if name in tables and not (isinstance(value, dict) and all(isinstance(each, str) for each in value.values())):
            return [*words, f"The layout needs a table of texts in [{name}]."]
        if name in known - tables.keys() and not isinstance(value, str):
            return [*words, f"“{name}” must be a text."]
    words += [f"The layout does not name the column of “{name}”." for name in REQUIRED if name not in tables["columns"]]
    words += [f"The layout names a column of “{name}”, which no form asks for."
              for name in tables["columns"] if name not in COLUMNS]  # fmt: skip
    words += [f"“{code}” leads to “{ours}”, which is no analyte or marker." for code, ours in tables["tests"].items()
              if ours not in ANALYTES and ours not in HORMONES]  # fmt: skip
    words += [f"“{unit}” leads to “{ours}”, which is no unit of a form." for unit, ours in tables["units"].items()
              if ours not in UNITS]  # fmt: skip
    if len(found.get("delimiter", ",")) != 1:
        words.append("The delimiter must be one letter.")
    return words + _wrong_encoding(found.get("encoding", "utf-8"))


def _wrong_encoding(name: str) -> list[str]:
    try:
        codecs.lookup(name)
    except LookupError:
        return [f"The encoding “{name}” is not known."]
    return []
