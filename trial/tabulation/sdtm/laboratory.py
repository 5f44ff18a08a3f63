"""LB: laboratory results of visits, and hormone levels of samples. PURE."""

from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from trial.protocol import LABORATORY, MARKER_UNITS
from trial.rules.safety.graded_line import grade_line
from trial.rules.safety.laboratory import in_unit_of
from trial.rules.typed_text import plain
from trial.tabulation import common, terms
from trial.tabulation.declarations import DECIMAL, Codes, Core, DataSet, Origin, Qualifier, Role, Values, Variable
from trial.tabulation.identity import Row
from trial.tabulation.subject import Subject
from trial.tabulation.visits import visits_of

HEMATOLOGY, CHEMISTRY, COAGULATION, URINALYSIS = "HEMATOLOGY", "CHEMISTRY", "COAGULATION", "URINALYSIS"
TUMOR_MARKER = "TUMOR MARKER"
HORMONES = 10_000


class Test(NamedTuple):
    """A laboratory test: code and name of the terminology, category, specimen and LOINC code where they are certain."""

    code: str
    name: str
    category: str
    specimen: str = ""
    loinc: str = ""


TESTS = {
    "HGB": Test("HGB", "Hemoglobin", HEMATOLOGY), "WBC": Test("WBC", "Leukocytes", HEMATOLOGY),
    "LYM": Test("LYM", "Lymphocytes", HEMATOLOGY), "NEUT": Test("NEUT", "Neutrophils", HEMATOLOGY),
    "PLAT": Test("PLAT", "Platelets", HEMATOLOGY), "CD4": Test("CD4", "CD4 Cells", HEMATOLOGY),
    "HAPTOG": Test("HAPTOG", "Haptoglobin", CHEMISTRY),
    "INR": Test("INR", "Prothrombin Intl. Normalized Ratio", COAGULATION),
    "APTT": Test("APTT", "Activated Partial Thromboplastin Time", COAGULATION),
    "FIBRINO": Test("FIBRINO", "Fibrinogen", COAGULATION), "ALT": Test("ALT", "Alanine Aminotransferase", CHEMISTRY),
    "AST": Test("AST", "Aspartate Aminotransferase", CHEMISTRY), "ALP": Test("ALP", "Alkaline Phosphatase", CHEMISTRY),
    "GGT": Test("GGT", "Gamma Glutamyl Transferase", CHEMISTRY), "BILI": Test("BILI", "Bilirubin", CHEMISTRY),
    "CREAT": Test("CREAT", "Creatinine", CHEMISTRY), "AMYLASE": Test("AMYLASE", "Amylase", CHEMISTRY),
    "LIPASE": Test("LIPASET", "Triacylglycerol Lipase", CHEMISTRY), "CK": Test("CK", "Creatine Kinase", CHEMISTRY),
    "TRIG": Test("TRIG", "Triglycerides", CHEMISTRY), "ALB": Test("ALB", "Albumin", CHEMISTRY),
    "BICARB": Test("BICARB", "Bicarbonate", CHEMISTRY), "CA": Test("CA", "Calcium", CHEMISTRY),
    "CAION": Test("CAION", "Calcium, Ionized", CHEMISTRY), "CHOL": Test("CHOL", "Cholesterol", CHEMISTRY),
    "GLUC": Test("GLUC", "Glucose", CHEMISTRY), "MG": Test("MG", "Magnesium", CHEMISTRY),
    "PHOS": Test("PHOS", "Phosphate", CHEMISTRY), "K": Test("K", "Potassium", CHEMISTRY),
    "SODIUM": Test("SODIUM", "Sodium", CHEMISTRY), "URATE": Test("URATE", "Urate", CHEMISTRY),
    "GFR": Test("GFR", "Glomerular Filtration Rate", CHEMISTRY), "TROPONIT": Test("TROPONT", "Troponin T", CHEMISTRY),
    "PROT24": Test("PROT", "Protein", URINALYSIS, "URINE"), "PROTDIP": Test("PROT", "Protein", URINALYSIS, "URINE"),
}  # fmt: skip
MARKERS = {
    "CGA": Test("CGA", "Chromogranin A", TUMOR_MARKER, "", "9811-1"),
    "HIAA5U24": Test("IA5OHEXR", "5-HydroxyindoleaceticAcid Excretion Rate", TUMOR_MARKER, "URINE", "1695-6"),
    "HIAA5U24C": Test("IAA5OH", "5-Hydroxyindoleacetic Acid", TUMOR_MARKER, "URINE", "31203-3"),
    "SEROTB": Test("SRTONIN", "Serotonin", TUMOR_MARKER, "BLOOD", "2939-7"),
    "SEROTS": Test("SRTONIN", "Serotonin", TUMOR_MARKER, "SERUM", "27057-9"),
    "SEROTP": Test("SRTONIN", "Serotonin", TUMOR_MARKER, "PLASMA", "2940-5"),
    "GASTRIN": Test("GASTRIN", "Gastrin", TUMOR_MARKER, "", "2333-3"),
    "GLUCAGON": Test("GLUCAGON", "Glucagon", TUMOR_MARKER, "PLASMA", "2338-2"),
    "INSULIN": Test("INSULIN", "Insulin", TUMOR_MARKER, "", "20448-7"),
    "CPEPT": Test("CPEPTIDE", "C-peptide", TUMOR_MARKER, "", "1986-9"),
    "PP": Test("PNCTPP", "Pancreatic Polypeptide", TUMOR_MARKER),
    "SOMATOST": Test("GRWHIH", "Growth Hormone Inhibiting Hormone", TUMOR_MARKER, "PLASMA", "2961-1"),
    "VIP": Test("VIP", "Vasoactive Intestinal Polypeptide", TUMOR_MARKER, "", "3125-2"),
}  # fmt: skip
# Analytes that are no laboratory tests of the standard → the data set that has them.
ELSEWHERE = {"TEMP": "VS", "QTC": "EG", "LVEF": "CV"}
_ALL = {**TESTS, **MARKERS}
TEST = Codes("Laboratory Test Code", "C65047", {each.code: each.code for each in _ALL.values()}, frozenset({"CD4"}))
TEST_NAME = Codes("Laboratory Test Name", "C67154", {each.name: each.name for each in _ALL.values()},
                  frozenset({"CD4 Cells"}))  # fmt: skip
