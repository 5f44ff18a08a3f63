"""A laboratory's file → files of the existing import, so that every check, grade and proposal is as if typed.

A hormone becomes a level of its own; a result of an analyte a line of the visit of its day, beside the lines that the
visit has. What is on record with another value is a difference for the site: nothing is overwritten.
"""

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from capture.casebook import versions
from capture.entry.services import laboratories
from capture.exchange import cells
from capture.exchange.data_sets import BY_NAME, columns_in
from capture.exchange.exporting.export import write_csv
from capture.exchange.importing.compare_with_record import COMES_ALONG, DIFFERS, compared_columns, said_by_record
from capture.exchange.importing.files import Problem
from capture.exchange.laboratory.layout import ANALYTES, HORMONES, Layout
from trial.models import LaboratoryResult, Participant, Visit
from trial.protocol import MARKER_UNITS, form_versions
from trial.refused import Refused

SIGNED = re.compile(r"([<>])\s*(.+)")
LIMITS = ("lower_limit", "upper_limit")
# What a file of a laboratory may say of a line; limits that it leaves out are those of the laboratory.
SAID = ("value", "value_qualifier", "unit", *LIMITS)
OF_ANOTHER = "The visit names the laboratory “{}”: limits that this file leaves out would be those of that one."
Row = dict[str, str]


@dataclass
class Translated:
    """The files of the import, what is wrong, and for each row (file, line) the line of the laboratory's file."""

    name: str
    files: dict[str, list[Row]] = field(default_factory=lambda: {"visit": [], "laboratory": [], "hormone": []})
    problems: list[Problem] = field(default_factory=list)
    lines: dict[tuple[str, int], int] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Those that have rows, as CSV files in a folder."""
        for name, rows in ((name, rows) for name, rows in self.files.items() if rows):
            header = columns_in(BY_NAME[name])
            write_csv(folder / f"{name}.csv", header, ([row.get(column, "") for column in header] for row in rows))

    def placed(self, problem: Problem) -> Problem:
        """A problem of the import at the line of the laboratory's file."""
        line = self.lines.get((problem.file, problem.line or 0))
        return Problem(self.name, problem.words, line, problem.column)

    def add(self, name: str, row: Row, line: int | None) -> None:
        """A row of one of the files."""
        self.files[name].append(row)
        if line is not None:
            self.lines[f"{name}.csv", len(self.files[name]) + 1] = line


@dataclass(frozen=True)
class Result:
    """One line of the file in the words of the record. code: of an analyte or a marker."""

    line: int
    participant: Participant
    on: date
    code: str
    cells: Mapping[str, str]


def translate(path: Path, layout: Layout) -> Translated:
    """Every row of the file. Raises Refused where the file cannot be read at all."""
    made = Translated(path.name)
    results = list(_results(path, layout, made))
    by_visit: dict[int, list[Result]] = defaultdict(list)
    visits: dict[int, Visit] = {}
    for each in results:
        if each.code in HORMONES:
            row = {**_of(each.participant), "entry": str(each.line), "sampled_on": each.on.isoformat(),
                   "marker": each.code, **each.cells}  # fmt: skip
            row.pop("lower_limit", None)
            row |= {"upper_limit_missing": "" if row.get("upper_limit") else "unknown"}
            made.add("hormone", row, each.line)
            continue
        visit = _visit_of(each, made)
        if visit is not None:
            visits[visit.pk] = visit
            by_visit[visit.pk].append(each)
    for key, lines in by_visit.items():
        _visit(made, visits[key], lines, layout)
    return made


def _results(path: Path, layout: Layout, made: Translated) -> Iterator[Result]:
    try:
        text = path.read_text(encoding=layout.encoding, errors="strict")
    except (OSError, UnicodeDecodeError) as refusal:
        raise Refused(f"{path.name} cannot be read as {layout.encoding}: {refusal}.") from None
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=layout.delimiter)
    missing = [name for name in layout.columns.values() if name not in (reader.fieldnames or ())]
    if missing:
        raise Refused(f"{path.name} has no column {', '.join(missing)}.")
    unknown: dict[str, Counter[str]] = {"test": Counter(), "unit": Counter()}
    people: dict[str, Participant | None] = {}
    for found in reader:
        row = {name: (found.get(column) or "").strip() for name, column in layout.columns.items()}
        if None in found:
            words = "The row has more cells than the header."
            made.problems.append(Problem(path.name, words, reader.line_num))
        elif any(row.values()):
            yield from _result(row, reader.line_num, layout, made, (unknown, people))
    for name, words in (("test", "is not in the layout's [tests]"), ("unit", "is not in the layout's [units], and no "
                                                                             "unit of a form")):  # fmt: skip
        for code, count in sorted(unknown[name].items()):
            made.problems.append(Problem(path.name, f"“{code}” {words}: {count} rows.", None, layout.columns[name]))


