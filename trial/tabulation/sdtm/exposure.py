"""EX, EC, DA: the doses taken, the periods as they were recorded, held ones too, and the tablets. PURE."""

from collections.abc import Iterable

from trial.tabulation import common, terms
from trial.tabulation.dates import later
from trial.tabulation.declarations import (
    ASSIGNED,
    DERIVED,
    EXPECTED,
    INTEGER,
    PERMISSIBLE,
    REQUIRED,
    RESULT,
    TOPIC,
    VARIABLE_QUALIFIER,
    DataSet,
    Qualifier,
    Values,
    Variable,
)
from trial.tabulation.identity import Row
from trial.tabulation.subject import Subject
from trial.tabulation.visits import CYCLE, visits_of

TREATMENT = "SORAFENIB"


def _period(subject: Subject, row: Row, cycle: Row, prefix: str) -> Values:
    """One period of a cycle, by the names of a data set."""
    held = row["dose_mg"] == 0
    found = {
        "TRT": TREATMENT, "DOSE": None if held else row["dose_mg"], "DOSU": None if held else "mg",
        "DOSFRM": None if held else "TABLET", "DOSFRQ": row["frequency"], "ROUTE": None if held else "ORAL",
        "LOT": cycle["lot"], "ADJ": row["reason"], "STDTC": later(cycle["started_on"], row["from_day"] - 1),
        "ENDTC": later(cycle["started_on"], row["to_day"] - 1),
    }  # fmt: skip
    return {**subject.key("dosing_period", row), **{f"{prefix}{name}": value for name, value in found.items()}}


def _recorded(subject: Subject) -> Iterable[Values]:
    """Every period; what is said of its cycle stands at the first of them."""
    cycles, first = subject.by_id("cycle"), dict[int, int]()
    rows = sorted(subject.rows("dosing_period"), key=lambda row: (row["from_day"], row["id"]))
    for row in rows:
        cycle, held = cycles[row["cycle_id"]], row["dose_mg"] == 0
        is_first = first.setdefault(cycle["id"], row["id"]) == row["id"]
        yield {
            **_period(subject, row, cycle, "EC"), "ECMOOD": "PERFORMED", "ECPRESP": True, "ECOCCUR": not held,
            "ECREASOC": row["reason"] if held else None, "ECADJ": None if held else row["reason"],
            "CYCLE": cycle["number"], "DELAYRSN": cycle["delay_reason"] if is_first else None,
        }  # fmt: skip


def _taken(subject: Subject) -> Iterable[Values]:
    cycles = subject.by_id("cycle")
    for row in subject.rows("dosing_period"):
        if row["dose_mg"] > 0:
            yield _period(subject, row, cycles[row["cycle_id"]], "EX")


EX = DataSet("EX", "Exposure", "INTERVENTIONS", "One record per dosing period of a subject in which doses were taken",
             ("STUDYID", "USUBJID", "EXSTDTC", "EXSEQ"), _taken, (
    common.STUDYID,
    common.domain("EX"),
    common.USUBJID,
    common.sequence("EX"),
    common.sponsor_id("EX"),
    Variable("EXTRT", "Name of Treatment", TOPIC, REQUIRED, ASSIGNED),
    Variable("EXDOSE", "Dose", core=EXPECTED, kind=INTEGER, asked=("dosing_period.dose_mg",)),
    common.unit("EXDOSU", "Dose Units"),
    Variable("EXDOSFRM", "Dose Form", VARIABLE_QUALIFIER, EXPECTED, ASSIGNED, codes=terms.DOSE_FORM),
    Variable("EXDOSFRQ", "Dosing Frequency per Interval", VARIABLE_QUALIFIER, codes=terms.FREQUENCY,
             asked=("dosing_period.frequency",)),
    Variable("EXROUTE", "Route of Administration", VARIABLE_QUALIFIER, PERMISSIBLE, ASSIGNED, codes=terms.ROUTE),
    Variable("EXLOT", "Lot Number", asked=("cycle.lot",)),
    Variable("EXADJ", "Reason for Dose Adjustment", asked=("dosing_period.reason",)),
    common.epoch("EXSTDTC"),
    common.dated("EXSTDTC", "Start Date/Time of Treatment", "cycle.started_on", "dosing_period.from_day"),
    common.dated("EXENDTC", "End Date/Time of Treatment", "dosing_period.to_day"),
    common.study_day("EXSTDY", "Study Day of Start of Treatment", "EXSTDTC"),
    common.study_day("EXENDY", "Study Day of End of Treatment", "EXENDTC"),
))  # fmt: skip

