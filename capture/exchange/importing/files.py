"""The files of an import as they come: CSV, UTF-8, one header → rows of text with their line, or problems in words."""

import contextlib
import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from capture.exchange import cells
from capture.exchange.data_sets import BY_NAME, COMES_IN, STRUCK_OUT, DataSet, columns_in, every, known_columns
from trial.rules.typed_text import unseen

# Files of an export that an import passes by.
PASSED_BY = frozenset({"manifest.json", "data_dictionary.csv"}) | {
    f"{name}.csv" for name, data_set in BY_NAME.items() if not data_set.comes_in
}
WORKBOOK = "This is an Excel workbook. Save each sheet as “CSV UTF-8” and choose those files."
_BEFORE_2007 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_COPY = re.compile(r"(?: ?\([0-9]+\))?\.csv$")
LETTERS_IN_A_CELL = 131_072
# After so many an import reads no further: nobody corrects more at once, and a wrong file of any size stays small.
MOST_PROBLEMS = 1000


@dataclass(frozen=True)
class Problem:
    """What is wrong and where: file, line (1 is the header), column; line and column may be unknown."""

    file: str
    words: str
    line: int | None = None
    column: str = ""

    def __str__(self) -> str:
        place = [self.file, f"line {self.line}" if self.line else "", self.column and f"column {self.column}"]
        return f"{', '.join(filter(None, place))}: {self.words}"


