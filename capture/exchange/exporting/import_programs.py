"""Programs for R, SAS, SPSS and Stata that read the CSV files of an export: types, labels, and words of the codes.

Each is written from the columns of the data sets, so that a new field is read by itself. Codes stay as they are stored;
their words are labels. Partial dates stay text, since no type of these programs holds them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import models

from capture.exchange.data_sets import Column, DataSet, every
from capture.exchange.exporting.dictionary import pairs_of, type_of

LONGEST_NAME, LONGEST_LABEL, LONGEST_TEXT = 32, 80, 2000
NUMBER, DATE, TEXT = "number", "date", "text"


@dataclass(frozen=True)
class Read:
    """A column as the programs read it: its name, kind, label, and (code, words) of each code."""

    name: str
    kind: str
    label: str
    codes: Sequence[tuple[str, str]]


def read_as(data_set: DataSet, column: Column) -> Read:
    """How a column is read."""
    is_number = type_of(column) in ("number", "whole number")
    # Codes that are numbers, such as grades.
    is_number |= column.name != "entry" and bool(column.field.choices) and isinstance(column.field, models.IntegerField)
    kind = NUMBER if is_number else DATE if type_of(column) == "date" else TEXT
    codes = [(str(code), str(words)) for code, words in pairs_of(data_set, column)]
    return Read(column.name, kind, " ".join(column.words.split())[:LONGEST_LABEL], codes)


def write(folder: Path) -> None:
    """Writes the four programs beside the files."""
    read = [(data_set.name, [read_as(data_set, column) for column in data_set.columns]) for data_set in every()]
    for name, (head, program) in PROGRAMS.items():
        lines = [head, *(line for data_set, columns in read for line in program(data_set, columns))]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _quoted(text: str, mark: str = '"') -> str:
    """A text in quotation marks, doubled inside."""
    return mark + text.replace(mark, mark * 2) + mark


def _r_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


R_HEAD = r"""# Reads every data set of this folder into the list `record`: source("import.R", chdir = TRUE)
read_data <- function(name) {
  rows <- utils::read.csv(paste0(name, ".csv"), colClasses = "character", na.strings = "", encoding = "UTF-8",
                          check.names = FALSE)
  rows[] <- lapply(rows, function(cell) sub("^'(?=[-=+@\t\r'])", "", cell, perl = TRUE))
  rows
}
record <- list()"""


def _r(name: str, columns: Sequence[Read]) -> Iterator[str]:
    yield f"\nrows <- read_data({_r_text(name)})"
    for each in columns:
        cell = f"rows[[{_r_text(each.name)}]]"
        if each.kind != TEXT:
            yield f"{cell} <- {'as.numeric' if each.kind == NUMBER else 'as.Date'}({cell})"
        if each.codes:
            codes = [code if each.kind == NUMBER else _r_text(code) for code, _ in each.codes]
            words = ", ".join(_r_text(words) for _, words in each.codes)
            yield f'attr({cell}, "labels") <- stats::setNames(c({", ".join(codes)}), c({words}))'
        yield f'attr({cell}, "label") <- {_r_text(each.label)}'
    yield f"record[[{_r_text(name)}]] <- rows"


SAS_HEAD = """* Reads every data set of this folder. Set the folder first. INFILE reads no cell with a line break.;
%let folder = .;
options validvarname=any;"""
SAS_KINDS = {NUMBER: "best32.", DATE: "yymmdd10.", TEXT: f"$char{LONGEST_TEXT}."}


def _sas(name: str, columns: Sequence[Read]) -> Iterator[str]:
    yield "\nproc format;"
    coded = [(number, each) for number, each in enumerate(columns, start=1) if each.codes]
    for number, each in coded:
        mark = "" if each.kind == NUMBER else "'"
        pairs = " ".join(f"{mark}{code}{mark}={_quoted(words, chr(39))}" for code, words in each.codes)
        yield f"  value {'' if each.kind == NUMBER else '$'}{_format(name, number)} {pairs};"
    yield f"run;\ndata {name};"
    yield (f'  infile "&folder/{name}.csv" dsd dlm="," firstobs=2 lrecl=1000000 truncover encoding="utf-8" '
           "termstr=crlf;")  # fmt: skip
    for each in columns:
        yield f"  informat {each.name} {SAS_KINDS[each.kind]};"
        yield f"  label {each.name}={_quoted(each.label, chr(39))};"
        if each.kind == DATE:
            yield f"  format {each.name} yymmdd10.;"
    for number, each in coded:
        yield f"  format {each.name} {'' if each.kind == NUMBER else '$'}{_format(name, number)}.;"
    yield f"  input {' '.join(each.name for each in columns)};\nrun;"


def _format(name: str, number: int) -> str:
    """The name of a format may not end with a digit."""
    return f"{name[:20]}_{number}_"


SPSS_HEAD = "* Encoding: UTF-8.\n* Reads every data set of this folder, which is to be the working directory."
SPSS_KINDS = {NUMBER: "F16.3", DATE: "SDATE10", TEXT: f"A{LONGEST_TEXT}"}


def _spss(name: str, columns: Sequence[Read]) -> Iterator[str]:
    yield f"\nGET DATA /TYPE=TXT /FILE='{name}.csv' /ENCODING='UTF8' /DELCASE=LINE /DELIMITERS=\",\" /QUALIFIER='\"'"
    yield "  /ARRANGEMENT=DELIMITED /FIRSTCASE=2 /VARIABLES="
    yield "\n".join(f"  {each.name} {SPSS_KINDS[each.kind]}" for each in columns) + "."
    yield "VARIABLE LABELS\n" + "\n".join(f"  {each.name} {_quoted(each.label, chr(39))}" for each in columns) + "."
    for each in columns:
        if each.codes:
            pairs = " ".join(f"{code if each.kind == NUMBER else _quoted(code, chr(39))} {_quoted(words, chr(39))}"
                             for code, words in each.codes)  # fmt: skip
            yield f"VALUE LABELS {each.name} {pairs}."
    yield f"SAVE OUTFILE='{name}.sav'."


STATA_HEAD = "* Reads every data set of this folder, which is to be the working directory.\nversion 14"


def _stata(name: str, columns: Sequence[Read]) -> Iterator[str]:
    yield (f'\nimport delimited using "{name}.csv", clear varnames(1) case(preserve) encoding("utf-8") '
           "bindquote(strict) maxquotedrows(unlimited) stringcols(_all)")  # fmt: skip
    for each in columns:
        if each.kind == NUMBER:
            yield f"destring {each.name}, replace"
        if each.kind == DATE:
            yield f'generate double day_ = date({each.name}, "YMD")\ndrop {each.name}\nrename day_ {each.name}'
            yield f"format {each.name} %td"
        if each.codes and each.kind == NUMBER:
            yield from _stata_labels(each, [(code, words) for code, words in each.codes])
        elif each.codes:
            numbered = [(str(number), code) for number, (code, _) in enumerate(each.codes, start=1)]
            yield f"label define {_of(each)} {_pairs(numbered)}"
            yield f"encode {each.name}, generate(code_) label({_of(each)})\ndrop {each.name}\nrename code_ {each.name}"
            words = [(number, words) for (number, _), (_, words) in zip(numbered, each.codes, strict=True)]
            yield f"label define {_of(each)} {_pairs(words)}, modify"
        yield f"label variable {each.name} {_stata_text(each.label)}"
    yield f'save "{name}.dta", replace\nlabel drop _all'


def _stata_labels(each: Read, pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield f"label define {_of(each)} {_pairs(pairs)}\nlabel values {each.name} {_of(each)}"


def _of(each: Read) -> str:
    return f"{each.name[: LONGEST_NAME - 1]}_"


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"{number} {_stata_text(words)}" for number, words in pairs)


def _stata_text(text: str) -> str:
    """A text in compound quotation marks, which may hold plain ones."""
    return "`\"" + text.replace("`", "'") + "\"'"


PROGRAMS: dict[str, tuple[str, Callable[[str, Sequence[Read]], Iterator[str]]]] = {
    "import.R": (R_HEAD, _r), "import.sas": (SAS_HEAD, _sas), "import.sps": (SPSS_HEAD, _spss),
    "import.do": (STATA_HEAD, _stata),
}  # fmt: skip