METHODS = ("HPLC", "ELISA")
# The one unit of cell counts in standard results: the others differ from it by a power of ten.
CELLS = "10^9/L"
COUNTS = frozenset(each.code for each in LABORATORY if CELLS in each.units)


def _rows(subject: Subject) -> Iterable[Values]:
    visits, by_visit, made = subject.by_id("visit"), dict[int, list[Row]](), list[Values]()
    lines = [row for row in subject.rows("laboratory") if row["analyte"] in TESTS]
    for row in lines:
        by_visit.setdefault(row["visit_id"], []).append(row)
    for row in lines:
        made.append({
            **subject.key("laboratory", row), **visits_of(subject).of("visit", visits[row["visit_id"]]),
            **_test(TESTS[row["analyte"]]), **result("LB", row), **_counted(row), "same": row["analyte"],
            **_grade(row, by_visit[row["visit_id"]]),
            "LBNAM": visits[row["visit_id"]]["laboratory_name"], "LBDTC": sampled_on(visits[row["visit_id"]]),
        })  # fmt: skip
    for row in subject.rows("hormone"):
        assay = row["assay"].strip().upper()
        made.append({
            **subject.key("hormone", row, HORMONES), **visits_of(subject).of("hormone", row),
            **_test(MARKERS[row["marker"]]), **result("LB", row), "LBMETHOD": assay if assay in METHODS else None,
            "same": row["marker"], "LBDTC": row["sampled_on"], "ASSAY": None if assay in METHODS else row["assay"],
            "ULNRSN": row["upper_limit_missing"],
        })  # fmt: skip
    return common.flag_last(subject, made, "LB", "same")


