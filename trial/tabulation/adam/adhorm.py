"""ADHORM: levels of circulating hormones, and the improvement in each that the stored results found. PURE."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from trial import protocol
from trial.tabulation.adam import shared
from trial.tabulation.adam.adlb import unit, with_unit
from trial.tabulation.declarations import Core, DataSet, Values
from trial.tabulation.sdtm.laboratory import LB, TUMOR_MARKER
from trial.tabulation.subject import Subject

NAMES = dict(protocol.MARKERS)
# Codes of markers that leave no room for the letter of the improvement.
SHORT = {"HIAA5U24": "HIAA24", "HIAA5U24C": "HIAA24C", "GLUCAGON": "GLUCAGN", "SOMATOST": "SOMATOS"}
WHOLE = Decimal(100)
RAISED = {None: "UNDETERMINED", False: "NOT RAISED"}


@shared.of_registered
def _rows(subject: Subject, outcome: dict[str, Any]) -> Iterable[Values]:
    of_marker = {each["marker"]: each for each in outcome["hormones"]}
    for row in LB.made(subject):
        if row["LBCAT"] == TUMOR_MARKER and row["LBSTRESC"] is not None:
            yield {**row, **_level(row, of_marker.get(row["same"]) or {})}
    for marker in outcome["hormones"]:
        yield _improvement(marker)


def code_of(marker: str) -> str:
    """The code of a marker; that of its levels has a digit for a further unit, of the improvement an I before it."""
    return SHORT.get(marker, marker)


def _level(row: Values, marker: dict[str, Any]) -> Values:
    entry = shared.entry_of(row)
    found: dict[str, Any] = next((sample for sample in marker.get("samples", ()) if sample["id"] == entry), {})
    percent = found.get("percent_of_baseline")
    is_baseline, baseline = found.get("is_baseline"), marker.get("baseline") or {}
    return {
        "PARAMCD": with_unit(code_of(row["same"]), row), "PARAM": f"{NAMES[row['same']]} ({unit(row)})",
        "BASEC": baseline.get("value") if baseline.get("unit") == row["LBSTRESU"] else None,
        "PCHG": None if percent is None or is_baseline else Decimal(percent) - WHOLE,
        "CRIT1": "Within the upper limit of its laboratory", "CRIT1FL": found.get("normal"),
        "ABLFL": is_baseline or None,
        "ADT": row["LBDTC"], "ANL01FL": found.get("used") or None, "AREASON": found.get("why_not"),
        "SRCDOM": "LB", "SRCVAR": "LBSTRESC", "SRCSEQ": row["seq"],
    }  # fmt: skip


def _standing(marker: dict[str, Any]) -> str:
    if marker["raised"]:
        return "Y" if marker["improved"] else "N"
    return "NO BASELINE VALUE" if marker["baseline"] is None else RAISED[marker["raised"]]


def _improvement(marker: dict[str, Any]) -> Values:
    """Of a marker not raised at baseline, or not known to be, that it is so: there was nothing to improve."""
    best = marker["best"] or {}
    change = best.get("change_percent")
    return {
        "PARAMCD": f"I{code_of(marker['marker'])}", "PARAM": f"Improvement: {NAMES[marker['marker']]}",
        "AVALC": _standing(marker),
        "PCHG": None if change is None else Decimal(change), "ADT": best.get("on"),
        "ANL01FL": marker["raised"] or None, "AREASON": marker["because"],
    }  # fmt: skip


ADHORM = DataSet("ADHORM", "Hormone Analysis Dataset", "BASIC DATA STRUCTURE",
                 "One record per level, and per marker, of a registered subject",
                 ("STUDYID", "USUBJID", "PARAMCD", "ADT", "SRCSEQ"), _rows, (
    *shared.OF_SUBJECT,
    shared.text("PARAM", "Parameter", "The marker, of levels with LB.LBSTRESU; of an improvement that it is one.",
                Core.REQUIRED),
    shared.text("PARAMCD", "Parameter Code", "The code of the marker, of levels with a digit for each further unit, "
                "since no unit is converted; of an improvement with an I before it.", Core.REQUIRED),
    shared.text("AVALC", "Analysis Value (C)", "LB.LBSTRESC; of an improvement the stored result: Y or N of a marker "
                "raised at baseline, NOT RAISED, UNDETERMINED, or NO BASELINE VALUE.", Core.REQUIRED),
    shared.taken(LB, "LBSTRESN", "AVAL", "Analysis Value"),
    shared.taken(LB, "LBSTRESU", "AVALU", "Analysis Value Unit"),
    shared.text("BASEC", "Baseline Value (C)", "The stored result: the last level on or before the first dose, "
                "of levels in its unit."),
    shared.number("PCHG", "Percent Change from Baseline", "The stored percent of the baseline minus 100, of levels by "
                  "the assay and in the unit of the baseline; of an improvement the stored change of the best level."),
    shared.taken(LB, "LBSTNRHI", "ANRHI", "Analysis Normal Range Upper Limit"),
    shared.text("CRIT1", "Analysis Criterion 1", "The words of the criterion, of levels."),
    shared.yes_no("CRIT1FL", "Criterion 1 Evaluation Result Flag", "The stored result; empty where it is not known."),
    shared.BASELINE,
    shared.day("ADT", "Analysis Date", "LB.LBDTC; of an improvement the day of the best level."),
    shared.STUDY_DAY,
    shared.yes_no("ANL01FL", "Analysis Flag 01", "Y of a level that the stored results compare with the baseline; of "
                  "an improvement where the marker was raised at baseline."),
    *shared.in_parts(shared.text("AREASON", "Reason of the Result",
                                 "The words of the stored result; why a level is not compared.")),
    *shared.SOURCE,
))  # fmt: skip
