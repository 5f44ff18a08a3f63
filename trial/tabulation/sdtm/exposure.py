"""EX, EC, DA: the doses taken, the periods as they were recorded, held ones too, and the tablets. PURE."""

from collections.abc import Iterable

from trial.tabulation import common, terms
from trial.tabulation.dates import later
from trial.tabulation.declarations import INTEGER, Core, DataSet, Origin, Qualifier, Role, Values, Variable
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


def _dosing(name: str, is_asked: bool, *occurred: Variable) -> tuple[Variable, ...]:
    """What EX and EC say of a period; is_asked: whether annotations name the data set. occurred: of EC alone."""

    def asked(*fields: str) -> tuple[str, ...]:
        return fields if is_asked else ()

    return (
        Variable(f"{name}TRT", "Name of Treatment", Role.TOPIC, Core.REQUIRED, Origin.ASSIGNED),
        *occurred,
        Variable(f"{name}DOSE", "Dose", core=Core.EXPECTED, kind=INTEGER, asked=asked("dosing_period.dose_mg")),
        common.unit(f"{name}DOSU", "Dose Units"),
        Variable(f"{name}DOSFRM", "Dose Form", Role.VARIABLE, Core.EXPECTED, Origin.ASSIGNED, codes=terms.DOSE_FORM),
        Variable(f"{name}DOSFRQ", "Dosing Frequency per Interval", Role.VARIABLE, codes=terms.FREQUENCY,
                 asked=asked("dosing_period.frequency")),
        Variable(f"{name}ROUTE", "Route of Administration", Role.VARIABLE, Core.PERMISSIBLE, Origin.ASSIGNED,
                 codes=terms.ROUTE),
        Variable(f"{name}LOT", "Lot Number", asked=asked("cycle.lot")),
        Variable(f"{name}ADJ", "Reason for Dose Adjustment", asked=asked("dosing_period.reason")),
        *common.interval(name, "Treatment", asked("cycle.started_on", "dosing_period.from_day"),
                         asked("dosing_period.to_day")),
    )  # fmt: skip


EX = DataSet("EX", "Exposure", "INTERVENTIONS", "One record per dosing period of a subject in which doses were taken",
             ("STUDYID", "USUBJID", "EXSTDTC", "EXSEQ"), _taken, (
    *common.identified("EX"),
    *_dosing("EX", is_asked=True),
))  # fmt: skip

EC = DataSet("EC", "Exposure as Collected", "INTERVENTIONS", "One record per dosing period of a subject",
             ("STUDYID", "USUBJID", "ECSTDTC", "ECSEQ"), _recorded, (
    *common.identified("EC"),
    *_dosing("EC", False,
             Variable("ECMOOD", "Mood", core=Core.PERMISSIBLE, origin=Origin.ASSIGNED, codes=terms.MOOD),
             Variable("ECPRESP", "Pre-Specified", Role.VARIABLE, Core.PERMISSIBLE, Origin.ASSIGNED, codes=terms.YES_NO),
             Variable("ECOCCUR", "Occurrence", core=Core.PERMISSIBLE, origin=Origin.DERIVED, codes=terms.YES_NO,
                      method="N where the dose was held."),
             Variable("ECREASOC", "Reason for Occur Value")),
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
    *common.identified("DA"),
    *common.test("DA", "Short Name of Accountability Assessment", "Name of Accountability Assessment",
                 terms.DISPENSED_TEST, terms.DISPENSED_TEST_NAME),
    Variable("DAORRES", "Result or Finding in Original Units", Role.RESULT, Core.EXPECTED,
             asked=("cycle.tablets_dispensed", "cycle.tablets_returned")),
    common.unit("DAORRESU", "Original Units", Core.PERMISSIBLE),
    Variable("DASTRESC", "Result or Finding in Standard Format", Role.RESULT, Core.EXPECTED, Origin.DERIVED,
             method="As DAORRES."),
    Variable("DASTRESN", "Numeric Result/Finding in Standard Units", Role.RESULT, Core.PERMISSIBLE, Origin.DERIVED,
             INTEGER,
             method="The number of DAORRES."),
    common.unit("DASTRESU", "Standard Units", Core.PERMISSIBLE),
    *common.at_visit("DA", "Date/Time of Collection", "Study Day of Visit/Collection/Exam"),
))  # fmt: skip