def _result(row: Row, line: int, layout: Layout, made: Translated, kept: Any) -> Iterator[Result]:
    unknown, people = kept
    code, unit = layout.tests.get(row["test"]), layout.units.get(row["unit"], row["unit"])
    if code is None:
        unknown["test"][row["test"]] += 1
        return
    if unit not in _units_of(code):
        unknown["unit"][f"{row['unit']}” of “{row['test']}"] += 1
        return
    who, on = _participant(row, line, layout, made, people), _day(row, line, layout, made)
    if who is None or on is None:
        return
    numbers = [name for name in ("value", "lower_limit", "upper_limit") if "." in row.get(name, "")]
    if numbers and layout.decimal != ".":
        words = f"“{row[numbers[0]]}” has a point, and the layout's sign of decimals is “{layout.decimal}”."
        made.problems.append(Problem(made.name, words, line, layout.columns[numbers[0]]))
        return
    signed = SIGNED.fullmatch(row["value"])
    sign, value = signed.groups() if signed else ("", row["value"])
    said = {"value": _number(value, layout), "value_qualifier": sign, "unit": unit}
    said |= {name: _number(row[name], layout) for name in ("lower_limit", "upper_limit") if row.get(name)}
    if code in HORMONES:
        said["assay"] = row.get("assay", "")
    yield Result(line, who, on, code, said)


def _units_of(code: str) -> frozenset[str]:
    return frozenset(ANALYTES[code].units if code in ANALYTES else (unit for unit, _ in MARKER_UNITS))


def _number(text: str, layout: Layout) -> str:
    return text.replace(layout.decimal, ".") if layout.decimal != "." else text


def _day(row: Row, line: int, layout: Layout, made: Translated) -> date | None:
    try:
        return datetime.strptime(row["sampled_on"], layout.dates).date()
    except ValueError:
        words = f"“{row['sampled_on']}” is no date as the layout says."
        made.problems.append(Problem(made.name, words, line, layout.columns["sampled_on"]))
        return None


def _participant(row: Row, line: int, layout: Layout, made: Translated, people: dict[str, Any]) -> Participant | None:
    """Whose the row is: by study number, and the year of birth where the file has one."""
    number = row["participant"]
    if number not in people:
        people[number] = Participant.objects.standing().filter(number=number).first()
    found: Participant | None = people[number]
    words = "" if found else f"There is no participant “{number}”."
    born = str(found.born_on.year) if found and found.born_on else ""
    if born and row.get("birth_year") and row["birth_year"] != born:
        words = f"{number} was not born in {row['birth_year']}, as the file says."
    if words:
        column = layout.columns["birth_year" if found else "participant"]
        made.problems.append(Problem(made.name, words, line, column))
        return None
    return found


def _visit_of(result: Result, made: Translated) -> Visit | None:
    """The visit whose sample was taken on the day, else the one visit of that day."""
    standing = Visit.objects.standing().filter(participant=result.participant)
    found = list(standing.filter(sampled_on=result.on)) or list(standing.filter(sampled_on=None, visited_on=result.on))
    if len(found) == 1:
        return found[0]
    words = (f"{result.participant} has {len(found)} visits on {result.on.isoformat()}." if found else
             f"{result.participant} has no visit on {result.on.isoformat()}. The site enters the visit first.")
    made.problems.append(Problem(made.name, words, result.line))
    return None


def _visit(made: Translated, visit: Visit, results: list[Result], layout: Layout) -> None:
    """The visit as it is on record, with the lines that it has and those of the file."""
    participant, own = results[0].participant, str(visit.pk)
    said = said_by_record("visit", visit)
    row = {name: said[name] for name in compared_columns("visit")}
    number = versions.number_of(participant.site_id, "visit", None)
    standing = {each.analyte: each for each in LaboratoryResult.objects.standing().filter(visit=visit)}
    is_asked = COMES_ALONG not in form_versions.asked_after("visit", number)
    if is_asked and not row[COMES_ALONG] and not standing:  # what is on record may be of another laboratory
        row[COMES_ALONG] = layout.laboratory
    others = row[COMES_ALONG] and not laboratories.is_called(participant.site_id, row[COMES_ALONG], layout.laboratory)
    made.add("visit", {**_of(participant), "entry": own, **row}, None)
    columns = compared_columns("laboratory")
    for each in standing.values():
        line = {name: cells.text(getattr(each, name)).strip() for name in columns}
        made.add("laboratory", {**_of(participant), "visit": own, **line}, None)
    twice = Counter(each.code for each in results)
    for result in results:
        if twice[result.code] > 1:
            words = f"{result.code} is {twice[result.code]} times in the file for this visit."
            made.problems.append(Problem(made.name, words, result.line))
        elif result.code in standing:
            made.problems += _differences(made, standing[result.code], result)
        elif others and not any(result.cells.get(name) for name in LIMITS):
            words = OF_ANOTHER.format(row[COMES_ALONG])
            made.problems.append(Problem(made.name, words, result.line))
        else:
            line = {"analyte": result.code, **result.cells}
            made.add("laboratory", {**_of(participant), "visit": own, **line}, result.line)


def _differences(made: Translated, row: LaboratoryResult, result: Result) -> Iterator[Problem]:
    for name in (each for each in SAID if each in result.cells):
        saved, told = cells.text(getattr(row, name)).strip(), result.cells[name]
        if saved != told and not _same_number(saved, told):
            yield Problem(made.name, DIFFERS.format(saved, told), result.line, name)


def _same_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _of(participant: Participant) -> Row:
    return {"study_number": participant.number or "", "screening_number": str(participant.screening_number)}
