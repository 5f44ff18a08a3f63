"""An export is read by others with the types, codes and reasons that its own dictionary states: Python, and R."""

import csv
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from capture.exchange.exporting.export import export
from tests.capture.exchange import cohort
from tests.cast import person
from trial.models import AdverseEvent, LesionReading, Role, Site
from trial.record import changes

pytestmark = pytest.mark.requirement("R61")

Row = dict[str, str]
PARTIAL = "date, day or month may be unknown"
# Type of the dictionary → how a reader who only has the files makes a value of a cell.
READ: dict[str, Callable[[str], Any]] = {
    "number": Decimal, "whole number": int, "date": date.fromisoformat,
    "instant, ISO 8601 with its offset from UTC": lambda text: datetime.fromisoformat(text).astimezone(UTC),
    "time of day at the site": time.fromisoformat, "yes or no": {"yes": True, "no": False}.__getitem__,
    PARTIAL: lambda text: re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text)[0],  # type: ignore[index]
    "words": str, "reference": str, "JSON": str,
}  # fmt: skip
# By the dictionary alone: codes become factors with their words, numbers and dates are converted, blanks are missing.
IN_R = r"""
folder <- commandArgs(TRUE)[1]
read <- function(name) read.csv(file.path(folder, paste0(name, ".csv")), colClasses = "character",
  na.strings = "", encoding = "UTF-8", check.names = FALSE)
dictionary <- read("data_dictionary")
typed <- function(name) {
  rows <- read(name)
  for (i in which(dictionary$data_set == name)) {
    column <- dictionary$column[i]; type <- dictionary$type[i]
    if (type %in% c("number", "whole number")) rows[[column]] <- as.numeric(rows[[column]])
    if (type == "date") rows[[column]] <- as.Date(rows[[column]])
    if (type == "code" && !is.na(dictionary$codes[i])) {
      pairs <- strsplit(strsplit(dictionary$codes[i], "; ", fixed = TRUE)[[1]], " = ", fixed = TRUE)
      rows[[column]] <- factor(rows[[column]], sapply(pairs, `[`, 1), sapply(pairs, `[`, 2))
    }
  }
  rows
}
events <- typed("adverse_event"); readings <- typed("lesion_readings"); scans <- typed("assessments")
cat(nrow(events), sum(is.na(events$grade)), sum(!is.na(events$grade_missing)),
  sum(readings$longest_diameter_mm, na.rm = TRUE), sum(!is.na(readings$longest_diameter_mm)),
  format(max(scans$assessed_on)), sum(is.na(scans$method)), sum(events$outcome == "Not recovered"), sep = "\n")
"""


@pytest.fixture
def folder(database: str, tmp_path: Path) -> Path:
    """The small cohort, exported as CSV."""
    with changes.record(None, "system", "sites of the test"):
        north = Site.objects.create(code="NORTH", name="North")
    cohort.entered(person("nora", Role.COORDINATOR, north), person("chris", Role.CHAIR), north)
    export("csv", tmp_path / "out")
    return tmp_path / "out"


def _rows(folder: Path, name: str) -> list[Row]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _read_by_python(folder: Path) -> int:
    """Every cell of every file by the type that the dictionary gives it; the number of filled cells."""
    filled = 0
    explained: dict[str, list[Row]] = {}
    for each in _rows(folder, "data_dictionary"):
        explained.setdefault(each["data_set"], []).append(each)
    for name, columns in explained.items():
        for row in _rows(folder, name):
            assert list(row) == [each["column"] for each in columns], name
            for column in columns:
                cell, reason = row[column["column"]], column["missing_reason"]
                if reason:
                    assert bool(cell) != bool(row[reason]), (name, column["column"], "a value or a reason, never both")
                if cell:
                    filled += 1
                    _reads(cell, column)
    return filled


def _reads(cell: str, column: Row) -> None:
    if column["type"] == "code":
        known = [pair.partition(" = ")[0] for pair in column["codes"].split("; ")]
        assert cell in known, (column["data_set"], column["column"], cell)
    else:
        READ[column["type"]](cell)


def test_python_and_r_read_every_value_by_the_dictionary_of_the_export(folder: Path) -> None:
    assert _read_by_python(folder) > 1000
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("R is not installed here; Python has read every cell")
    ran = subprocess.run([program, "--vanilla", "-e", IN_R, str(folder)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    events, measured = AdverseEvent.objects, LesionReading.objects.exclude(longest_diameter_mm=None)
    newest = max(row["assessed_on"] for row in _rows(folder, "assessments"))
    assert ran.stdout.split() == [
        str(events.count()), str(events.filter(grade=None).count()), str(events.exclude(grade_missing="").count()),
        format(sum(each.longest_diameter_mm for each in measured).normalize(), "f"), str(measured.count()), newest, "0",
        str(events.filter(outcome="not_recovered").count()),
    ]  # fmt: skip
