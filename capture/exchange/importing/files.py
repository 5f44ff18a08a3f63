"""The files of an import as they come: CSV, UTF-8, one header → rows of text with their line, or problems in words.

Rows are read as they are asked for and none is kept here, so that a file of any size takes little memory.
"""

import contextlib
import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from capture.exchange import cells
from capture.exchange.data_sets import BY_NAME, COMES_IN, STRUCK_OUT, DataSet, columns_in, every, known_columns
from capture.exchange.exporting.dictionary import import_table
from trial.rules.typed_text import unreadable, unseen

# Files of an export, and of the templates, that an import passes by.
COLUMNS = "columns.md"
PASSED_BY = frozenset({"manifest.json", "data_dictionary.csv", COLUMNS}) | {
    f"{name}.csv" for name, data_set in BY_NAME.items() if not data_set.comes_in
}
WORKBOOK = "This is an Excel workbook. Save each sheet as “CSV UTF-8” and choose those files."
_BEFORE_2007 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_COPY = re.compile(r"(?: ?\([0-9]+\))?(\.(?:csv|md|json))$")
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


# A file in memory, or where it lies.
Content = bytes | Path


@dataclass(frozen=True)
class Source:
    """One file with a right header. name: as it came."""

    data_set: DataSet
    name: str
    content: Content
    header: list[str]


@dataclass
class Files:
    """What came in, by data set, and what is wrong; struck-out rows are left out, counted, and known by their label.

    left_out: of rows that were read; left_out_labels: (data set, entry) of them.
    """

    sources: dict[str, Source] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    left_out_labels: set[tuple[str, str]] = field(default_factory=set)
    problems: Problems = field(default_factory=Problems)

    def of(self, name: str) -> Iterator[FileRow]:
        """The standing rows of a data set, once; none when its file is not there. Notes what is wrong with them."""
        source = self.sources.get(name)
        for line, values in self._lines(source, self.problems) if source else ():
            row = FileRow(source.data_set, line, {})
            refused = _wrong_row(row, source.header, values)
            if refused is not None:
                self.problems.append(refused)
                continue
            row.cells = _cells(source.header, values)
            if row.cells.get(STRUCK_OUT):
                self.left_out[name] += 1
                if label := row.cells.get("entry"):
                    self.left_out_labels.add((name, label))
            else:
                yield row

    def peek(self, name: str) -> Iterator[Mapping[str, str]]:
        """The cells of each row whose length is right, struck-out ones too; nothing is noted."""
        source = self.sources.get(name)
        for _, values in self._lines(source, []) if source else ():
            if len(values) == len(source.header):
                yield _cells(source.header, values)

    def _lines(self, source: Source, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
        with opened(source.content) as file:
            lines = _lines(file)
            try:
                next(lines)
                yield from lines
            except csv.Error as refusal:
                problems.append(Problem(source.name, f"The file is not CSV: {refusal}."))


def read(contents: Mapping[str, Content]) -> Files:
    """Looks at the names and headers of all files: one that is not of the import is a problem, one that is missing has
    no rows."""
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
            if _has_rows(contents[name]):
                words = "This table cannot be imported. Remove the file to continue without its rows."
                found.problems.append(Problem(name, words))
            continue
        data_set = BY_NAME.get(as_called.removesuffix(".csv"))
        if data_set is None or not as_called.endswith(".csv"):
            found.problems.append(Problem(name, "This file is not part of an import. The templates list the files."))
            continue
        _look_at(found, data_set, name, contents[name])
    if not found.sources and not found.problems:
        found.problems.append(Problem("import", "There is no file to import."))
    return found


def opened(content: Content) -> IO[bytes]:
    """The file from its beginning."""
    return content.open("rb") if isinstance(content, Path) else io.BytesIO(content)


def is_workbook(content: Content) -> bool:
    """Whether a file is an Excel workbook, of today or of before 2007."""
    with opened(content) as file:
        return holds_workbook(file)


def holds_workbook(file: IO[bytes]) -> bool:
    """The same of an open file at its beginning."""
    with contextlib.suppress(zipfile.BadZipFile, OSError, NotImplementedError):
        head = file.read(len(_BEFORE_2007))
        return head == _BEFORE_2007 or (head[:2] == b"PK" and "[Content_Types].xml" in zipfile.ZipFile(file).namelist())
    return False


def _has_rows(content: Content) -> bool:
    """Whether anything but a header is in it."""
    with opened(content) as file:
        return sum(1 for _, line in zip(range(2), (each for each in file if each.strip()), strict=False)) > 1


def _meant(name: str) -> str:
    """The file of the import that a name means: `Deviation.CSV` and `deviation (1).csv`, as browsers call a second
    download, are deviation.csv."""
    return _COPY.sub(r"\1", name.lower())


def _undeclared() -> set[str]:
    return {each.name for each in every()} - set(BY_NAME)


def _look_at(found: Files, data_set: DataSet, name: str, content: Content) -> None:
    with opened(content) as file:
        for line, each in enumerate(file, start=1):
            try:
                each.decode("utf-8")
            except UnicodeDecodeError:
                words = "The file is not UTF-8. Save it as “CSV UTF-8”."
                found.problems.append(Problem(name, words, line))
                return
        file.seek(0)
        try:
            _, header = next(_lines(file), (1, []))
        except csv.Error as refusal:
            found.problems.append(Problem(name, f"The file is not CSV: {refusal}."))
            return
    wrong = _wrong_header(data_set, header)
    if wrong:
        found.problems.append(Problem(name, wrong, 1))
    else:
        found.sources[data_set.name] = Source(data_set, name, content, header)


def _lines(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line where it begins; a row with embedded line breaks takes several lines."""
    csv.field_size_limit(LETTERS_IN_A_CELL)
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    reader, begins = csv.reader(text, strict=True), 1
    try:
        for values in reader:
            if any(value.strip() for value in values):
                yield begins, values
            begins = reader.line_num + 1
    finally:
        text.detach()  # whoever opened the file closes it


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


def _wrong_row(row: FileRow, header: list[str], values: list[str]) -> Problem | None:
    """What no form needs to look at."""
    if len(values) != len(header):
        return row.problem(f"The row has {len(values)} cells and the header {len(header)}.")
    for name, value in zip(header, values, strict=True):
        if value.startswith(cells.FORMULA_SIGNS):
            words = f"“{value[:40]}” looks like a spreadsheet formula. If it is text, put ' before it."
            return row.problem(words, name)
        if refused := unseen(value) or unreadable(value):
            return row.problem(refused, name)
    return None


def _cells(header: list[str], values: list[str]) -> dict[str, str]:
    return {name: cells.unguarded(value).strip() for name, value in zip(header, values, strict=True)}


def from_folder(folder: Path) -> dict[str, Path]:
    """Every file of a folder by its name; hidden ones and folders are not looked at. Raises OSError."""
    return {each.name: each for each in folder.iterdir() if each.is_file() and not each.name.startswith(".")}


def write_templates(folder: Path) -> list[str]:
    """Writes what `templates` says; returns the names. Raises FileExistsError, OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in templates().items():
        with (folder / name).open("xb") as file:
            file.write(content)
    return list(templates())


def templates() -> dict[str, bytes]:
    """File name → an empty CSV with its header, for each file of an import; and what their columns mean."""
    empty = {f"{each.name}.csv": (",".join(columns_in(each)) + "\r\n").encode() for each in COMES_IN}
    return empty | {COLUMNS: import_table().encode()}