class TooMany(Exception):
    """MOST_PROBLEMS were found; `problems` are these, with one that says so."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        words = f"Reading stopped after {MOST_PROBLEMS} problems. Correct these, then try again."
        self.problems = [*problems, Problem("import", words)]


class Problems(list[Problem]):
    """Problems in order of discovery. Adding to MOST_PROBLEMS of them raises TooMany."""

    def append(self, problem: Problem) -> None:
        """Adds one."""
        super().append(problem)
        if len(self) >= MOST_PROBLEMS:
            raise TooMany(self[:MOST_PROBLEMS])

    def extend(self, problems: Iterable[Problem]) -> None:
        """Adds several, up to the limit."""
        for each in problems:
            self.append(each)

    def __iadd__(self, problems: Iterable[Problem]) -> Self:  # type: ignore[misc,override]
        self.extend(problems)
        return self


@dataclass
class FileRow:
    """One row of a file: text by column, and the line where it begins."""

    data_set: DataSet
    line: int
    cells: Mapping[str, str]

    @property
    def file(self) -> str:
        """The name of the file."""
        return f"{self.data_set.name}.csv"

    def problem(self, words: str, column: str = "") -> Problem:
        """Something wrong in this row."""
        return Problem(self.file, words, self.line, column)


@dataclass
class Files:
    """What was read: the standing rows by data set, the struck-out ones that are left out, and what is wrong."""

    rows: dict[str, list[FileRow]] = field(default_factory=dict)
    left_out: dict[str, list[FileRow]] = field(default_factory=dict)
    problems: Problems = field(default_factory=Problems)

    def of(self, name: str) -> list[FileRow]:
        """The rows of a data set; none when its file is not there."""
        return self.rows.get(name, [])


def read(contents: Mapping[str, bytes]) -> Files:
    """File name → content, to rows; a file that is not of the import is a problem, one that is missing has no rows."""
    found = Files()
    meant = Counter(_meant(name) for name in contents)
    for name in sorted(contents):
        as_called = _meant(name)
        if as_called in PASSED_BY:
            continue
        if is_workbook(contents[name]):
            found.problems.append(Problem(name, WORKBOOK))
            continue
        if meant[as_called] > 1:
            found.problems.append(Problem(name, f"Several files are {as_called}. Keep one of them."))
            continue
        if as_called.removesuffix(".csv") in _undeclared():
            # Of a table that an import cannot read: empty it is no loss, and with rows nobody may think it came along.
            if contents[name].strip().count(b"\n"):
                words = "This table cannot be imported. Remove the file to continue without its rows."
                found.problems.append(Problem(name, words))
            continue
        data_set = BY_NAME.get(as_called.removesuffix(".csv"))
        if data_set is None or not as_called.endswith(".csv"):
            found.problems.append(Problem(name, "This file is not part of an import. The templates list the files."))
            continue
        _read_file(found, data_set, name, contents[name])
    if not found.rows and not found.problems:
        found.problems.append(Problem("import", "There is no file to import."))
    return found


def is_workbook(content: bytes) -> bool:
    """Whether a file is an Excel workbook, of today or of before 2007."""
    if content.startswith(_BEFORE_2007):
        return True
    with contextlib.suppress(zipfile.BadZipFile, OSError, NotImplementedError):
        return content.startswith(b"PK") and "[Content_Types].xml" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    return False


def _meant(name: str) -> str:
    """The file of the import that a name means: `Deviation.CSV` and `deviation (1).csv`, as browsers call a second
    download, are deviation.csv."""
    return _COPY.sub(".csv", name.lower())


def _undeclared() -> set[str]:
    return {each.name for each in every()} - set(BY_NAME)


def _read_file(found: Files, data_set: DataSet, name: str, content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as refusal:
        line = content[: refusal.start].count(b"\n") + 1
        found.problems.append(Problem(name, "The file is not UTF-8. Save it as “CSV UTF-8”.", line))
        return
    lines = _lines(text)
    try:
        _, header = next(lines, (1, []))
        wrong = _wrong_header(data_set, header)
        if wrong:
            found.problems.append(Problem(name, wrong, 1))
            return
        found.rows[data_set.name] = []
        for line, values in lines:
            _add(found, data_set, line, header, values)
    except csv.Error as refusal:
        found.rows.pop(data_set.name, None)
        found.problems.append(Problem(name, f"The file is not CSV: {refusal}."))


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line where it begins; a row with embedded line breaks takes several lines."""
    csv.field_size_limit(LETTERS_IN_A_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    for values in reader:
        if any(value.strip() for value in values):
            yield begins, values
        begins = reader.line_num + 1


def _wrong_header(data_set: DataSet, header: list[str]) -> str:
    asked, known = columns_in(data_set), known_columns(data_set)
    missing = [name for name in asked if name not in header]
    unknown = [name for name in header if name and name not in known]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    parts = [("Columns are missing", missing), ("Columns are unknown", unknown), ("Columns are repeated", twice)]
    words = [f"{said}: {', '.join(names)}." for said, names in parts if names]
    if empty := header.count(""):
        words.append(f"Columns without a name: {empty}. Remove the extra commas at the ends of the lines.")
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if missing and len(header) == 1 and sign in header[0]:
            words = [f"The columns are separated by {name}. Use commas."]
    return " ".join(words)


def _add(found: Files, data_set: DataSet, line: int, header: list[str], values: list[str]) -> None:
    row = FileRow(data_set, line, {})
    if len(values) != len(header):
        found.problems.append(row.problem(f"The row has {len(values)} cells and the header {len(header)}."))
        return
    for name, value in zip(header, values, strict=True):
        if value.startswith(cells.FORMULA_SIGNS):
            found.problems.append(row.problem(
                f"“{value[:40]}” looks like a spreadsheet formula. If it is text, put ' before it.",
                name))  # fmt: skip
            return
        if refused := unseen(value):
            found.problems.append(row.problem(refused, name))
            return
    row.cells = {name: cells.unguarded(value).strip() for name, value in zip(header, values, strict=True)}
    if row.cells.get(STRUCK_OUT):
        found.left_out.setdefault(data_set.name, []).append(row)
    else:
        found.rows[data_set.name].append(row)


def from_folder(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its name; hidden ones and folders are not looked at. Raises OSError."""
    files = (each for each in folder.iterdir() if each.is_file() and not each.name.startswith("."))
    return {each.name: each.read_bytes() for each in files}


def write_templates(folder: Path) -> list[str]:
    """Writes an empty file per data set of the import; returns their names. Raises FileExistsError, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in templates().items():
        with (folder / name).open("xb") as file:
            file.write(content)
    return list(templates())


def templates() -> dict[str, bytes]:
    """File name → an empty CSV with its header."""
    return {f"{each.name}.csv": (",".join(columns_in(each)) + "\r\n").encode() for each in COMES_IN}