def sampled_on(visit: Row) -> str:
    """The day of the laboratory sample: its own, else that of the visit."""
    return str(visit["sampled_on"] or visit["visited_on"])


def _test(test: Test) -> Values:
    return {"LBTESTCD": test.code, "LBTEST": test.name, "LBCAT": test.category, "LBSPEC": test.specimen,
            "LBLOINC": test.loinc}  # fmt: skip


def result(prefix: str, row: Row) -> Values:
    """A value with its unit and limits; one reported as below or above a limit stays text. No unit is converted."""
    value, lower, upper = row["value"], row.get("lower_limit"), row["upper_limit"]
    text = None if value is None else f"{row['value_qualifier']}{plain(value)}"
    unit = None if value is None else row["unit"]
    found = {
        "ORRES": text, "ORRESU": unit, "ORNRLO": None if lower is None else plain(lower),
        "ORNRHI": None if upper is None else plain(upper), "STRESC": text,
        "STRESN": value if not row["value_qualifier"] else None, "STRESU": unit, "STNRLO": lower, "STNRHI": upper,
        "NRIND": _range(value, row["value_qualifier"], lower, upper),
    }  # fmt: skip
    named = {f"{prefix}{name}": each for name, each in found.items()}
    return {**named, **common.no_value(prefix, row["value_missing"])}


def _counted(row: Row) -> Values:
    """The standard result and limits of a cell count in the unit of all of them, where its unit is known."""
    known = in_unit_of((CELLS,), row["unit"]) if row["analyte"] in COUNTS else None
    if known is None:
        return {}
    unit, factor = known
    limits = ("value", "lower_limit", "upper_limit")
    scaled = {name: None if row[name] is None else row[name] * factor for name in limits}
    made = result("LB", {**row, **scaled, "unit": unit})
    return {name: made[name] for name in ("LBSTRESC", "LBSTRESN", "LBSTRESU", "LBSTNRLO", "LBSTNRHI")}


def with_several_units() -> dict[str, list[str]]:
    """Code of each test whose standard results may have several units → these units."""
    found: dict[str, dict[str, None]] = {}
    for each in LABORATORY:
        if each.code in TESTS and each.code not in COUNTS:
            found.setdefault(TESTS[each.code].code, {}).update(dict.fromkeys(map(terms.UNIT.value, each.units)))
    markers = list(dict.fromkeys(terms.UNIT.value(unit) for unit, _ in MARKER_UNITS))
    found |= {test.code: dict.fromkeys(markers) for test in MARKERS.values()}
    return {code: list(units) for code, units in sorted(found.items()) if len(units) > 1}


def _range(value: Decimal | None, sign: str, lower: Decimal | None, upper: Decimal | None) -> str | None:
    """Where the value lies, as far as value and limits say it."""
    if value is None:
        return None
    if lower is not None and (value < lower or (sign == "<" and value <= lower)):
        return "LOW" if sign != ">" else None
    if upper is not None and (value > upper or (sign == ">" and value >= upper)):
        return "HIGH" if sign != "<" else None
    if upper is None or sign == ">" or (sign == "<" and lower is not None):
        return None
    return "NORMAL"


def _grade(row: Row, lines: Iterable[Row]) -> Values:
    """`of_term`: what grades the line by one term alone."""
    found, of_term = grade_line(row, lines), partial(grade_line, row, lines)
    if found is None or found.grade is None:
        return {"of_term": of_term}
    return {"LBTOX": found.term, "LBTOXGR": found.grade, "of_term": of_term}


