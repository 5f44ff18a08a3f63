"""ADaM: the numbers of the results pages counted again from its rows alone, and each result led back to its row."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyreadstat
import pytest

from analysis.results.recompute import recompute
from analysis.statistics import survival
from tests.analysis.submission.conftest import odd_database, rows_of
from tests.capture.demo.kept import demo_database
from tests.plugin_postgres import another_database
from trial.operations import exports
from trial.tabulation.data_sets import ANALYSIS_SETS, BY_NAME

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
        results = {group: recompute(group).result["endpoints"] for group in "AB"}
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


def test_the_keys_tell_rows_apart_and_values_are_of_their_lists(analyzed: Analyzed) -> None:
    for data_set in ANALYSIS_SETS:
        found = rows(analyzed, data_set.name)
        assert found and max(Counter(tuple(row[key] for key in data_set.keys) for row in found).values()) == 1
        for variable in (each for each in data_set.variables if each.codes is not None):
            assert {row[variable.name] for row in found} <= {*variable.codes.pairs.values(), None}, variable.name


def test_a_source_leads_to_the_row_of_sdtm_with_the_same_day(analyzed: Analyzed) -> None:
    led = [(row, name) for name in ("ADTTE", "ADRS") for row in rows(analyzed, name) if row["SRCSEQ"] is not None]
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