EC = DataSet("EC", "Exposure as Collected", "INTERVENTIONS", "One record per dosing period of a subject",
             ("STUDYID", "USUBJID", "ECSTDTC", "ECSEQ"), _recorded, (
    common.STUDYID,
    common.domain("EC"),
    common.USUBJID,
    common.sequence("EC"),
    common.sponsor_id("EC"),
    Variable("ECTRT", "Name of Treatment", TOPIC, REQUIRED, ASSIGNED),
    Variable("ECMOOD", "Mood", core=PERMISSIBLE, origin=ASSIGNED, codes=terms.MOOD),
    Variable("ECPRESP", "Pre-Specified", VARIABLE_QUALIFIER, PERMISSIBLE, ASSIGNED, codes=terms.YES_NO),
    Variable("ECOCCUR", "Occurrence", core=PERMISSIBLE, origin=DERIVED, codes=terms.YES_NO,
             method="N where the dose was held."),
    Variable("ECREASOC", "Reason for Occur Value"),
    Variable("ECDOSE", "Dose", core=EXPECTED, kind=INTEGER),
    common.unit("ECDOSU", "Dose Units"),
    Variable("ECDOSFRM", "Dose Form", VARIABLE_QUALIFIER, EXPECTED, ASSIGNED, codes=terms.DOSE_FORM),
    Variable("ECDOSFRQ", "Dosing Frequency per Interval", VARIABLE_QUALIFIER, codes=terms.FREQUENCY),
    Variable("ECROUTE", "Route of Administration", VARIABLE_QUALIFIER, PERMISSIBLE, ASSIGNED, codes=terms.ROUTE),
    Variable("ECLOT", "Lot Number"),
    Variable("ECADJ", "Reason for Dose Adjustment"),
    common.epoch("ECSTDTC"),
    common.dated("ECSTDTC", "Start Date/Time of Treatment"),
    common.dated("ECENDTC", "End Date/Time of Treatment"),
    common.study_day("ECSTDY", "Study Day of Start of Treatment", "ECSTDTC"),
    common.study_day("ECENDY", "Study Day of End of Treatment", "ECENDTC"),
), qualifiers=(
    Qualifier("CYCLE", "Cycle", asked=("cycle.number",)),
    Qualifier("DELAYRSN", "Reason for the Delay of the Cycle", asked=("cycle.delay_reason",)),
))  # fmt: skip

# (code, name, column) of what is said of the tablets of a cycle.
TABLETS = (("DISPAMT", "Dispensed Amount", "tablets_dispensed"), ("RETAMT", "Returned Amount", "tablets_returned"))


def _tablets(subject: Subject) -> Iterable[Values]:
    """Dispensed at the start of the cycle, returned at the start of the next one."""
    cycles = {row["number"]: row for row in subject.rows("cycle")}
    for number, row in cycles.items():
        for test, (code, name, column) in enumerate(TABLETS, start=1):
            if row[column] is not None:
                at = cycles.get(number + 1) if code == "RETAMT" else row
                yield {
                    **subject.key("cycle", row, 0, 10, test), "DATESTCD": code, "DATEST": name,
                    "DAORRES": str(row[column]), "DAORRESU": "TABLET", "DASTRESC": str(row[column]),
                    "DASTRESN": row[column], "DASTRESU": "TABLET", "DADTC": at["started_on"] if at else None,
                    **(visits_of(subject).numbered(CYCLE + at["number"]) if at else {}),
                }  # fmt: skip


DA = DataSet("DA", "Product Accountability", "FINDINGS", "One record per count of tablets of a subject",
             ("STUDYID", "USUBJID", "DATESTCD", "DADTC", "DASEQ"), _tablets, (
    common.STUDYID,
    common.domain("DA"),
    common.USUBJID,
    common.sequence("DA"),
    common.sponsor_id("DA"),
    *common.test("DA", "Short Name of Accountability Assessment", "Name of Accountability Assessment",
                 terms.DISPENSED_TEST, terms.DISPENSED_TEST_NAME),
    Variable("DAORRES", "Result or Finding in Original Units", RESULT, EXPECTED,
             asked=("cycle.tablets_dispensed", "cycle.tablets_returned")),
    common.unit("DAORRESU", "Original Units", PERMISSIBLE),
    Variable("DASTRESC", "Result or Finding in Standard Format", RESULT, EXPECTED, DERIVED, method="As DAORRES."),
    Variable("DASTRESN", "Numeric Result/Finding in Standard Units", RESULT, PERMISSIBLE, DERIVED, INTEGER,
             method="The number of DAORRES."),
    common.unit("DASTRESU", "Standard Units", PERMISSIBLE),
    common.VISITNUM,
    common.VISIT,
    common.epoch("DADTC"),
    common.dated("DADTC", "Date/Time of Collection"),
    common.study_day("DADY", "Study Day of Visit/Collection/Exam", "DADTC"),
))  # fmt: skip
