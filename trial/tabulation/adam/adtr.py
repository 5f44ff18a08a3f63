"""ADTR: sizes of lesions and their sums, with what the stored results say of the sums. PURE."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from trial.tabulation.adam import shared
from trial.tabulation.declarations import DataSet, Values
from trial.tabulation.sdtm.tumors import TR, baseline_of
from trial.tabulation.subject import Subject

SUM, BEST = "SDIAM", "BESTPCHG"


@shared.of_registered
def _rows(subject: Subject, outcome: dict[str, Any]) -> Iterable[Values]:
    of_sums, baseline = _sums(subject, outcome), baseline_of(subject)
    sizes = [row for row in TR.made(subject) if row["TRTESTCD"] in ("LDIAM", "SUMLDIAM")]
    base = {_code(row): row["TRSTRESN"] for row in sizes if _is_of(row, baseline) and row.get("TRSTRESN") is not None}
    for row in sizes:
        code, size = _code(row), row.get("TRSTRESN")
        first = base.get(code)
        is_baseline = _is_of(row, baseline) and size is not None
        name = "Sum of Longest Diameters (mm)" if code == SUM else f"Longest Diameter of {row['TRLNKID']} (mm)"
        yield {
            "PARAMCD": code, "PARAM": name, "AVAL": size, "BASE": first,
            "CHG": None if is_baseline or size is None or first is None else size - first,
            **(of_sums.get(row["TRLNKGRP"], {}) if code == SUM else {}), "ABLFL": is_baseline or None,
            "ANL01FL": size is not None or None, "ADT": row["TRDTC"], **shared.visit(row),
            "SRCDOM": "TR", "SRCVAR": "TRSTRESN", "SRCSEQ": row["seq"],
        }  # fmt: skip
    best = outcome["best_change_percent"]
    if best is not None:
        yield {"PARAMCD": BEST, "PARAM": "Best Change of the Sum from Baseline (%)", "AVAL": Decimal(best),
               "ANL01FL": outcome["evaluable"] or None}  # fmt: skip


def _code(row: Values) -> str:
    """`SDIAM`, or `LT1` of the lesion T1."""
    return SUM if row["TRTESTCD"] == "SUMLDIAM" else f"L{row['TRLNKID']}"


def _is_of(row: Values, assessment: Any) -> bool:
    """Whether the row is of this assessment: its group is that of the visit."""
    return assessment is not None and row["assessment_id"] == assessment["id"]


def _sums(subject: Subject, outcome: dict[str, Any]) -> dict[str, Values]:
    """Group of readings → smallest sum so far, and the changes in percent that TR has of the sum."""
    nadirs = {found["id"]: found["nadir_mm"] for found in outcome["assessments"]}
    found: dict[str, Values] = {}
    for row in TR.made(subject):
        if row["TRTESTCD"] == "SUMLDIAM" and row["assessment_id"] in nadirs:
            found.setdefault(row["TRLNKGRP"], {})["NADIR"] = Decimal(nadirs[row["assessment_id"]])
        elif row["TRTESTCD"] in ("PCBSLD", "PCNSLD"):
            name = "PCHG" if row["TRTESTCD"] == "PCBSLD" else "PCHGNAD"
            found.setdefault(row["TRLNKGRP"], {})[name] = row["TRSTRESN"]
    return found


ADTR = DataSet("ADTR", "Tumor Results Analysis Dataset", "BASIC DATA STRUCTURE",
               "One record per lesion or sum and visit of a registered subject",
               ("STUDYID", "USUBJID", "PARAMCD", "AVISITN", "ADT", "SRCSEQ"), _rows, (
    *shared.OF_SUBJECT,
    *shared.PARAMETER,
    shared.number("AVAL", "Analysis Value", "TR.TRSTRESN; of BESTPCHG the stored result: the lowest change of the sum "
                  "up to progression, before new therapy, within the time frame of responses."),
    shared.number("BASE", "Baseline Value", "AVAL of the baseline assessment."),
    shared.number("CHG", "Change from Baseline", "AVAL minus BASE, after the baseline."),
    shared.number("PCHG", "Percent Change from Baseline", "TR.TRSTRESN of PCBSLD: the stored result, of sums."),
    shared.number("NADIR", "Smallest Complete Sum so Far", "The stored result: before this assessment, with the "
                  "baseline."),
    shared.number("PCHGNAD", "Percent Change from Nadir", "TR.TRSTRESN of PCNSLD."),
    shared.BASELINE,
    shared.day("ADT", "Analysis Date", "TR.TRDTC."),
    shared.STUDY_DAY,
    *shared.VISIT,
    shared.yes_no("ANL01FL", "Analysis Flag 01", "Y where there is a value; of a sum only where it is complete; of "
                  "BESTPCHG in those evaluable, whom the waterfall shows."),
    *shared.SOURCE,
))  # fmt: skip
