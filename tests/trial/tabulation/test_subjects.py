"""What data sets say of one subject whose few entries are written here, without a database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analysis.outcomes.safety import laboratory as shift
from tests.analysis.endpoints.test_answers import person
from trial.protocol import AnalysisSettings
from trial.record import rows
from trial.refused import Refused
from trial.rules.evaluation.populations import KINDS
from trial.rules.typed_text import plain
from trial.tabulation.adam.adae import ADAE
from trial.tabulation.adam.adhorm import ADHORM
from trial.tabulation.adam.adlb import ADLB
from trial.tabulation.adam.adsl import ADSL
from trial.tabulation.adam.adtte import ADTTE
from trial.tabulation.adam.shared import source
from trial.tabulation.common import NO_RESULT
from trial.tabulation.sdtm.background import CM, IE
from trial.tabulation.sdtm.demographics import DM
from trial.tabulation.sdtm.design import TS
from trial.tabulation.sdtm.disposition import DD
from trial.tabulation.sdtm.events import AE
from trial.tabulation.sdtm.laboratory import LB, with_several_units
from trial.tabulation.sdtm.response import RS
from trial.tabulation.sdtm.tumors import TR
from trial.tabulation.sdtm.visits import SE
from trial.tabulation.sdtm.vitals import VS
from trial.tabulation.subject import Study, Subject

AS_OF = date(2026, 9, 1)
FAILED = {"failed_on": "2026-01-20"}
DIED = {"died_on": "2026-05-04", "cause": "disease", "because": ""}
MEDICATION = {"name": "octreotide", "kind": "other", "indication": "", "dose": "", "started_on": "2026-02",
              "started_on_missing": "", "stopped_on": None}  # fmt: skip
EVENT = {
    "term": "fatigue_asthenia_lethargy_malaise", "select": "", "other_words": "", "grade": 2, "seriousness": "no",
    "hospital_stay": "", "action_taken": "none", "attribution": 2, "outcome": "not_recovered", "resolved_on": None,
    "onset_on": "2026-02-03", "expectedness": "", "aware_on": None, "aware_time": None, "aware_offset": "",
    "present_at_baseline": "", "grade_missing": "", "attribution_missing": "", "onset_on_missing": "",
    "cycle_number": 1, "continues_id": None,
}  # fmt: skip
DOSES = {"cycle": {"started_on": "2026-01-12"},
         "dosing_period": {"cycle_id": 1, "from_day": 1, "to_day": 9, "dose_mg": 400}}  # fmt: skip


class Anyone(dict[str, Any]):
    """A row of which everything that is not said is empty."""

    def __missing__(self, name: str) -> None:
        return None


def subject(number: str | None = "NET-001", **tables: Any) -> Subject:
    """Somebody screened on 5 January 2026 with one entry, or several, in each of these tables."""
    one = Anyone(id=1, number=number, screening_number=4, consented_on="2026-01-05")
    ever = {
        name: [Anyone(row, id=place)
               for place, row in enumerate(rows if isinstance(rows, list) else [rows], start=1)]
        for name, rows in tables.items()
    }  # fmt: skip
    return Subject(one, {"participant": [one], **ever}, {"code": "NORTH", "country": "NLD"}, "NORTH", AS_OF)


@pytest.mark.parametrize(("number", "tables", "words"), [
    (None, {}, "NOT ASSIGNED"), (None, {"screen_failure": FAILED}, "SCREEN FAILURE"),
    ("NET-001", {}, "ASSIGNED, NOT TREATED"), ("NET-001", DOSES, None),
])  # fmt: skip
def test_only_a_recorded_screen_failure_is_called_one(number: str | None, tables: Any, words: str | None) -> None:
    assert DM.made(subject(number, **tables))[0]["ARMNRS"] == words


@pytest.mark.parametrize(("tables", "day"), [
    ({}, "2026-09-01"), ({"death": DIED}, "2026-05-04"), ({"death": {**DIED, "died_on": "2026-05"}}, "2026-09-01"),
    ({"death": DIED, "off_study": {"off_on": "2026-04-30"}}, "2026-04-30"),
    ({"off_study": {"off_on": "2026-01-30"}}, "2026-09-01"),
])  # fmt: skip
def test_nothing_is_told_to_go_on_after_a_death_or_the_end_of_the_study(tables: Any, day: str) -> None:
    one = subject(medication=MEDICATION, adverse_event=EVENT, **tables)
    assert [(row["CMENRTPT"], row["CMENTPT"]) for row in CM.made(one)] == [("ONGOING", day)]
    assert [(row["AEENRTPT"], row["AEENTPT"]) for row in AE.made(one)] == [("ONGOING", day)]


def test_a_criterion_has_the_day_of_its_value_or_none() -> None:
    answers = [{"item": "no_other_cancer", "met": False, "measured_on": on, "value": "", "edition": 1}
               for on in ("2026-01-03", None)]  # fmt: skip
    assert [row["IEDTC"] for row in IE.made(subject(eligibility=answers))] == ["2026-01-03", None]


def test_the_day_of_death_is_no_day_on_which_its_cause_was_asked() -> None:
    one = subject(death=DIED)
    assert DD.made(one)[0].get("DDDTC") is None and DM.made(one)[0]["DTHDTC"] == "2026-05-04"
    assert source(one, "death/1", "2026-05-04") == {"SRCDOM": "DM", "SRCVAR": "DTHDTC", "SRCSEQ": None}


@pytest.mark.parametrize("tables", [{}, {"death": DIED}])
def test_a_screening_that_failed_ends_on_the_day_of_the_failure(tables: Any) -> None:
    found = SE.made(subject(None, screen_failure=FAILED, **tables))
    assert [(row["ETCD"], row["SESTDTC"], row["SEENDTC"]) for row in found] == [("SCRN", "2026-01-05", "2026-01-20")]


OUTCOME = {
    **dict.fromkeys(("in_error", "eligible", "treated", "evaluable", "confirmed")), "group": "A", "exclusion": "",
    "dates": dict.fromkeys(("death", "last_known_alive", "new_therapy")),
}  # fmt: skip


@pytest.mark.parametrize(("tables", "status", "why"), [
    ({}, "ONGOING", None), ({"death": DIED}, "DISCONTINUED", "death"),
    ({"off_study": {"reason": "completed"}}, "COMPLETED", None),
    ({"off_study": {"reason": "lost"}, "death": DIED}, "DISCONTINUED", "lost"),
])  # fmt: skip
def test_nobody_dead_is_told_to_be_on_treatment_or_in_the_study_still(
    tables: Any, status: str, why: str | None
) -> None:
    row = ADSL.made(replace(subject(**DOSES, **tables), outcome=OUTCOME))[0]
    assert (row["EOSSTT"], row["DCSREAS"]) == (status, why)
    treatment = ("DISCONTINUED", "death") if "death" in tables else ("ONGOING", None)
    assert (row["EOTSTT"], row["DCTREAS"]) == treatment


@pytest.mark.parametrize("kind", ["", *KINDS])
def test_why_somebody_is_not_evaluable_is_a_code_and_never_what_a_site_typed(kind: str) -> None:
    outcome = OUTCOME | {"exclusion": f"{kind}: {'words of a site ' * 20}" if kind else ""}
    one = replace(subject(), outcome=outcome)
    place = ADSL.place("RSPEXCL")
    assert [row[place] for row in ADSL.values(one)] == [kind.upper() or None]


def laboratory(*lines: tuple[Any, ...]) -> list[Any]:
    """Rows of the laboratory list of the first visit, each of (analyte, sign, value, unit, limits)."""
    names = ("analyte", "value_qualifier", "value", "unit", "lower_limit", "upper_limit")
    return [{"visit_id": 1, "value_missing": "", **dict(zip(names, line, strict=True))} for line in lines]


VISIT = {"visited_on": "2026-01-10", "laboratory_name": "North", "cycle_number": None}


@pytest.mark.parametrize(("unit", "factor"), [("10^9/L", 1), ("10^3/uL", 1), ("/mm3", 1000), ("/uL", 1000)])
def test_cell_counts_have_one_standard_unit_and_every_digit(unit: str, factor: int) -> None:
    value, low, high = Decimal("4.5") * factor, Decimal("3.9") * factor, Decimal("10.1") * factor
    row = LB.made(subject(visit=VISIT, laboratory=laboratory(("WBC", "<", value, unit, low, high))))[0]
    assert (row["LBORRES"], row["LBORRESU"]) == (f"<{plain(value)}", unit)
    assert (row["LBSTRESC"], row["LBSTRESN"], row["LBSTRESU"]) == ("<4.5", None, "10^9/L")
    assert (row["LBSTNRLO"], row["LBSTNRHI"]) == (Decimal("3.9"), Decimal("10.1"))
    row = LB.made(subject(visit=VISIT, laboratory=laboratory(("PLAT", "", value, unit, None, None))))[0]
    assert (row["LBSTRESN"], row["LBSTNRLO"], row["LBNRIND"]) == (Decimal("4.5"), None, None)


def test_no_other_unit_is_converted_and_the_guide_names_its_tests() -> None:
    lines = laboratory(("BILI", "", Decimal("17.1"), "umol/L", None, Decimal(21)))
    row = LB.made(subject(visit=VISIT, laboratory=lines))[0]
    assert (row["LBSTRESN"], row["LBSTRESU"], row["LBSTNRHI"]) == (Decimal("17.1"), "umol/L", Decimal(21))
    mixed = with_several_units()
    assert mixed["BILI"] == ["mg/dL", "umol/L"] and mixed["PROT"] == ["g/day", "mg/day", "PLUS SIGNS"]
    assert "CGA" in mixed and not {"WBC", "PLAT", "INR", "CAION"} & set(mixed)


def test_the_last_result_before_treatment_is_one_of_each_test_whatever_its_unit() -> None:
    visits = [VISIT, {**VISIT, "visited_on": "2026-01-11"}]
    lines = laboratory(
        ("BILI", "", Decimal(1), "mg/dL", None, None), ("PROT24", "", Decimal("0.1"), "g/24 h", None, None),
        ("BILI", "", Decimal(17), "umol/L", None, None), ("PROTDIP", "", Decimal(1), "plus", None, None),
    )  # fmt: skip
    lines[2]["visit_id"] = lines[3]["visit_id"] = 2
    found = LB.made(subject(**DOSES, visit=visits, laboratory=lines))
    assert [row.get("LBLOBXFL") for row in found] == [None, "Y", "Y", "Y"]


def test_a_grade_at_baseline_has_a_side_and_is_the_worst_of_its_day_and_a_change_begins_on_a_later_day() -> None:
    """Two samples on the day of the baseline: 5.8 is grade 2 and high, 4 is normal and entered later; then low."""
    visits = [{**VISIT, "visited_on": on} for on in ("2026-01-03", "2026-01-03", "2026-01-30")]
    values = map(Decimal, ("5.8", "4", "3.2"))
    lines = laboratory(*(("K", "", value, "mmol/L", Decimal("3.5"), Decimal(5)) for value in values))
    for place, line in enumerate(lines, start=1):
        line["visit_id"] = place
    facts = tuple(rows.laboratory(line, Anyone(visits[place])) for place, line in enumerate(map(Anyone, lines)))
    treated = replace(person("NET-001", cycles=2), laboratory=facts)
    doses = {**DOSES, "cycle": {"started_on": treated.first_dose_on.isoformat()}}
    stored = {**OUTCOME, "laboratory": shift.derive(treated, AnalysisSettings())}
    one = replace(subject(**doses, visit=visits, laboratory=lines), outcome=stored)
    found = [[row[name] for name in ("ATOXGRL", "ATOXGRH", "BTOXGRL", "BTOXGRH", "ABLFL", "BASE", "CHG")]
             for row in ADLB.made(one)]  # fmt: skip
    assert found == [[0, 2, 0, 2, None, 4, None], [0, 0, 0, 2, "Y", 4, None], [1, 0, 0, 2, None, 4, Decimal("-0.8")]]


@pytest.mark.parametrize(("state", "size", "told"), [
    ("too_small", Decimal(5), (Decimal(5), "mm", True, None)), ("absent", None, (Decimal(0), "mm", None, None)),
    ("not_evaluated", None, (None, None, None, "out of the field of view")),
])  # fmt: skip
def test_a_lesion_too_small_to_measure_is_told_apart_and_one_not_evaluated_has_no_number(
    state: str, size: Any, told: Any
) -> None:
    reading = {"assessment_id": 1, "lesion_id": 1, "state": state, "longest_diameter_mm": size,
               "not_evaluated_reason": "out of the field of view"}  # fmt: skip
    one = subject(assessment={"kind": "baseline", "assessed_on": "2026-01-08", "method": "mri"},
                  lesion={"kind": "target", "label": "T1"}, lesion_reading=reading)  # fmt: skip
    row = TR.made(one)[0]
    assert (row.get("TRSTRESN"), row.get("TRSTRESU"), row.get("TOOSMALL"), row.get("TRREASND")) == told


def _column(data_set: Any, one: Subject, *names: str) -> list[Any]:
    (row,) = data_set.values(one)
    return [row[data_set.place(name)] for name in names]


def test_a_long_text_goes_on_in_analysis_data_sets_and_is_refused_with_its_subject_where_it_cannot() -> None:
    """A letter of Cyrillic is two bytes."""
    words, time = "кашель" * 20, {"days": 9, "event": True, "start_on": "2026-01-05", "on": "2026-01-14"}
    assert len(words.encode()) == 240
    one = subject(**DOSES, adverse_event={**EVENT, "other_words": words})
    told = replace(one, outcome={**OUTCOME, "toxicity": {"events": [], "terms": []}})
    parts = _column(ADAE, told, "AETERM", "AETERM1", "AETERM2")
    assert "".join(parts[:2]) == words and parts[2] is None
    times = {**OUTCOME, **dict.fromkeys(("pfs", "ttp", "dor")), "os": {**time, "because": words * 4}}
    found = _column(ADTTE, replace(one, outcome=times, memo={}), "EVNTDESC", *(f"EVNTDES{n}" for n in range(1, 5)))
    assert "".join(found) == words * 4
    times["os"]["because"] = words * 5
    with pytest.raises(Refused, match=f"^ADTTE.EVNTDESC of {one.usubjid}: a text has more than 1000 bytes"):
        ADTTE.values(replace(one, outcome=times, memo={}))


@pytest.mark.parametrize(("onset", "counted", "day"), [
    ("2026-01", "2026-01-15", "2026-01-15"), ("2026-01", None, "2026-01-01"),
    ("2026-02-03", "2026-02-03", "2026-02-03"),
])  # fmt: skip
def test_a_partial_onset_is_the_day_that_the_stored_result_read(onset: str, counted: str | None, day: str) -> None:
    """The first dose is on 15 January; an event that the results do not count has its earliest day."""
    events = [{"id": 1, "attribution": 4, "related": True, "counts": "no", "near": True, "grade": 2, "term": "x",
               "select": "", "words": "", "read_on": counted}] if counted else []  # fmt: skip
    one = subject(cycle={"started_on": "2026-01-15"}, dosing_period=DOSES["dosing_period"],
                  adverse_event={**EVENT, "onset_on": onset})  # fmt: skip
    worst = [{"term": "x", "select": "", "words": "", "worst": 2}]
    told = replace(one, outcome={**OUTCOME, "toxicity": {"events": events, "terms": worst}}, memo={})
    assert _column(ADAE, told, "ASTDT", "TRTEMFL") == [day, "Y" if counted else None]


def test_levels_of_a_marker_in_two_units_are_two_parameters_and_share_no_baseline() -> None:
    level = {"marker": "GLUCAGON", "assay": "RIA", "value_qualifier": "", "upper_limit": Decimal(100),
             "value_missing": "", "upper_limit_missing": ""}  # fmt: skip
    levels = [{**level, "sampled_on": "2026-01-10", "value": Decimal(400), "unit": "ng/mL"},
              {**level, "sampled_on": "2026-02-10", "value": Decimal(90), "unit": "pmol/L"}]  # fmt: skip
    samples = [{"id": place, "percent_of_baseline": None, "is_baseline": place == 1} for place in (1, 2)]
    marker = {"marker": "GLUCAGON", "baseline": {"value": "400", "unit": "ng/mL"}, "raised": True, "improved": False,
              "best": None, "because": "no level on treatment to compare", "samples": samples}  # fmt: skip
    one = replace(subject(**DOSES, hormone=levels), outcome={**OUTCOME, "hormones": [marker]})
    found = [[row.get(name) for name in ("PARAMCD", "PARAM", "BASEC")] for row in ADHORM.made(one)]
    assert found == [["GLUCAGN", "Glucagon (ug/L)", "400"], ["GLUCAGN3", "Glucagon (pmol/L)", None],
                     ["IGLUCAGN", "Improvement: Glucagon", None]]  # fmt: skip


def test_a_partial_death_stays_partial_in_dm_and_is_the_day_of_the_results_in_adsl() -> None:
    died = {**OUTCOME, "dates": {**OUTCOME["dates"], "death": "2020-12-06"}}
    one = replace(subject(**DOSES, death={**DIED, "died_on": "2020"}), outcome=died)
    assert DM.made(one)[0]["DTHDTC"] == "2020"
    assert [ADSL.made(one)[0][name] for name in ("DTHDT", "DTHDTF")] == ["2020-12-06", "M"]


@pytest.mark.parametrize("site", ["", "NORTH"])
def test_what_the_study_is_as_a_whole_is_not_told_of_one_site(site: str) -> None:
    study = Study("2026-09-01", "First look", site)
    study.count(subject())
    told = {row["TSPARMCD"]: row["TSVAL"] for row in TS.made(study)}
    assert (told.get("ACTSUB"), told.get("SSTDTC")) == ((None, None) if site else ("1", "2026-01-05"))
    assert told["DCUTDESC"] == ("First look, site NORTH only" if site else "First look")


@pytest.mark.parametrize(("reason", "status", "not_done", "no_result"), [
    ("not_done", "NOT DONE", "NOT DONE", None), ("not_applicable", "NOT DONE", "NOT APPLICABLE", None),
    ("pending", None, None, "PENDING"), ("unknown", None, None, "UNKNOWN"),
])  # fmt: skip
def test_only_a_test_that_was_not_done_is_called_not_done(
    reason: str, status: str | None, not_done: str | None, no_result: str | None
) -> None:
    lines = [{**row, "value_missing": reason} for row in laboratory(("HGB", "", None, "", None, None))]
    visit = {**VISIT, **{f"{each}_missing": reason for each in ("weight_kg", "ecog")}, "weight_kg": None}
    one = subject(visit=visit, laboratory=lines)
    for data_set, test in ((LB, "HGB"), (VS, "WEIGHT"), (RS, "ECOG101")):
        row = [row for row in data_set.made(one) if row[f"{data_set.name}TESTCD"] == test][-1]
        told = {each.name: each.value(one, row) for each in data_set.variables}
        assert (told[f"{data_set.name}STAT"], told[f"{data_set.name}REASND"]) == (status, not_done)
        assert NO_RESULT in data_set.qualifiers and NO_RESULT.value(row) == no_result