LB = DataSet("LB", "Laboratory Test Results", "FINDINGS", "One record per laboratory result of a subject",
             ("STUDYID", "USUBJID", "LBTESTCD", "LBDTC", "LBSEQ"), _rows, (
    *common.identified("LB"),
    *common.test("LB", "Lab Test or Examination Short Name", "Lab Test or Examination Name", TEST, TEST_NAME),
    Variable("LBCAT", "Category for Lab Test", Role.GROUPING, Core.EXPECTED, Origin.ASSIGNED),
    Variable("LBORRES", "Result or Finding in Original Units", Role.RESULT, Core.EXPECTED, asked=(
        "laboratory.value", "laboratory.value_qualifier", "laboratory.analyte", "hormone.value",
        "hormone.value_qualifier", "hormone.marker")),
    common.unit("LBORRESU", "Original Units", Core.EXPECTED, terms.UNIT, "laboratory.unit", "hormone.unit"),
    Variable("LBORNRLO", "Reference Range Lower Limit in Orig Unit", Role.VARIABLE, Core.EXPECTED,
             asked=("laboratory.lower_limit",)),
    Variable("LBORNRHI", "Reference Range Upper Limit in Orig Unit", Role.VARIABLE, Core.EXPECTED,
             asked=("laboratory.upper_limit", "hormone.upper_limit")),
    Variable("LBSTRESC", "Character Result/Finding in Std Format", Role.RESULT, Core.EXPECTED, Origin.DERIVED,
             method="LBORRES; of a cell count in 10^9/L, exact to the last digit. No other unit is converted."),
    Variable("LBSTRESN", "Numeric Result/Finding in Standard Units", Role.RESULT, Core.EXPECTED, Origin.DERIVED,
             DECIMAL,
             method="The number of LBSTRESC; empty of a value reported as below or above a limit."),
    common.unit("LBSTRESU", "Standard Units"),
    Variable("LBSTNRLO", "Reference Range Lower Limit-Std Units", Role.VARIABLE, Core.EXPECTED, Origin.DERIVED, DECIMAL,
             method="LBORNRLO in LBSTRESU."),
    Variable("LBSTNRHI", "Reference Range Upper Limit-Std Units", Role.VARIABLE, Core.EXPECTED, Origin.DERIVED, DECIMAL,
             method="LBORNRHI in LBSTRESU."),
    Variable("LBNRIND", "Reference Range Indicator", Role.VARIABLE, Core.EXPECTED, Origin.DERIVED, codes=terms.RANGE,
             method="The value against the limits of its own laboratory, as far as they are known."),
    *common.not_done("LB", "laboratory.value_missing", "hormone.value_missing", label="Reason Test Not Done"),
    Variable("LBNAM", "Vendor Name", asked=("visit.laboratory_name",)),
    Variable("LBLOINC", "LOINC Code", Role.SYNONYM, Core.PERMISSIBLE, Origin.ASSIGNED),
    Variable("LBSPEC", "Specimen Type", Role.RECORD, Core.PERMISSIBLE, Origin.ASSIGNED, codes=terms.SPECIMEN),
    Variable("LBMETHOD", "Method of Test or Examination", codes=terms.METHOD, asked=("hormone.assay",)),
    common.last_before_exposure("LB"),
    Variable("LBTOX", "Toxicity", Role.VARIABLE, Core.PERMISSIBLE, Origin.DERIVED,
             method="The term of CTCAE 3.0 that the grade belongs to."),
    Variable("LBTOXGR", "Standard Toxicity Grade", Role.RECORD, Core.PERMISSIBLE, Origin.DERIVED,
             codes=terms.GRADE_OF_VALUE,
             method="By the numeric limits of CTCAE 3.0; a grade that needs judgment is the one the number allows."),
    *common.at_visit("LB", "Date/Time of Specimen Collection", "Study Day of Specimen Collection",
                     "hormone.sampled_on", "visit.sampled_on"),
), qualifiers=(
    common.NO_RESULT,
    Qualifier("ASSAY", "Assay", asked=("hormone.assay",)),
    Qualifier("ULNRSN", "Reason Upper Limit is Missing", codes=terms.MISSING, asked=("hormone.upper_limit_missing",)),
))  # fmt: skip
