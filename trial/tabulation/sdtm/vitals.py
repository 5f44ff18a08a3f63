"""VS, EG, CV: weight and blood pressure, and what a visit's laboratory list holds that is no laboratory test. PURE."""

from collections.abc import Iterable
from decimal import Decimal

from trial.tabulation import common, terms
from trial.tabulation.declarations import (
    DECIMAL,
    DERIVED,
    EXPECTED,
    PERMISSIBLE,
    RESULT,
    Codes,
    DataSet,
    Values,
    Variable,
)
from trial.tabulation.identity import Row
from trial.tabulation.sdtm.laboratory import ELSEWHERE, result
from trial.tabulation.subject import Subject
from trial.tabulation.visits import visits_of

PRESSURES, TEMPERATURES = 10_000, 20_000

# (code, name, column, unit) of each sign.
SIGNS = (("WEIGHT", "Weight", "weight_kg", "kg"),
         ("SYSBP", "Systolic Blood Pressure", "systolic_mmhg", "mmHg"),
         ("DIABP", "Diastolic Blood Pressure", "diastolic_mmhg", "mmHg"))  # fmt: skip
# Analyte of the list → code and name of its test.
OTHERS = {"TEMP": ("TEMP", "Temperature"), "QTC": ("QTC", "QTc Interval"),
          "LVEF": ("LVEF", "Left Ventricular Ejection Fraction")}  # fmt: skip


def _signs(subject: Subject) -> Iterable[Values]:
    made = []
    for table, column, offset in (("visit", "visited_on", 0), ("blood_pressure", "measured_on", PRESSURES)):
        for row in subject.rows(table):
            shared = {**visits_of(subject).of(table, row), "VSDTC": row[column]}
            made += [{**subject.key(table, row, offset, 10, test), **shared, **_sign(row, *sign)}
                     for test, sign in enumerate(SIGNS, start=1) if sign[2] in row]  # fmt: skip
    made += of_the_list(subject, "VS", TEMPERATURES)
    return common.flag_last(subject, made, "VS")


def _sign(row: Row, code: str, name: str, column: str, unit: str) -> Values:
    value = None if row[column] is None else Decimal(row[column])
    found = result("VS", {"value": value, "value_qualifier": "", "value_missing": row[f"{column}_missing"],
                          "unit": unit, "upper_limit": None})  # fmt: skip
    return {"VSTESTCD": code, "VSTEST": name, **found}


def of_the_list(subject: Subject, prefix: str, offset: int = 0) -> list[Values]:
    """What the laboratory lists of visits hold for this data set."""
    visits, made = subject.by_id("visit"), []
    for row in subject.rows("laboratory"):
        if ELSEWHERE.get(row["analyte"]) == prefix:
            visit, (code, name) = visits[row["visit_id"]], OTHERS[row["analyte"]]
            made.append({
                **subject.key("laboratory", row, offset), **visits_of(subject).of("visit", visit),
                f"{prefix}TESTCD": code, f"{prefix}TEST": name, **result(prefix, row),
                f"{prefix}DTC": visit["visited_on"],
            })  # fmt: skip
    return made


VS = DataSet("VS", "Vital Signs", "FINDINGS", "One record per vital sign measurement of a subject",
             ("STUDYID", "USUBJID", "VSTESTCD", "VSDTC", "VSSEQ"), _signs, (
    common.STUDYID,
    common.domain("VS"),
    common.USUBJID,
    common.sequence("VS"),
    common.sponsor_id("VS"),
    *common.test("VS", "Vital Signs Test Short Name", "Vital Signs Test Name", terms.SIGN_TEST,
                 terms.SIGN_TEST_NAME),
    Variable("VSORRES", "Result or Finding in Original Units", RESULT, EXPECTED, asked=(
        "visit.weight_kg", "visit.systolic_mmhg", "visit.diastolic_mmhg", "blood_pressure.systolic_mmhg",
        "blood_pressure.diastolic_mmhg")),
    common.unit("VSORRESU", "Original Units", EXPECTED, terms.SIGN_UNIT),
    Variable("VSSTRESC", "Character Result/Finding in Std Format", RESULT, EXPECTED, DERIVED, method="As VSORRES."),
    Variable("VSSTRESN", "Numeric Result/Finding in Standard Units", RESULT, EXPECTED, DERIVED, DECIMAL,
             method="The number of VSORRES."),
    common.unit("VSSTRESU", "Standard Units", EXPECTED, terms.SIGN_UNIT),
    *common.not_done("VS", "visit.weight_kg_missing", "visit.systolic_mmhg_missing", "visit.diastolic_mmhg_missing",
                     "blood_pressure.systolic_mmhg_missing", "blood_pressure.diastolic_mmhg_missing",
                     label="Reason Not Performed"),
    common.last_before_exposure("VS"),
    common.VISITNUM,
    common.VISIT,
    common.epoch("VSDTC"),
    common.dated("VSDTC", "Date/Time of Measurements"),
    common.study_day("VSDY", "Study Day of Vital Signs", "VSDTC"),
), qualifiers=(common.NO_RESULT,))  # fmt: skip


def _measured(name: str, label: str, codes: tuple[Codes, Codes], labels: tuple[str, str], day: str) -> DataSet:
    """A data set of findings that has what a laboratory list holds of it."""

    def rows(subject: Subject) -> Iterable[Values]:
        return common.flag_last(subject, of_the_list(subject, name), name)

    return DataSet(name, label, "FINDINGS", "One record per measurement of a subject",
                   ("STUDYID", "USUBJID", f"{name}TESTCD", f"{name}DTC", f"{name}SEQ"), rows, (
        common.STUDYID,
        common.domain(name),
        common.USUBJID,
        common.sequence(name),
        common.sponsor_id(name),
        *common.test(name, *labels, *codes),
        Variable(f"{name}ORRES", "Result or Finding in Original Units", RESULT, EXPECTED),
        common.unit(f"{name}ORRESU", "Original Units", PERMISSIBLE),
        Variable(f"{name}STRESC", "Character Result/Finding in Std Format", RESULT, EXPECTED, DERIVED,
                 method=f"As {name}ORRES."),
        Variable(f"{name}STRESN", "Numeric Result/Finding in Standard Units", RESULT, EXPECTED, DERIVED, DECIMAL,
                 method=f"The number of {name}ORRES."),
        common.unit(f"{name}STRESU", "Standard Units", PERMISSIBLE),
        *common.not_done(name),
        common.last_before_exposure(name),
        common.VISITNUM,
        common.VISIT,
        common.epoch(f"{name}DTC"),
        common.dated(f"{name}DTC", day),
        common.study_day(f"{name}DY", "Study Day of Visit/Collection/Exam", f"{name}DTC"),
    ), qualifiers=(common.NO_RESULT,))  # fmt: skip


EG = _measured("EG", "ECG Test Results", (terms.ECG_TEST, terms.ECG_TEST_NAME),
               ("ECG Test or Examination Short Name", "ECG Test or Examination Name"), "Date/Time of ECG")
CV = _measured("CV", "Cardiovascular System Findings", (terms.HEART_TEST, terms.HEART_TEST_NAME),
               ("Short Name of Cardiovascular Test", "Name of Cardiovascular Test"), "Date/Time of Test")
