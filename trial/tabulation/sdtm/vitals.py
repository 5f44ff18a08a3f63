"""VS, EG, CV: weight and blood pressure, and what a visit's laboratory list holds that is no laboratory test. PURE."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from trial.tabulation import common, terms
from trial.tabulation.declarations import DECIMAL, Core, DataSet, Origin, Role, Values, Variable
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


Rows = Callable[[Subject], Iterable[Values]]


def _measured(name: str, label: str, rows: Rows, test: tuple[Variable, ...], days: tuple[str, str],
              not_done: tuple[Variable, ...], asked: tuple[str, ...] = ()) -> DataSet:  # fmt: skip
    """A data set of measurements, one record each. days: labels of its day and of the study day.

    asked: the fields of its values, where forms ask for them by themselves: of vital signs.
    """
    what = "vital sign measurement" if asked else "measurement"
    unit = (Core.EXPECTED, terms.SIGN_UNIT) if asked else (Core.PERMISSIBLE, terms.UNIT)
    return DataSet(name, label, "FINDINGS", f"One record per {what} of a subject",
                   ("STUDYID", "USUBJID", f"{name}TESTCD", f"{name}DTC", f"{name}SEQ"), rows, (
        *common.identified(name),
        *test,
        Variable(f"{name}ORRES", "Result or Finding in Original Units", Role.RESULT, Core.EXPECTED, asked=asked),
        common.unit(f"{name}ORRESU", "Original Units", *unit),
        Variable(f"{name}STRESC", "Character Result/Finding in Std Format", Role.RESULT, Core.EXPECTED, Origin.DERIVED,
                 method=f"As {name}ORRES."),
        Variable(f"{name}STRESN", "Numeric Result/Finding in Standard Units", Role.RESULT, Core.EXPECTED,
                 Origin.DERIVED,
                 DECIMAL,
                 method=f"The number of {name}ORRES."),
        common.unit(f"{name}STRESU", "Standard Units", *unit),
        *not_done,
        common.last_before_exposure(name),
        *common.at_visit(name, *days),
    ), qualifiers=(common.NO_RESULT,))  # fmt: skip


def _listed(name: str, label: str, test: tuple[Variable, ...], day: str) -> DataSet:
    """A data set that has nothing but what the laboratory lists hold of it."""
    return _measured(name, label, lambda subject: common.flag_last(subject, of_the_list(subject, name), name), test,
                     (day, "Study Day of Visit/Collection/Exam"), common.not_done(name))  # fmt: skip


VS = _measured(
    "VS", "Vital Signs", _signs,
    common.test("VS", "Vital Signs Test Short Name", "Vital Signs Test Name", terms.SIGN_TEST, terms.SIGN_TEST_NAME),
    ("Date/Time of Measurements", "Study Day of Vital Signs"),
    common.not_done("VS", "visit.weight_kg_missing", "visit.systolic_mmhg_missing", "visit.diastolic_mmhg_missing",
                    "blood_pressure.systolic_mmhg_missing", "blood_pressure.diastolic_mmhg_missing",
                    label="Reason Not Performed"),
    ("visit.weight_kg", "visit.systolic_mmhg", "visit.diastolic_mmhg", "blood_pressure.systolic_mmhg",
     "blood_pressure.diastolic_mmhg"),
)  # fmt: skip
EG = _listed("EG", "ECG Test Results", common.test("EG", "ECG Test or Examination Short Name",
             "ECG Test or Examination Name", terms.ECG_TEST, terms.ECG_TEST_NAME), "Date/Time of ECG")  # fmt: skip
CV = _listed("CV", "Cardiovascular System Findings", common.test("CV", "Short Name of Cardiovascular Test",
             "Name of Cardiovascular Test", terms.HEART_TEST, terms.HEART_TEST_NAME), "Date/Time of Test")  # fmt: skip
