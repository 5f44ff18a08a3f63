"""ADaM: the numbers of the results pages counted again from its rows alone, and each result led back to its row."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
import xmlschema

from analysis.outcomes.safety import laboratory
from analysis.results.recompute import recompute
from analysis.statistics import survival
from tests.analysis.submission.conftest import odd_database, rows_of
from tests.analysis.submission.test_define import stop_dangling
from tests.capture.demo.kept import demo_database
from tests.plugin_postgres import another_database
from trial.operations import exports
from trial.protocol import ctcae_v3
from trial.tabulation.adam.adhorm import code_of
from trial.tabulation.data_sets import ANALYSIS_SETS, BY_NAME
from trial.tabulation.sdtm.laboratory import ELSEWHERE, TESTS

TIMES = {"overall_survival": "OS", "progression_free_survival": "PFS", "time_to_progression": "TTP"}


@pytest.fixture(scope="module", params=["demo", "oddities"])
def analyzed(
    request: pytest.FixtureRequest, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, dict[str, dict[str, Any]]]]:
    """The folder of an export of ADaM beside one of SDTM, and the results of each group."""
    kept = demo_database(participants=12) if request.param == "demo" else odd_database()
    folder = tmp_path_factory.mktemp("adam")
    with another_database(template_database, kept):
        exports.write("adam", folder / "adam")
        exports.write("datasetjson", folder / "sdtm")
        stored = {group: recompute(group).result for group in "AB"}
        results = {group: {**one["endpoints"], "waterfall": one["waterfall"]} for group, one in stored.items()}
    yield folder, results


Analyzed = tuple[Path, dict[str, dict[str, Any]]]


def rows(analyzed: Analyzed, name: str) -> list[dict[str, Any]]:
    """The rows of an analysis data set."""
    return rows_of(analyzed[0] / "adam" / f"{name.lower()}.json")


@pytest.mark.parametrize("group", ["A", "B"])
@pytest.mark.parametrize("endpoint", sorted(TIMES))
def test_medians_counted_from_the_times_are_those_of_the_results(
    analyzed: Analyzed, group: str, endpoint: str
) -> None:
    times = [row for row in rows(analyzed, "ADTTE") if row["PARAMCD"] == TIMES[endpoint] and row["TUMGRP"] == group
             and row["ENRLFL"] == row["ELIGFL"] == "Y"]  # fmt: skip
    stored = analyzed[1][group][endpoint]
    assert (len(times), sum(row["CNSR"] == 0 for row in times)) == (stored["denominator"], stored["events"])
    if times:
        km = survival.kaplan_meier([row["AVAL"] for row in times], [row["CNSR"] == 0 for row in times])
        middle = survival.quantile(km, 0.5).days
        assert (None if middle is None else round(middle / 30.4375, 4)) == stored["median_months"]


@pytest.mark.parametrize("group", ["A", "B"])
def test_responders_counted_from_the_responses_are_those_of_the_results(analyzed: Analyzed, group: str) -> None:
    confirmed = [row for row in rows(analyzed, "ADRS") if row["PARAMCD"] == "CRSP" and row["TUMGRP"] == group
                 and row["ENRLFL"] == row["RSPEVLFL"] == "Y"]  # fmt: skip
    stored = analyzed[1][group]["response_rate"]
    assert (sum(row["AVALC"] == "Y" for row in confirmed), len(confirmed)) == (
        stored["numerator"], stored["denominator"])  # fmt: skip


@pytest.mark.parametrize("group", ["A", "B"])
def test_the_best_change_counted_from_the_sums_is_that_of_the_waterfall(analyzed: Analyzed, group: str) -> None:
    """Up to and including the first progression, before new therapy, in the time frame of responses."""
    counted = {}
    for person in rows(analyzed, "ADSL"):
        if person["TUMGRP"] == group and person["ENRLFL"] == person["RSPEVLFL"] == "Y":
            best = _best_change(analyzed, person)
            if best is not None:
                counted[person["SUBJID"]] = best
    bars = {bar["number"]: bar["change_percent"] for bar in analyzed[1][group]["waterfall"]["bars"]}
    told = {row["USUBJID"]: row["AVAL"] for row in rows(analyzed, "ADTR")
            if row["PARAMCD"] == "BESTPCHG" and row["TUMGRP"] == group and row["ANL01FL"] == row["ENRLFL"] == "Y"}
    assert {number: Decimal(bar) for number, bar in bars.items()} == counted
    assert sorted(told.values()) == sorted(bars.values())


def _best_change(analyzed: Analyzed, person: dict[str, Any]) -> Decimal | None:
    """The lowest PCHG of the sums of somebody; the bounds are read from ADSL and ADRS alone."""
    mine = [row for name in ("ADRS", "ADTR") for row in rows(analyzed, name) if row["USUBJID"] == person["USUBJID"]]
    progressed = {row["ADT"] for row in mine if row["PARAMCD"] == "OVR" and row["AVALC"] == "PD"}
    reported = {row["ADT"] for row in mine if row["PARAMCD"] == "PD" and row["AVALC"] == "Y"} - progressed
    until = min(_later(person["TRTEDT"], 30), _later(person["ENRLDT"], 731), min(progressed, default="9999-99-99"))
    ends = [day for day in (person["NEWTXDT"], *reported) if day]
    sums = [row for row in mine if row["PARAMCD"] == "SDIAM" and row["PCHG"] is not None and row["ADT"] <= until]
    return min((Decimal(row["PCHG"]) for row in sums
                if all(row["ADT"] < day or (row["ADT"] == day and day in progressed) for day in ends)), default=None)


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days)).isoformat()


@pytest.mark.parametrize("group", ["A", "B"])
def test_worst_grades_counted_from_the_episodes_are_the_table_of_adverse_events(
    analyzed: Analyzed, group: str
) -> None:
    stored = analyzed[1][group]["adverse_events"]
    mine = [row for row in rows(analyzed, "ADAE") if row["TUMGRP"] == group and row["ENRLFL"] == row["SAFFL"] == "Y"]
    counted = Counter((row["AEDECOD"], row["AETOXGR"] or "unknown") for row in mine if row["AOCC01FL"] == "Y")
    table = Counter[tuple[str, str]]()
    for term in stored["terms"]:
        for grade, count in term["counts"].items():
            table[ctcae_v3.term(term["term"]).short_name, grade] += count
    assert counted == +table
    assert len({row["USUBJID"] for row in mine if row["TRTEMFL"] == "Y"}) == stored["numerator"]
    toxic = analyzed[1][group]["toxicity"]
    severe = {row["USUBJID"] for row in mine if row["TOXCNT"] == "Y"}
    assert len(severe) == toxic["numerator"]
    open_still = {row["USUBJID"] for row in mine if row["TOXCNT"] == "UNDETERMINED"} - severe
    assert len(open_still) == len(toxic["undetermined"])
    assert len({row["USUBJID"] for row in mine if row["NEARFL"] == "Y"}) == stored["sensitivity"][0]["numerator"]


@pytest.mark.parametrize("group", ["A", "B"])
def test_hormone_responses_counted_from_the_rows_are_those_of_the_results(analyzed: Analyzed, group: str) -> None:
    stored = analyzed[1][group]["hormone_improvement"]
    mine = [row for row in rows(analyzed, "ADHORM") if row["TUMGRP"] == group and row["ENRLFL"] == "Y"
            and row["PARAM"].startswith("Improvement")]  # fmt: skip
    raised = [row for row in mine if row["ANL01FL"] == "Y"]
    improved = {row["USUBJID"] for row in raised if row["AVALC"] == "Y"}
    assert (len(improved), len({row["USUBJID"] for row in raised})) == (stored["numerator"], stored["denominator"])
    for marker in stored["markers"]:
        of = Counter(row["AVALC"] for row in mine if row["PARAMCD"] == f"I{code_of(marker['marker'])}")
        assert (of["Y"], of["Y"] + of["N"], of["UNDETERMINED"], of["NOT RAISED"], of["NO BASELINE VALUE"]) == (
            marker["numerator"], marker["denominator"], marker["undetermined"], marker["not_raised"],
            marker["no_baseline"])  # fmt: skip
    for row in rows(analyzed, "ADHORM"):
        if row["AVAL"] is not None and row["ANRHI"] is not None:
            assert row["CRIT1FL"] == ("Y" if Decimal(row["AVAL"]) <= Decimal(row["ANRHI"]) else "N"), row


@pytest.mark.parametrize("group", ["A", "B"])
def test_the_shift_of_the_laboratory_counted_from_the_rows_is_that_of_the_results(
    analyzed: Analyzed, group: str
) -> None:
    dosed = {row["USUBJID"]: row for row in rows(analyzed, "ADSL") if row["TUMGRP"] == group and row["ENRLFL"] == "Y"
             and row["SAFFL"] == "Y"}  # fmt: skip
    values = defaultdict[tuple[str, str], list[dict[str, Any]]](list)
    for row in rows(analyzed, "ADLB"):
        if row["USUBJID"] in dosed and row["ADT"] <= _later(dosed[row["USUBJID"]]["TRTEDT"], 30):
            for letter in (each for each in "LH" if row[f"ATOXDSC{each}"]):
                values[row["USUBJID"], _test_of(row, letter)].append({**row, "grade": row[f"ATOXGR{letter}"],
                                                                     "base": row[f"BTOXGR{letter}"]})  # fmt: skip
    counted = Counter[tuple[str, str, str]]()
    for (subject, test), mine in values.items():
        before = [row for row in mine if row["ADT"] <= dosed[subject]["TRTSDT"]]
        after = [row for row in mine if row["ADT"] > dosed[subject]["TRTSDT"]]
        last = [row for row in before if row["ADT"] == max(each["ADT"] for each in before)]
        counted[test, _worst_of(last), _worst_of(after)] += 1
        known = _worst_of(last) if _worst_of(last).isdigit() else None
        assert {row["base"] for row in mine} == {known}, (subject, test)
    stored = {(row["test"], row["baseline"], row["worst"]): len(row["participants"])
              for row in analyzed[1][group]["laboratory_shift"]["rows"]}  # fmt: skip
    elsewhere = {test.name for test in laboratory.tests() if test.analyte in ELSEWHERE}
    assert counted == {key: count for key, count in stored.items() if key[0] not in elsewhere}


def _test_of(row: dict[str, Any], letter: str) -> str:
    """The name of the test on one side; by code and unit, since two tests of protein share a code."""
    is_dipstick = row["PARAMCD"].startswith("PROT") and "PLUS" in row["PARAM"]
    return next(test.name for test in laboratory.tests() if test.term == row[f"ATOXDSC{letter}"]
                and test.analyte in TESTS and row["PARAM"].startswith(f"{TESTS[test.analyte].name} (")
                and (test.analyte == "PROTDIP") == is_dipstick)  # fmt: skip


def _worst_of(mine: list[dict[str, Any]]) -> str:
    if not mine:
        return "no value"
    return max((row["grade"] for row in mine if row["grade"]), default="not graded")


def test_a_change_is_that_from_the_baseline_of_the_same_parameter(analyzed: Analyzed) -> None:
    seen = 0
    for name in ("ADTR", "ADLB"):
        found = rows(analyzed, name)
        baseline = {(row["USUBJID"], row["PARAMCD"]): row["AVAL"] for row in found if row["ABLFL"] == "Y"}
        changed = [row for row in found if row["CHG"] is not None]
        assert len(baseline) == sum(row["ABLFL"] == "Y" for row in found)
        for row in changed:
            assert row["BASE"] == baseline[row["USUBJID"], row["PARAMCD"]], row
            assert Decimal(row["CHG"]) == Decimal(row["AVAL"]) - Decimal(row["BASE"]), row
        seen += len(changed)
    assert seen


def test_the_definitions_of_the_analysis_are_valid(analyzed: Analyzed, schema: xmlschema.XMLSchema) -> None:
    path = analyzed[0] / "adam" / "define.xml"
    assert [error.reason for error in schema.iter_errors(str(path))] == []
    classes = {each.get("Name") for each in stop_dangling(path).iter() if each.tag.endswith("SubClass")}
    assert classes == {"TIME-TO-EVENT", "ADVERSE EVENT"}


def test_the_keys_tell_rows_apart_and_values_are_of_their_lists(analyzed: Analyzed) -> None:
    for data_set in ANALYSIS_SETS:
        found = rows(analyzed, data_set.name)
        names = {row["PARAMCD"]: row["PARAM"] for row in found if "PARAMCD" in row}
        assert len(set(names.values())) == len(names), data_set.name
        assert all(names[row["PARAMCD"]] == row["PARAM"] and len(row["PARAMCD"]) <= 8 for row in found if names)
        assert found and max(Counter(tuple(row[key] for key in data_set.keys) for row in found).values()) == 1
        for variable in (each for each in data_set.variables if each.codes is not None):
            assert {row[variable.name] for row in found} <= {*variable.codes.pairs.values(), None}, variable.name


def test_a_source_leads_to_the_row_of_sdtm_with_the_same_day(analyzed: Analyzed) -> None:
    led = [(row, name) for name in ("ADTTE", "ADRS", "ADTR", "ADLB", "ADHORM") for row in rows(analyzed, name)
           if row["SRCSEQ"] is not None]  # fmt: skip
    assert led
    dead = {row["USUBJID"]: row["DTHDTC"] for row in rows_of(analyzed[0] / "sdtm" / "dm.json")}
    for row in rows(analyzed, "ADTTE"):
        if row["SRCDOM"] == "DM" and len(dead[row["USUBJID"]]) == 10:
            assert row["SRCVAR"] == "DTHDTC" and dead[row["USUBJID"]] == row["ADT"], row
    names = {row["SRCDOM"] for row, _ in led}
    tables = {name: rows_of(analyzed[0] / "sdtm" / f"{name.lower()}.json") for name in names}
    for row, _ in led:
        name = row["SRCDOM"]
        behind = [one for one in tables[name] if one["USUBJID"] == row["USUBJID"]
                  and one[f"{name}SEQ"] == row["SRCSEQ"]]  # fmt: skip
        assert len(behind) == 1, row
        if row["SRCVAR"].endswith("STRESN"):
            assert behind[0][row["SRCVAR"]] == row["AVAL"], (row, behind[0])
        if row["SRCVAR"].endswith("DTC") and len(behind[0][row["SRCVAR"]] or "") == 10:
            assert behind[0][row["SRCVAR"]] == row["ADT"], (row, behind[0])


def test_days_are_numbers_with_a_format_in_transport_files(analyzed: Analyzed) -> None:
    path = analyzed[0] / "adam" / "adsl.xpt"
    columns, head = pyreadstat.read_xport(str(path), output_format="dict")
    days = [None if day is None else day.isoformat() for day in columns["ENRLDT"]]
    assert days == [row["ENRLDT"] for row in rows(analyzed, "ADSL")] and None not in days
    assert head.original_variable_types["ENRLDT"] == "DATE9"


def test_copied_variables_have_the_values_of_sdtm(analyzed: Analyzed) -> None:
    people = {row["USUBJID"]: row for row in rows_of(analyzed[0] / "sdtm" / "dm.json")}
    assert {row["USUBJID"] for row in rows(analyzed, "ADSL")} == {
        subject for subject, row in people.items() if row["ARMCD"]}  # fmt: skip
    for row in rows(analyzed, "ADSL"):
        assert all(row[name] == people[row["USUBJID"]][name] for name in ("AGE", "SEX", "SITEID", "DTHFL"))


def test_labels_and_names_fit_and_copied_variables_say_from_where() -> None:
    for data_set in ANALYSIS_SETS:
        for each in data_set.variables:
            assert each.name.isupper() and len(each.name) <= 8 and 0 < len(each.label.encode()) <= 40, each.name
            assert each.method, f"{data_set.name}.{each.name}"
        assert BY_NAME[data_set.name] is data_set and len(data_set.label) <= 40
