"""Rows of text → everything of each participant as domain values, read by the forms of the pages.

What a row says wrong is a problem of its line and column; whatever can be read is read, so that one run names all.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import connection

from capture.casebook import versions
from capture.casebook.fields import NumberField, PartialDateFormField, WholeNumberField
from capture.casebook.registry import FORMS
from capture.exchange import cells
from capture.exchange.data_sets import COMES_IN, EDITION, STRUCK_OUT, file_above
from capture.exchange.importing import import_forms
from capture.exchange.importing.files import FileRow, Files, Problem
from trial import protocol
from trial.models import Participant, Site
from trial.protocol import form_versions
from trial.record import site_clock, versions_in_force
from trial.rules.dates.partial_date import PartialDate

ROWS_BETWEEN_SIGNS = 1000


class Sites:
    """The site of each participant, on record or named by the files, and the editions there; by screening number."""

    def __init__(self) -> None:
        self._by_code = {each.code: each for each in Site.objects.all()}
        self._of = dict(Participant.objects.values_list("screening_number", "site__code"))
        self._born = dict(Participant.objects.values_list("screening_number", "born_on"))
        self._in_force: dict[tuple[int, str], int] = {}

    def name(self, screening_number: int, code: str) -> None:
        """A participant whom the files bring; what is on record stands."""
        self._of.setdefault(screening_number, code)

    def born(self, screening_number: int, born_on: PartialDate | None) -> None:
        """The birth of a participant whom the files bring; what is on record stands."""
        self._born.setdefault(screening_number, born_on)

    def at(self, screening_number: int) -> AbstractContextManager[None]:
        """Meanwhile days and times are those of the participant and the site; of UTC where the files name none."""
        return site_clock.at(self._site(screening_number), self._born.get(screening_number))

    def edition_of(self, row: FileRow, screening_number: int) -> tuple[int | None, str]:
        """(edition, what is wrong with the one that the row names); None for a row that is no entry of a form."""
        form, named = form_of(row), row.cells.get(EDITION, "")
        if not form:
            return None, ""
        known = {each.number for each in form_versions.editions_of(form)}
        if named and not (named.isascii() and named.isdigit() and int(named) in known):
            return None, f"This form has no version “{named}”."
        return (int(named) if named else self._edition_in_force(form, screening_number)), ""

    def _edition_in_force(self, form: str, screening_number: int) -> int:
        site = self._site(screening_number)
        if site is None:  # refused elsewhere, in words about the site
            return form_versions.before_approvals(form)
        if (site.pk, form) not in self._in_force:
            self._in_force[site.pk, form] = versions_in_force.in_force(site.pk, form)
        return self._in_force[site.pk, form]

    def _site(self, screening_number: int) -> Site | None:
        return self._by_code.get(self._of.get(screening_number, ""))


def form_of(row: FileRow) -> str:
    """The form of the casebook that the row is an entry of; empty for one that is none."""
    form = row.data_set.form_of(row.cells)
    return form.kind if form is not None else ""


@dataclass
class Entry:
    """One row as domain values, with the rows below it; `acknowledged` are the reasons given to its soft checks.

    on_record: the row of the record that it is, once there is one. edition: of its form, if it is an entry of one.
    """

    row: FileRow
    values: dict[str, Any]
    below: list["Entry"] = field(default_factory=list)
    continues: "Entry | None" = None
    acknowledged: list["Entry"] = field(default_factory=list)
    on_record: Any = None
    edition: int | None = None

    @property
    def name(self) -> str:
        """The data set."""
        return self.row.data_set.name

    @property
    def label(self) -> str:
        """The number or word by which other rows refer to this one."""
        return self.row.cells.get("entry", "")


def by_date(rows: list[Entry], column: str) -> list[Entry]:
    """The rows in order of one of their values."""
    return sorted(rows, key=lambda entry: entry.values[column])


@dataclass
class Bundle:
    """Everything that the files hold of one participant, by data set."""

    screening_number: int
    number: str
    parts: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))

    @property
    def registration(self) -> Entry | None:
        """The row of screening and registration, if the files hold it."""
        return next(iter(self.parts.get("registration", [])), None)


class Parser:
    """Reads the rows of all files; `bundles` by screening number, `problems` in order of discovery."""

    def __init__(self, files: Files) -> None:
        self.files, self.problems = files, files.problems
        self.bundles: dict[int, Bundle] = {}
        self._labels: dict[tuple[str, str], Entry] = {}
        self._left_out = files.left_out_labels
        self._left_out_lesions = {
            (row.get("screening_number"), row.get("label")) for row in files.peek("lesions") if row.get(STRUCK_OUT)
        }
        self._numbers = {
            each["number"]: each["screening_number"]
            for each in Participant.objects.filter(number__isnull=False).values("number", "screening_number")
        }
        self._known = set(Participant.objects.values_list("screening_number", flat=True))
        self._seen: dict[tuple[Any, ...], int] = {}
        self._sites = Sites()

    def _registrations(self) -> Iterator[Mapping[str, str]]:
        return (each for each in self.files.peek("registration") if not each.get(STRUCK_OUT))

    def parse(self) -> list[Bundle]:
        """The bundles in order of screening number; look at `problems` before writing any of them."""
        for each in self._registrations():
            if each["study_number"]:
                self._numbers.setdefault(each["study_number"], cells.screening_number(each["screening_number"]))
        for number, row in enumerate(row for each in COMES_IN for row in self.files.of(each.name)):
            self._row(row)
            if number % ROWS_BETWEEN_SIGNS == 0:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")  # the database ends a session that stops in a transaction
        self._continue()
        self._acknowledge()
        return [self.bundles[number] for number in sorted(self.bundles)]

    def _row(self, row: FileRow) -> None:
        name = row.data_set.name
        bundle = self._whose(row)
        parent = self._parent(row) if row.data_set.parent else None
        if bundle is None or (row.data_set.parent and parent is None):
            return
        edition, wrong = self._sites.edition_of(row, bundle.screening_number)
        if wrong:
            self._problem(row, wrong, EDITION)
            return
        with self._sites.at(bundle.screening_number):
            values = self._values(row, parent, edition)
        if values is None:
            return
        entry = Entry(row, values, edition=edition)
        if name == "registration":
            self._sites.born(bundle.screening_number, values["born_on"])
        self._once(bundle, entry)
        if entry.label and self._labels.setdefault((name, entry.label), entry) is not entry:
            self._problem(row, f"“{entry.label}” also names another row of this file.", "entry")
        (parent.below if parent else bundle.parts[name]).append(entry)

    def _whose(self, row: FileRow) -> Bundle | None:
        given = row.cells["screening_number"]
        number = cells.screening_number(given) if given else self._numbers.get(row.cells["study_number"])
        if not number:
            words = "is not a screening number" if given else "is not the number of a participant"
            self._problem(row, f"“{given or row.cells['study_number']}” {words}.",
                          "screening_number" if given else "study_number")  # fmt: skip
            return None
        if row.data_set.name == "registration":
            self._known.add(number)
            self.bundles.setdefault(number, Bundle(number, row.cells["study_number"]))
            self._sites.name(number, row.cells["site"])
        if number not in self._known:
            self._problem(row, f"No participant has the screening number {number}.", "screening_number")
            return None
        if row.cells["study_number"] and self._numbers.get(row.cells["study_number"]) != number:
            self._problem(row, f"{row.cells['study_number']} is not the study number of this participant.",
                          "study_number")  # fmt: skip
        return self.bundles.setdefault(number, Bundle(number, row.cells["study_number"]))

    def _parent(self, row: FileRow) -> Entry | None:
        file, column = file_above(row.data_set).name, row.data_set.parent
        label = row.cells[column]
        found = self._labels.get((file, label))
        lesion = (row.cells["screening_number"], row.cells.get("lesion"))
        if (file, label) in self._left_out or (found and lesion in self._left_out_lesions):
            # What hangs below a row that was struck out was struck out with it.
            self.files.left_out[row.data_set.name] += 1
            return None
        if found is None:
            self._problem(row, f"{file}.csv has no row “{label}” that could be read.", column)
        elif found.row.cells["screening_number"] != row.cells["screening_number"]:
            self._problem(row, f"The row “{label}” of {file}.csv is another participant's.", column)
            return None
        return found

    def _values(self, row: FileRow, parent: Entry | None, edition: int | None) -> dict[str, Any] | None:
        baseline = parent is not None and parent.values.get("kind") == "baseline"
        name = row.data_set.name
        read_by = row.data_set.read_by
        form, prefix = import_forms.form_of(name, read_by, dict(row.cells), baseline)
        if form is None:
            self._problem(row, f"“{row.cells.get('analyte', '')}” is not an analyte of the visit form.", "analyte")
            return None
        form.data = {f"{prefix}{column}": self._typed(form, column, cell) for column, cell in row.cells.items()}
        if edition is not None:
            versions.ask_by(form, form_of(row), edition)
        problems = [self._today(row, form, column) for column in row.cells]
        for column, errors in form.errors.items():
            at = column if column in row.cells else ""
            problems += [row.problem(" ".join(str(error).split()), at) for error in errors]
        problems += [row.problem("This does not apply to the row. Clear it.", column)
                     for column in import_forms.does_not_apply(read_by, form) if row.cells.get(column)]  # fmt: skip
        problems = [each for each in problems if each is not None]
        if name == "registration":
            problems += self._group(row)
        self.problems += problems
        return None if problems else {**form.cleaned_data, **_kept(row)}

    def _typed(self, form: forms.BaseForm, column: str, cell: str) -> str:
        """A cell as the browser would send it."""
        asked = form.fields.get(column)
        if isinstance(asked, PartialDateFormField):
            return cells.typed_date(cell)
        if isinstance(asked, NumberField | WholeNumberField):
            return cells.typed_number(cell)
        if isinstance(asked, forms.BooleanField):
            return {"yes": "true", "no": "false"}.get(cell, cell)
        return cell

    def _today(self, row: FileRow, form: forms.BaseForm, column: str) -> Problem | None:
        asked, cell = form.fields.get(column), row.cells[column]
        if isinstance(asked, PartialDateFormField) and cell.upper() in {"T", "TODAY"}:
            return row.problem(f"“{cell}” is not a date. Enter the date.", column)
        if isinstance(asked, forms.BooleanField) and cell not in {"yes", "no"}:
            return row.problem(f"“{cell}” is neither yes nor no.", column)
        return None

    def _group(self, row: FileRow) -> list[Problem]:
        derived = protocol.group_of(row.cells["tumour_type"], row.cells["histology"])
        given = row.cells.get("group", "")
        if given and derived and given != derived.code:
            return [row.problem(f"Tumor type and histology determine group {derived.code}, not {given}.", "group")]
        return []

    def _once(self, bundle: Bundle, entry: Entry) -> None:
        columns = (*filter(None, (entry.row.data_set.parent,)), *entry.row.data_set.key)
        if not entry.row.data_set.stands_once:
            return
        key = (entry.name, bundle.screening_number, *(cells.text(entry.values.get(column)) for column in columns))
        line = self._seen.setdefault(key, entry.row.line)
        if line != entry.row.line:
            words = f"This is also in line {line}, and is allowed only once."
            self._problem(entry.row, words, columns[0] if columns else "")

    def _continue(self) -> None:
        for bundle in self.bundles.values():
            for entry in bundle.parts.get("adverse_event", []):
                label = entry.row.cells.get("continues", "")
                entry.continues = self._labels.get(("adverse_event", label)) if label else None
                known = entry.continues is not None or ("adverse_event", label) in self._left_out
                if label and not known:
                    self._problem(entry.row, f"adverse_event.csv has no row “{label}” that could be read.", "continues")

    def _acknowledge(self) -> None:
        for bundle in self.bundles.values():
            for entry in bundle.parts.get("acknowledgements", []):
                file = FORMS[entry.values["form"]].data_set
                is_details = FORMS[entry.values["form"]].model is Participant
                of = bundle.registration if is_details else self._labels.get((file, entry.values["row_id"]))
                if of is None:
                    self._problem(entry.row, f"{file}.csv has no row “{entry.values['row_id']}” to read.", "row_id")
                else:
                    of.acknowledged.append(entry)

    def _problem(self, row: FileRow, words: str, column: str = "") -> None:
        self.problems.append(row.problem(words, column))


def _kept(row: FileRow) -> dict[str, Any]:
    """Keys of lines that their forms do not hold."""
    lines = row.data_set.lines
    names = ("lesion", lines.parent, lines.key) if lines is not None else ()
    return {name: row.cells[name] for name in names if name in row.cells}
