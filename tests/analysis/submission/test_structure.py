"""What must hold between the rows of the exported data sets; each rule protects whoever reads them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from trial.tabulation.common import NO_RESULT
from trial.tabulation.data_sets import BY_NAME, DATA_SETS
from trial.tabulation.declarations import (
    DATE,
    DAY,
    DECIMAL,
    INTEGER,
    LABEL_BYTES,
    NAME_LETTERS,
    TEXT,
    TEXT_BYTES,
)

Row = dict[str, Any]
Tables = dict[str, list[Row]]
ISO = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})?)?)?)?")
LESIONS = "TREATMENT OF A LESION"
FINDINGS = ("RS", "LB", "VS", "TR", "EG", "CV")


def every_row(tables: Tables) -> Iterator[tuple[str, Row]]:
    """(data set, row) of each."""
    for name, rows in tables.items():
        yield from ((name, row) for row in rows)


def of_subjects(tables: Tables) -> dict[str, Row]:
    """Identifier → row of DM."""
    return {row["USUBJID"]: row for row in tables["DM"]}


@pytest.mark.parametrize("data_set", DATA_SETS, ids=lambda one: one.name)
def test_the_keys_tell_every_row_apart(data_set: Any, tables: Tables) -> None:
    keys = Counter(tuple(row[key] for key in data_set.keys) for row in tables.get(data_set.name, ()))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("data_set", DATA_SETS, ids=lambda one: one.name)
def test_values_have_the_type_that_is_declared_and_rows_the_order_of_the_keys(data_set: Any, tables: Tables) -> None:
    kinds = {each.name: each.kind for each in data_set.variables}
    rows = [{name: TYPED[kinds[name]](value) for name, value in row.items()} for row in tables.get(data_set.name, ())]
    order = [[(row[key] is not None, row[key]) for key in data_set.keys if key in row] for row in rows]
    assert order == sorted(order)


def _exactly(kind: type) -> Callable[[Any], Any]:
    """Refuses a value of another type, and an empty text."""
    def typed(value: Any) -> Any:
        assert value is None or (type(value) is kind and value != ""), value
        return value

    return typed


# Whole numbers are numbers by their declaration, decimals are text, whatever the data happen to be.
TYPED = {
    INTEGER: _exactly(int), TEXT: _exactly(str), DATE: _exactly(str), DAY: _exactly(str),
    DECIMAL: lambda value: None if value is None else Decimal(_exactly(str)(value)),
}  # fmt: skip


def test_relations_are_by_links_that_lead_somewhere_and_by_no_sequence_number(tables: Tables) -> None:
    related = tables["RELREC"]
    assert {row["IDVAR"] for row in related} <= {f"{row['RDOMAIN']}LNK{part}" for row in related
                                                for part in ("ID", "GRP")}  # fmt: skip
    assert related and all(BY_NAME[row["RDOMAIN"]].place(row["IDVAR"]) for row in related)


def test_the_sequence_number_is_used_once_by_a_subject(tables: Tables) -> None:
    numbers = Counter((name, row["USUBJID"], row[f"{name}SEQ"]) for name, row in every_row(tables)
                      if f"{name}SEQ" in row and "USUBJID" in row)  # fmt: skip
    assert [each for each, count in numbers.items() if count > 1] == [] and numbers


def test_everyone_in_a_data_set_is_in_dm(tables: Tables) -> None:
    known = set(of_subjects(tables)) | {None}
    assert {row["USUBJID"] for _, row in every_row(tables) if "USUBJID" in row} == known


def test_every_visit_is_a_visit_of_the_subject_and_every_planned_one_of_the_design(tables: Tables) -> None:
    held = {(row["USUBJID"], row["VISITNUM"]): row for row in tables["SV"]}
    planned = {str(row["VISITNUM"]): row["VISIT"] for row in tables["TV"]}
    for name, row in every_row(tables):
        if name != "SV" and "USUBJID" in row and row.get("VISITNUM") is not None:
            assert held[row["USUBJID"], row["VISITNUM"]]["VISIT"] == row["VISIT"], (name, row)
    for row in tables["SV"]:
        assert (row["VISITNUM"] in planned) == (row["SVPRESP"] == "Y") != bool(row.get("SVUPDES")), row
        assert planned.get(row["VISITNUM"], row["VISIT"]) == row["VISIT"]


def test_links_lead_to_the_lesion_and_to_the_readings_of_the_assessment(tables: Tables) -> None:
    lesions = {(row["USUBJID"], row["TULNKID"]) for row in tables["TU"]}
    readings = {(row["USUBJID"], row["TRLNKGRP"]) for row in tables["TR"]}
    assert {(row["USUBJID"], row["TRLNKID"]) for row in tables["TR"] if row["TRLNKID"]} <= lesions
    assert {(row["USUBJID"], row["PRLNKID"]) for row in tables["PR"] if row["PRCAT"] == LESIONS} <= lesions
    grouped = {(row["USUBJID"], row["RSLNKGRP"]) for row in tables["RS"] if row["RSLNKGRP"] and row["RSDRVFL"]}
    assert grouped and grouped <= readings


@pytest.mark.parametrize("name", FINDINGS)
def test_a_finding_has_a_result_or_says_why_not_never_both(name: str, tables: Tables) -> None:
    open_ones = {(row["USUBJID"], row["IDVARVAL"]) for row in tables.get(f"SUPP{name}", ())
                 if row["QNAM"] == NO_RESULT.name}  # fmt: skip
    for row in tables[name]:
        reason, is_open = row.get(f"{name}REASND"), (row["USUBJID"], str(row[f"{name}SEQ"])) in open_ones
        assert (row.get(f"{name}STAT") == "NOT DONE") == (reason is not None), row
        assert (row[f"{name}ORRES"] is None) == (is_open != (reason is not None)), row
        if row[f"{name}ORRES"] is None:
            assert row[f"{name}STRESC"] is None and row.get(f"{name}STRESN") is None, row


def test_dates_are_iso_8601_as_far_as_they_are_known(tables: Tables) -> None:
    dates = [(name, column, value) for name, row in every_row(tables) for column, value in row.items()
             if column.endswith("DTC") and value is not None]  # fmt: skip
    assert [each for each in dates if not ISO.fullmatch(each[2])] == [] and dates


def test_study_days_count_from_the_first_dose_and_only_complete_dates(tables: Tables) -> None:
    counted = 0
    for name, row in every_row(tables):
        for column in [each for each in row if each.endswith("DY") and each != "VISITDY"]:
            dtc, reference = row[column.removesuffix("DY") + "DTC"], of_subjects(tables)[row["USUBJID"]]["RFSTDTC"]
            known = dtc is not None and len(dtc) == 10 and reference is not None
            assert (row[column] is not None) == known, (name, row)
            if known:
                days = (date.fromisoformat(dtc) - date.fromisoformat(reference)).days
                assert row[column] == days + (days >= 0), (name, row)
                counted += 1
    assert counted


def test_every_coded_value_is_of_its_list(tables: Tables) -> None:
    for name, rows in tables.items():
        for variable in BY_NAME[name].variables:
            if variable.codes is not None:
                known = {*variable.codes.pairs.values(), None}
                assert {row.get(variable.name) for row in rows} <= known, (name, variable.name)


def test_texts_fit_and_labels_are_plain(tables: Tables) -> None:
    assert not [(name, row) for name, row in every_row(tables) for value in row.values()
                if isinstance(value, str) and len(value.encode()) > TEXT_BYTES]  # fmt: skip
    for row in (row for name, row in every_row(tables) if name.startswith("SUPP")):
        assert len(row["QNAM"]) <= NAME_LETTERS and len(row["QLABEL"].encode()) <= LABEL_BYTES, row


def test_supplements_join_to_one_row_of_their_data_set(tables: Tables) -> None:
    for name in (each for each in tables if each.startswith("SUPP")):
        parent = name.removeprefix("SUPP")
        for row in tables[name]:
            found = [one for one in tables[parent] if one["USUBJID"] == row["USUBJID"]
                     and (row["IDVAR"] is None or str(one[row["IDVAR"]]) == row["IDVARVAL"])]  # fmt: skip
            assert len(found) == 1 and row["RDOMAIN"] == parent and row["QNAM"] not in found[0], row


def test_the_reference_days_are_those_of_the_doses(tables: Tables) -> None:
    for subject, row in of_subjects(tables).items():
        doses = [one for one in tables["EX"] if one["USUBJID"] == subject]
        assert row["RFSTDTC"] == row["RFXSTDTC"] == min((one["EXSTDTC"] for one in doses), default=None)
        assert row["RFENDTC"] == row["RFXENDTC"] == max((one["EXENDTC"] for one in doses), default=None)
        assert (row["ACTARMCD"] is None) == (row["ARMNRS"] is not None) == (not doses)


def test_participation_ends_no_earlier_than_any_visit_dose_or_death(tables: Tables) -> None:
    for subject, row in of_subjects(tables).items():
        dated = (("SV", "SVENDTC"), ("EX", "EXENDTC"), ("DM", "DTHDTC"), ("RS", "RSDTC"), ("LB", "LBDTC"),
                 ("AE", "AEENDTC"), ("CM", "CMSTDTC"), ("CM", "CMENDTC"), ("DV", "DVSTDTC"), ("DS", "DSSTDTC"))
        days = [one.get(column) for name, column in dated for one in tables[name] if one["USUBJID"] == subject]
        days = [day for day in days if day and len(day) == 10]
        assert not days or row["RFPENDTC"] >= max(days), row


def test_a_death_is_the_same_wherever_it_stands(tables: Tables) -> None:
    causes = {row["USUBJID"] for row in tables["DD"]}
    dead = {subject: row["DTHDTC"] for subject, row in of_subjects(tables).items() if row["DTHFL"] == "Y"}
    assert set(dead) == causes and dead
    ended = [row for row in tables["DS"] if row["DSDECOD"] == "DEATH"]
    assert ended and all(row["DSSTDTC"] == dead[row["USUBJID"]] for row in ended)


def test_a_held_dose_is_collected_and_no_exposure(tables: Tables) -> None:
    taken = {row["EXSPID"] for row in tables["EX"]}
    assert {row["ECSPID"] for row in tables["EC"] if row["ECOCCUR"] == "Y"} == taken
    assert all(row["ECDOSE"] is None for row in tables["EC"] if row["ECOCCUR"] == "N")


def test_elements_visits_and_epochs_follow_the_design(tables: Tables) -> None:
    elements = {row["ETCD"] for row in tables["TE"]}
    assert {row["ETCD"] for row in tables["TA"]} == elements >= {row["ETCD"] for row in tables["SE"]}
    for row in tables["SE"]:
        assert row["SEENDTC"] is None or len(row["SEENDTC"]) < 10 or row["SESTDTC"] <= row["SEENDTC"], row


def test_the_number_of_a_result_is_the_number_of_its_text(tables: Tables) -> None:
    for name in ("LB", "VS"):
        for row in tables[name]:
            text, number = row[f"{name}STRESC"], row[f"{name}STRESN"]
            assert (text is None) == (row[f"{name}ORRES"] is None), row
            if number is not None:
                assert Decimal(text) == Decimal(number), row
            else:
                assert text is None or text[0] in "<>", row


def test_at_most_one_result_of_a_test_is_the_last_before_treatment(tables: Tables) -> None:
    for name in FINDINGS:
        flagged = [row for row in tables[name] if row.get(f"{name}LOBXFL") == "Y"]
        of_test = Counter((row["USUBJID"], row[f"{name}TESTCD"], row.get("LBSPEC"), row.get("TRLNKID"),
                           row.get("LBORRESU") == "PLUS SIGNS") for row in flagged)  # fmt: skip
        assert not of_test or max(of_test.values()) == 1, name
        assert all(row[f"{name}DTC"] <= of_subjects(tables)[row["USUBJID"]]["RFSTDTC"] for row in flagged)


def test_a_result_of_a_test_with_its_own_list_is_of_it(tables: Tables) -> None:
    for name in ("TR", "RS"):
        variable = next(each for each in BY_NAME[name].variables if each.by_test)
        for row in tables[name]:
            codes = variable.by_test.get(row[f"{name}TESTCD"])
            assert codes is None or row[variable.name] in {*codes.pairs.values(), None}, row
