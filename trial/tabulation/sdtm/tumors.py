"""TU and TR: the lesions, and what each assessment says of each of them. PURE."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from trial.rules.typed_text import plain
from trial.tabulation import common, terms
from trial.tabulation.declarations import DECIMAL, Core, DataSet, Origin, Qualifier, Role, Values, Variable
from trial.tabulation.identity import Row
from trial.tabulation.subject import Subject
from trial.tabulation.visits import visits_of

INVESTIGATOR, SPONSOR = "INVESTIGATOR", "CLINICAL STUDY SPONSOR"
NEW_LESIONS, SUMS = 1000, 100_000
SIZES = ("measured", "too_small", "in_parts")


def baseline_of(subject: Subject) -> Row | None:
    """The baseline assessment."""
    return next((row for row in subject.rows("assessment") if row["kind"] == "baseline"), None)


def link_group(subject: Subject, assessment: Row) -> str:
    """`A208`: joins the readings of an assessment to its responses."""
    return f"A{visits_of(subject).of('assessment', assessment)['VISITNUM']}"


def new_lesions(subject: Subject) -> list[tuple[str, Row]]:
    """(`NEW-1`, its assessment) of each assessment that found new lesions, in order of time."""
    found = [row for row in subject.rows("assessment") if row["new_lesions"] == "yes"]
    found.sort(key=lambda row: (row["new_lesion_on"] or row["assessed_on"], row["id"]))
    return [(f"NEW-{number}", row) for number, row in enumerate(found, start=1)]


def _lesions(subject: Subject) -> Iterable[Values]:
    baseline, visits = baseline_of(subject), visits_of(subject)
    at_baseline = {row["lesion_id"]: row for row in subject.rows("lesion_reading")
                   if baseline is not None and row["assessment_id"] == baseline["id"]}  # fmt: skip
    for row in subject.rows("lesion"):
        on = (at_baseline.get(row["id"], {}).get("scanned_on") or baseline["assessed_on"]) if baseline else None
        yield {
            **subject.key("lesion", row), **(visits.of("assessment", baseline) if baseline else {}),
            "TULNKID": row["label"], **_identified(row["kind"]), "TULOC": row["organ"],
            "TUMETHOD": baseline["method"] if baseline else None, "TUDTC": on,
            "TULOBXFL": "Y" if subject.is_before_treatment(on) else None, "LESDESC": row["description"],
            "SLICEMM": baseline["slice_thickness_mm"] if baseline else None,
        }  # fmt: skip
    for label, row in new_lesions(subject):
        yield {
            **subject.key("assessment", row, NEW_LESIONS), **visits.of("assessment", row), "TULNKID": label,
            **_identified("new"), "TUMETHOD": row["method"], "TUDTC": row["new_lesion_on"] or row["assessed_on"],
            "LESDESC": row["new_lesion_description"], "SLICEMM": row["slice_thickness_mm"],
        }  # fmt: skip


def _identified(kind: str) -> Values:
    return {"TUTESTCD": "TUMIDENT", "TUTEST": "Tumor Identification", "TUORRES": terms.LESION.value(kind),
            "TUSTRESC": kind, "TUEVAL": INVESTIGATOR}  # fmt: skip


TU = DataSet("TU", "Tumor/Lesion Identification", "FINDINGS", "One record per identified lesion of a subject",
             ("STUDYID", "USUBJID", "TULNKID", "TUSEQ"), _lesions, (
    *common.identified("TU"),
    Variable("TULNKID", "Link ID", Role.IDENTIFIER, Core.EXPECTED, Origin.ASSIGNED, asked=("lesion.label",)),
    *common.test("TU", "Tumor/Lesion ID Short Name", "Tumor/Lesion ID Test Name", terms.LESION_TEST,
                 terms.LESION_TEST_NAME),
    Variable("TUORRES", "Tumor/Lesion ID Result", Role.RESULT, Core.EXPECTED,
             asked=("lesion.kind", "assessment.new_lesions")),
    Variable("TUSTRESC", "Tumor/Lesion ID Result Std. Format", Role.RESULT, Core.EXPECTED, Origin.DERIVED,
             codes=terms.LESION,
             method="As TUORRES."),
    Variable("TULOC", "Location of the Tumor/Lesion", Role.RECORD, Core.EXPECTED, codes=terms.ORGAN,
             asked=("lesion.organ",)),
    Variable("TUMETHOD", "Method of Identification", Role.RECORD, Core.EXPECTED, codes=terms.METHOD,
             asked=("assessment.method",)),
    common.last_before_exposure("TU"),
    common.evaluator("TU"),
    *common.at_visit("TU", "Date/Time of Tumor/Lesion Identification", "Study Day of Tumor/Lesion Identification",
                     "assessment.new_lesion_on"),
), qualifiers=(
    Qualifier("LESDESC", "Description of the Lesion", asked=(
        "lesion.description", "assessment.new_lesion_description")),
    Qualifier("SLICEMM", "Slice Thickness in mm", asked=("assessment.slice_thickness_mm",)),
))  # fmt: skip


def _readings(subject: Subject) -> Iterable[Values]:
    assessments, lesions = subject.by_id("assessment"), subject.by_id("lesion")
    made = []
    for row in subject.rows("lesion_reading"):
        if row["lesion_id"] in lesions:
            assessment, lesion = assessments[row["assessment_id"]], lesions[row["lesion_id"]]
            made.append({
                **subject.key("lesion_reading", row), **visits_of(subject).of("assessment", assessment),
                "TRGRPID": terms.LESION.value(lesion["kind"]), "TRLNKID": lesion["label"],
                "TRLNKGRP": link_group(subject, assessment), "TRMETHOD": assessment["method"],
                "TREVAL": INVESTIGATOR, "assessment_id": assessment["id"],
                "TRDTC": row["scanned_on"] or assessment["assessed_on"],
                **(_size(row) if lesion["kind"] == "target" else _state(row)),
            })  # fmt: skip
    return [*common.flag_last(subject, made, "TR", "TRLNKID"), *_sums(subject)]


def _test(code: str, name: str) -> Values:
    return {"TRTESTCD": code, "TRTEST": name}


def _size(row: Row) -> Values:
    """Of a target: its size; 0 where it is absent or counted with another; nothing where it was not evaluated."""
    test = _test("LDIAM", "Longest Diameter")
    if row["state"] == "not_evaluated":
        return {**test, "TRREASND": row["not_evaluated_reason"]}
    size = row["longest_diameter_mm"] if row["state"] in SIZES else Decimal(0)
    merged = f"MERGED WITH {row['merged_with']}" if row["state"] == "merged" else ""
    return {**test, "TRORRES": merged or plain(size), "TRORRESU": None if merged else "mm", "TRSTRESC": plain(size),
            "TRSTRESN": size, "TRSTRESU": "mm", "TOOSMALL": row["state"] == "too_small" or None,
            "INPARTS": row["state"] == "in_parts" or None}  # fmt: skip


def _state(row: Row) -> Values:
    test = _test("TUMSTATE", "Tumor State")
    if row["state"] == "not_evaluated":
        return {**test, "TRREASND": row["not_evaluated_reason"]}
    value = terms.STATE.value(row["state"])
    return {**test, "TRORRES": value, "TRSTRESC": value}


def _sums(subject: Subject) -> Iterable[Values]:
    """The sums of the stored outcome, and that of the baseline."""
    assessments, baseline = subject.by_id("assessment"), baseline_of(subject)
    outcome = {each["id"]: each for each in (subject.outcome or {}).get("assessments", ())}
    if baseline is not None and (total := _baseline_sum(subject, baseline)) is not None:
        # The stored results say it with every later assessment.
        stored = next((each["baseline_mm"] for each in outcome.values()), total)
        yield _sum(subject, baseline, 1, "SUMLDIAM", Decimal(stored), baseline["assessed_on"])
    for key, row in assessments.items():
        found = outcome.get(key)
        if found is None or found["sum_mm"] is None:
            continue
        total, nadir = Decimal(found["sum_mm"]), Decimal(found["nadir_mm"])
        yield _sum(subject, row, 1, "SUMLDIAM", total, found["on"])
        if found["change_percent"] is not None:
            yield _sum(subject, row, 2, "PCBSLD", Decimal(found["change_percent"]), found["on"])
        if nadir:
            change = ((total - nadir) * 100 / nadir).quantize(Decimal("0.1"))
            yield _sum(subject, row, 3, "PCNSLD", change, found["on"])


SUM_NAMES = {"SUMLDIAM": "Sum of Longest Diameter", "PCBSLD": "Percent Change Baseline Sum Longest Diam",
             "PCNSLD": "Percent Change Nadir in Sum Longest Diam"}  # fmt: skip


def _sum(subject: Subject, row: Row, test: int, code: str, value: Decimal, on: str) -> Values:
    unit = "mm" if code == "SUMLDIAM" else "%"
    return {
        **subject.key("assessment", row, SUMS, 10, test), **visits_of(subject).of("assessment", row),
        "TRGRPID": "TARGET", "TRLNKGRP": link_group(subject, row), **_test(code, SUM_NAMES[code]),
        "TRORRES": plain(value), "TRORRESU": unit, "TRSTRESC": plain(value), "TRSTRESN": value, "TRSTRESU": unit,
        "TRMETHOD": row["method"], "assessment_id": row["id"], "TREVAL": SPONSOR, "TRDTC": on,
    }  # fmt: skip


def _baseline_sum(subject: Subject, baseline: Row) -> Decimal | None:
    targets = {row["id"] for row in subject.rows("lesion") if row["kind"] == "target"}
    sizes: list[Any] = [row["longest_diameter_mm"] for row in subject.rows("lesion_reading")
                        if row["assessment_id"] == baseline["id"] and row["lesion_id"] in targets]  # fmt: skip
    return sum(sizes, Decimal(0)) if sizes and None not in sizes else None


TR = DataSet("TR", "Tumor/Lesion Results", "FINDINGS", "One record per measurement of a lesion, or sum, of a subject",
             ("STUDYID", "USUBJID", "VISITNUM", "TRLNKID", "TRTESTCD", "TRSEQ"), _readings, (
    *common.identified("TR", Variable("TRGRPID", "Group ID", Role.IDENTIFIER, Core.PERMISSIBLE, Origin.ASSIGNED)),
    Variable("TRLNKID", "Link ID", Role.IDENTIFIER, Core.EXPECTED, Origin.ASSIGNED, asked=("lesion_reading.lesion",)),
    Variable("TRLNKGRP", "Link Group", Role.IDENTIFIER, Core.PERMISSIBLE, Origin.ASSIGNED),
    *common.test("TR", "Tumor/Lesion Assessment Short Name", "Tumor/Lesion Assessment Test Name", terms.MEASURE_TEST,
                 terms.MEASURE_TEST_NAME),
    Variable("TRORRES", "Result or Finding in Original Units", Role.RESULT, Core.EXPECTED,
             asked=("lesion_reading.longest_diameter_mm", "lesion_reading.state", "lesion_reading.merged_with")),
    common.unit("TRORRESU", "Original Units"),
    Variable("TRSTRESC", "Character Result/Finding in Std Format", Role.RESULT, Core.EXPECTED, Origin.DERIVED,
             method="As TRORRES; 0 of a target that is absent or merged with another.",
             by_test={"TUMSTATE": terms.STATE}),
    Variable("TRSTRESN", "Numeric Result/Finding in Standard Units", Role.RESULT, Core.EXPECTED, Origin.DERIVED,
             DECIMAL,
             method="The number of TRSTRESC. Sums are those of the stored results of the study."),
    common.unit("TRSTRESU", "Standard Units"),
    *common.not_done("TR", "lesion_reading.not_evaluated_reason"),
    Variable("TRMETHOD", "Method Used to Identify the Tumor/Lesion", Role.RECORD, Core.EXPECTED, codes=terms.METHOD),
    common.last_before_exposure("TR"),
    common.evaluator("TR"),
    *common.at_visit("TR", "Date/Time of Tumor/Lesion Measurement", "Study Day of Tumor/Lesion Measurement",
                     "lesion_reading.scanned_on"),
), qualifiers=(
    Qualifier("TOOSMALL", "Too Small to Measure", codes=terms.YES_NO, asked=("lesion_reading.state",)),
    Qualifier("INPARTS", "Sum of the Parts of the Lesion", codes=terms.YES_NO, asked=("lesion_reading.state",)),
))  # fmt: skip
