"""ADLB: laboratory results with their baseline and grade. PURE."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from trial.protocol.ctcae_v3.limits import limits_of
from trial.tabulation import terms
from trial.tabulation.adam import shared
from trial.tabulation.declarations import Core, DataSet, Origin, Values, Variable
from trial.tabulation.sdtm.laboratory import LB, TUMOR_MARKER, with_several_units
from trial.tabulation.subject import Subject


@shared.of_registered
def _rows(subject: Subject, outcome: dict[str, Any]) -> Iterable[Values]:
    made = [row for row in LB.made(subject) if row["LBCAT"] != TUMOR_MARKER and row["LBSTRESC"] is not None]
    base = {with_unit(row["LBTESTCD"], row): row for row in made if row.get("LBLOBXFL")}
    for row in made:
        code = with_unit(row["LBTESTCD"], row)
        first, size = base.get(code), row["LBSTRESN"]
        before = first["LBSTRESN"] if first else None
        is_after = first is not None and row["LBDTC"] > first["LBDTC"]
        yield {
            **row, "PARAMCD": code, "PARAM": f"{row['LBTEST']} ({unit(row)})", "BASE": before,
            "CHG": size - before if is_after and size is not None and before is not None else None,
            **_graded(row, outcome["laboratory"]), "ABLFL": row.get("LBLOBXFL"), "ADT": row["LBDTC"],
            **shared.visit(row), "SRCDOM": "LB", "SRCVAR": "LBSTRESC", "SRCSEQ": row["seq"],
        }  # fmt: skip


def _graded(row: Values, shifts: Mapping[str, Sequence[int | None]]) -> Values:
    """Term, grade and stored grade at baseline on each side of normal that CTCAE 3.0 grades, each by itself."""
    found: Values = {}
    for term, side in terms_of(row["same"]).items():
        letter, graded = side[0].upper(), row["of_term"](term)
        found |= {
            f"ATOXDSC{letter}": term,
            f"ATOXGR{letter}": graded and graded.grade,
            f"BTOXGR{letter}": (shifts.get(f"{row['same']}:{term}") or (None,))[0],
        }
    return found


def terms_of(analyte: str) -> dict[str, str]:
    """Term of CTCAE 3.0 → its side of normal, `low` or `high`."""
    return {limit.term: limit.side for limit in limits_of(analyte)}


def _of_side(side: str) -> tuple[Variable, ...]:
    letter = side[0].upper()
    return (
        Variable(f"ATOXDSC{letter}", f"Analysis Toxicity Description {side}", "Value", Core.EXPECTED, Origin.DERIVED,
                 method=f"The term of CTCAE 3.0 for values that are too {side.lower()}, where there is one."),
        Variable(f"ATOXGR{letter}", f"Analysis Toxicity Grade {side}", "Value", Core.EXPECTED, Origin.DERIVED,
                 codes=terms.GRADE_OF_VALUE, method=f"By the numeric limits of CTCAE 3.0 of ATOXDSC{letter} alone; "
                 "0 where the value reaches none of them."),
        Variable(f"BTOXGR{letter}", f"Baseline Toxicity Grade {side}", "Value", Core.EXPECTED, Origin.DERIVED,
                 codes=terms.GRADE_OF_VALUE, method=f"The stored result of the laboratory shift: ATOXGR{letter} on the "
                 "last day with a value on or before the first dose, in whatever unit; of several on that day the "
                 "worst. Empty without a dose."),
    )  # fmt: skip


def unit(row: Values) -> str:
    """The unit of the standard result, as it is submitted."""
    return str(LB.variables[LB.place("LBSTRESU")].value(None, row))


@lru_cache(maxsize=1)
def _units() -> dict[tuple[str, str], int]:
    """(test, unit) → place of the unit among those of the test, of tests that may have several."""
    return {(code, unit): place for code, units in with_several_units().items()
            for place, unit in enumerate(units, start=1)}  # fmt: skip


def with_unit(code: str, row: Values) -> str:
    """The code of a parameter; with a digit for each further unit of its test, since no unit is converted."""
    place = _units().get((row["LBTESTCD"], unit(row)), 1)
    return f"{code}{place if place > 1 else ''}"


ADLB = DataSet("ADLB", "Laboratory Analysis Dataset", "BASIC DATA STRUCTURE",
               "One record per laboratory result of a registered subject",
               ("STUDYID", "USUBJID", "PARAMCD", "ADT", "SRCSEQ"), _rows, (
    *shared.OF_SUBJECT,
    shared.text("PARAM", "Parameter", "LB.LBTEST with LB.LBSTRESU.", Core.REQUIRED),
    shared.text("PARAMCD", "Parameter Code", "LB.LBTESTCD; with a digit for each further unit of a test, since no unit "
                "is converted.", Core.REQUIRED),
    shared.taken(LB, "LBCAT", "PARCAT1", "Parameter Category 1"),
    shared.taken(LB, "LBSTRESC", "AVALC", "Analysis Value (C)"),
    shared.taken(LB, "LBSTRESN", "AVAL", "Analysis Value"),
    shared.number("BASE", "Baseline Value", "AVAL of the row with ABLFL of the same parameter."),
    shared.number("CHG", "Change from Baseline", "AVAL minus BASE, after the day of the baseline."),
    shared.taken(LB, "LBSTNRLO", "ANRLO", "Analysis Normal Range Lower Limit"),
    shared.taken(LB, "LBSTNRHI", "ANRHI", "Analysis Normal Range Upper Limit"),
    shared.taken(LB, "LBNRIND", "ANRIND", "Analysis Reference Range Indicator"),
    shared.taken(LB, "LBTOX", "ATOX", "Analysis Toxicity"),
    shared.taken(LB, "LBTOXGR", "ATOXGR", "Analysis Toxicity Grade"),
    *_of_side("Low"),
    *_of_side("High"),
    shared.BASELINE,
    shared.day("ADT", "Analysis Date", "LB.LBDTC."),
    shared.STUDY_DAY,
    *shared.VISIT,
    *shared.SOURCE,
))  # fmt: skip
