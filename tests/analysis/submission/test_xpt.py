"""SAS transport files: written by us, read by somebody else's reader; what does not fit is refused in words."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as made

from analysis.submission import dataset_json, xpt
from analysis.submission.first_pass import FirstPass, Written
from trial.refused import Refused
from trial.tabulation.declarations import DECIMAL, INTEGER, TEXT, Core, DataSet, Kind, Role, Variable
from trial.tabulation.subject import Study
from trial.tabulation.texts import in_ascii, one_line

pytestmark = pytest.mark.requirement("R61")
AT = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)


def variable(name: str, kind: Kind = TEXT, label: str = "Label") -> Variable:
    """A variable that always stands in the files."""
    return Variable(name, label, Role.IDENTIFIER, Core.REQUIRED, kind=kind)


def written(folder: Path, rows: Sequence[dict[str, Any]], *variables: Variable, label: str = "Test Data") -> Written:
    """The first pass of a data set of these rows."""
    study = variable("STUDYID")
    made = [{"STUDYID": "S", **row} for row in rows]
    data_set = DataSet("XX", label, "EVENTS", "One record", ("STUDYID",), lambda _: made, (study, *variables),
                       is_design=True)  # fmt: skip
    return FirstPass([data_set], folder).write([], Study("2026-03-01"))[0]


def read(folder: Path, rows: Sequence[dict[str, Any]], *variables: Variable) -> tuple[dict[str, list[Any]], Any]:
    """The columns as the other reader has them, and what it read of the headers."""
    path = folder / "xx.xpt"
    xpt.write(written(folder, rows, *variables), path, AT)
    assert path.stat().st_size % 80 == 0
    found: tuple[dict[str, list[Any]], Any] = pyreadstat.read_xport(str(path), output_format="dict")
    return found


def test_names_labels_rows_and_the_instant_are_read_back(tmp_path: Path) -> None:
    columns, head = read(tmp_path, [{"A": "x", "N": 1}, {"A": None, "N": None}], variable("A", label="L" * 40),
                         variable("N", INTEGER))  # fmt: skip
    assert columns == {"STUDYID": ["S", "S"], "A": ["x", ""], "N": [1.0, None]}
    assert (head.table_name, head.file_label, head.number_rows) == ("XX", "Test Data", 2)
    assert head.column_names_to_labels["A"] == "L" * 40 and head.creation_time == AT.replace(tzinfo=None)


@pytest.mark.parametrize("text", ["a" * 200, "é" * 100, "two\r\nlines", "Łódź", "≥ 5", " lead", "x" * 7, "x" * 8])
def test_text_is_read_back_as_it_was_written(tmp_path: Path, text: str) -> None:
    columns, _ = read(tmp_path, [{"A": text}], variable("A"))
    assert columns["A"] == [in_ascii(one_line(text))]


@pytest.mark.parametrize("value", [
    "0", "1", "-1", "0.1", "42.5", "-3.4", "1e70", "-1e70", "1e-70", "123456789012345", "0.000001", "99999.999", "16",
    "255.9375",
])  # fmt: skip
def test_a_number_is_read_back_exactly(tmp_path: Path, value: str) -> None:
    columns, _ = read(tmp_path, [{"N": Decimal(value)}], variable("N", DECIMAL))
    assert columns["N"] == [pytest.approx(float(value), rel=1e-15)]
    assert "e" in value or columns["N"] == [float(value)]


@given(made.floats(allow_nan=False, allow_infinity=False, min_value=-1e60, max_value=1e60))
def test_the_fraction_of_a_number_loses_no_digit(number: float) -> None:
    packed = int.from_bytes(xpt.ibm(number if abs(number) > 1e-60 else 0))
    sign, power, digits = packed >> 63, (packed >> 56 & 127) - 64, packed & (1 << 56) - 1
    exact = Decimal(digits) * Decimal(16) ** power / Decimal(16) ** 14
    assert (-1) ** sign * float(exact) == pytest.approx(number if abs(number) > 1e-60 else 0, rel=1e-15)


@pytest.mark.parametrize("value", ["1e80", "-1e80", "1e-90", "Infinity", "NaN"])
def test_a_number_out_of_the_range_is_refused(value: str) -> None:
    with pytest.raises(Refused, match="out of the range"):
        xpt.ibm(Decimal(value))


def test_no_rows_are_a_file_with_its_headers(tmp_path: Path) -> None:
    columns, head = read(tmp_path, [], variable("A"), variable("N", INTEGER))
    assert columns == {"STUDYID": [], "A": [], "N": []} and head.column_names == ["STUDYID", "A", "N"]


def test_values_that_are_all_missing_are_read_as_missing(tmp_path: Path) -> None:
    columns, _ = read(tmp_path, [{}] * 3, variable("A"), variable("N", DECIMAL))
    assert columns["A"] == [""] * 3 and columns["N"] == [None] * 3


@pytest.mark.parametrize(("rows", "variables", "words"), [
    ([{"A": "a" * 201}], [variable("A")], "has 201 bytes"),
    ([{"A": "漢"}], [variable("A")], "cannot be written in ASCII"),
    ([], [variable("A", label="L" * 41)], "more than 40 bytes"), ([], [variable("A", label="é")], "not ASCII"),
    ([], [variable("NINELETTER")], "no name of a variable"), ([], [variable("lower")], "no name of a variable"),
])  # fmt: skip
def test_what_does_not_fit_is_refused_and_never_cut(
    tmp_path: Path, rows: Sequence[dict[str, Any]], variables: Sequence[Variable], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        xpt.write(written(tmp_path, rows, *variables), tmp_path / "xx.xpt", AT)


def test_a_letter_that_has_no_place_is_refused_with_variable_and_subject(tmp_path: Path) -> None:
    rows = [{"USUBJID": "NET-NORTH-001", "TUMGRP": "A", "AREASON": "кашель"}]
    made = written(tmp_path, rows, *map(variable, ("USUBJID", "TUMGRP", "AREASON")))
    with pytest.raises(Refused, match="^AREASON of NET-NORTH-001: “к”"):
        xpt.write(made, tmp_path / "xx.xpt", AT)


def test_a_label_of_the_data_set_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="do not fit"):
        xpt.write(written(tmp_path, [], label="L" * 41), tmp_path / "xx.xpt", AT)


def test_dataset_json_keeps_letters_digits_and_what_is_missing(tmp_path: Path) -> None:
    rows = [{"A": "漢 é\n≥", "N": Decimal("0.1000"), "I": 3}, {"N": Decimal("1e-9")}]
    made = written(tmp_path, rows, variable("A"), variable("N", DECIMAL), variable("I", INTEGER))
    dataset_json.write(made, tmp_path, AT)
    whole = json.loads((tmp_path / "xx.json").read_text(encoding="utf-8"))
    assert whole["rows"] == [["S", "漢 é\n≥", "0.1", 3], ["S", None, "0.000000001", None]]
    assert whole["records"] == 2 and whole["datasetJSONCreationDateTime"] == "2026-03-01T12:30:05+00:00"
    kinds = [(each["dataType"], each.get("targetDataType")) for each in whole["columns"]]
    assert kinds == [("string", None), ("string", None), ("decimal", "decimal"), ("integer", None)]
    lines = [json.loads(line) for line in (tmp_path / "xx.ndjson").read_text(encoding="utf-8").splitlines()]
    assert lines[0] == {name: value for name, value in whole.items() if name != "rows"} and lines[1:] == whole["rows"]


def test_no_rows_are_dataset_json_with_none(tmp_path: Path) -> None:
    dataset_json.write(written(tmp_path, [], variable("A")), tmp_path, AT)
    assert json.loads((tmp_path / "xx.json").read_text(encoding="utf-8"))["rows"] == []
