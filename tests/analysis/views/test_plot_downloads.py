"""A download that a spreadsheet opens, reads back the same and does not run."""

import csv
from datetime import date
from decimal import Decimal
from enum import Enum
from io import StringIO

import pytest

from analysis.views.files.csv_text import chart_csv


class Response(str, Enum):
    PARTIAL = "PR"


def test_header_and_rows_end_in_crlf() -> None:
    assert chart_csv([{"number": "NET-001", "days": 56}]) == "number,days\r\nNET-001,56\r\n"


def test_commas_quotes_and_line_breaks_come_back_as_they_were() -> None:
    text = 'pain, "severe"\nat night'
    assert list(csv.reader(StringIO(chart_csv([{"term": text}]), newline="")))[1] == [text]


def test_none_is_empty_and_zero_is_zero() -> None:
    assert chart_csv([{"a": None, "b": 0, "c": ""}]).splitlines()[1] == ",0,"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_text_that_would_run_gets_an_apostrophe(text: str) -> None:
    assert list(csv.reader(StringIO(chart_csv([{"a": text}]), newline="")))[1] == [f"'{text}"]


def test_a_header_that_would_run_gets_an_apostrophe_too() -> None:
    assert chart_csv([{"=a": 1}]).startswith("'=a\r\n")


@pytest.mark.parametrize("value", [-30.5, -3, Decimal("-30.5")])
def test_negative_numbers_stay_numbers(value: object) -> None:
    assert chart_csv([{"change": value}]).splitlines()[1] == str(value)


def test_columns_stand_in_order_of_first_appearance_and_gaps_are_empty() -> None:
    assert chart_csv([{"a": 1}, {"b": 2, "a": 3}]).splitlines() == ["a,b", "1,", "3,2"]


def test_dates_and_codes_are_written_as_people_read_them() -> None:
    assert chart_csv([{"on": date(2006, 1, 31), "response": Response.PARTIAL}]).splitlines()[1] == "2006-01-31,PR"


def test_without_rows_there_is_no_text() -> None:
    assert chart_csv([]) == ""


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not a number"):
        chart_csv([{"a": value}])
