"""SAS transport files of the whole demo read back by other people's programs: R's haven, and pyreadstat. By hand:

    .venv/bin/python -m pytest -q -n 0 -s tests/peers/peer_readers.py

Every value, label and missing value is that of Dataset-JSON, but for letters outside ASCII. Needs R with its package
haven (Debian: r-cran-haven); without it the test ends with the words of R.
"""

import csv
import json
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyreadstat
import pytest

from tests.capture.demo.kept import demo_database
from tests.plugin_postgres import another_database
from trial.operations import exports
from trial.tabulation import texts

SCRIPT = Path(__file__).with_name("read_back.R")
Column = list[Any]


@pytest.mark.timeout(1800)
def test_every_file_is_read_back_the_same(template_database: str, tmp_path: Path) -> None:
    """Prints how many values were compared with each reader."""
    kept = demo_database()
    with another_database(template_database, kept):
        for kind in ("sdtm", "adam"):
            exports.write(kind, tmp_path / kind)
    for kind in ("sdtm", "adam"):
        folder = tmp_path / kind
        print("\n" + subprocess.run(["Rscript", str(SCRIPT), str(folder)], check=True, capture_output=True,
                                    text=True).stdout, end="")  # fmt: skip
        paths = sorted(folder.glob("*.xpt"))
        assert paths
        for name, read in (("haven", _by_haven), ("pyreadstat", _by_pyreadstat)):
            values = sum(_compared(path, *read(path)) for path in paths)
            print(f"{kind}: {len(paths)} files, {values} values as {name} reads them are those of Dataset-JSON")


def _by_haven(path: Path) -> tuple[str, list[str], dict[str, Column]]:
    """Label of the data set, labels of the variables, and the columns as text."""
    title, *labels = path.with_suffix(".labels").read_text(encoding="utf-8").splitlines()
    with path.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    return title, labels, {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _by_pyreadstat(path: Path) -> tuple[str, list[str], dict[str, Column]]:
    columns, head = pyreadstat.read_xport(str(path), output_format="dict")
    return head.file_label, list(head.column_labels), columns


def _compared(path: Path, title: str, labels: list[str], columns: dict[str, Column]) -> int:
    """How many values are the same; an assertion names the first that is not."""
    whole = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert (title, labels) == (whole["label"], [each["label"] for each in whole["columns"]]), path.name
    assert list(columns) == [each["name"] for each in whole["columns"]], path.name
    for place, column in enumerate(whole["columns"]):
        told = columns[column["name"]]
        assert len(told) == len(whole["rows"]), path.name
        for value, row in zip(told, whole["rows"], strict=True):
            assert _same(value, row[place], column["dataType"]), (path.name, column["name"], value, row[place])
    return len(whole["rows"]) * len(columns)


def _same(read: Any, written: Any, kind: str) -> bool:
    if written is None:
        return read is None or read == ""
    if kind == "date":
        return str(read) == written
    if kind in ("integer", "decimal"):
        return float(read) == float(Decimal(written))
    return bool(read == texts.in_ascii(texts.one_line(written)).rstrip())
