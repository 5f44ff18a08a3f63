"""Numbers and dates of files and of pages are read by one rule: what one refuses the other refuses, in words."""

from datetime import date, timedelta

import pytest
from django import forms
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from capture.casebook.forms.assessment import FollowUpHeadForm, LocalTreatmentForm, NewLesionForm, ReadingForm
from capture.casebook.forms.laboratory import LaboratoryForm
from capture.casebook.forms.registration import ChecklistForm, DetailsForm, FindingForm
from capture.casebook.forms.treatment import CycleForm, PeriodForm
from capture.casebook.registry import ENTRY_FORMS
from capture.exchange import cells
from capture.exchange.data_sets import BY_NAME, columns_in
from capture.exchange.importing import files, import_forms
from capture.exchange.importing.parse import Parser
from tests.capture.exchange.test_import import _changed, _set, exported, whole
from trial.models import Lesion
from trial.record import site_clock
from trial.record.typed_fields import DateField, NumberField, WholeNumberField
from trial.refused import Refused
from trial.rules.dates.partial_date import PartialDate, parse
from trial.rules.typed_text import decimal_number

__all__ = ["exported", "whole"]
BORN = PartialDate(1950, 3, 2)
LOOKS_LIKE_A_NUMBER = st.text("0123456789.,_+-−eE １２٣½\u200b\u2060\xa0", min_size=1, max_size=8)
LOOKS_LIKE_A_DATE = st.builds(
    lambda day, month, year, by: by.join((day, month, year)),
    st.sampled_from(("00", "0", "1", "12", "31", "32", "UNK", "1２", "")),
    st.sampled_from(("JAN", "FEB", "00", "13", "XYZ", "UNK", "ſEP", "F\u200bEB")),
    st.sampled_from(("0026", "0206", "1856", "1926", "1949", "2026", "2999", "26", "２026")), st.sampled_from("- /."),
) | st.text("0123456789-/.JANFEBUK \u200b", min_size=1, max_size=12)  # fmt: skip


def _page_forms() -> dict[str, forms.BaseForm]:
    """Every form that a page makes, bound to nothing typed; by name."""
    made: dict[str, forms.BaseForm] = {kind: book.form({}) for kind, book in ENTRY_FORMS.items() if book.form}
    target = Lesion(pk=0, kind=Lesion.Kind.TARGET, label="T1")
    return made | {
        "details": DetailsForm({}), "checklist": ChecklistForm({}), "finding": FindingForm({}), "cycle": CycleForm({}),
        "period": PeriodForm({}), "head": FollowUpHeadForm({}), "lesion": NewLesionForm({}, target=True),
        "reading": ReadingForm({}, lesion=target), "laboratory": LaboratoryForm({}, analyte="HGB"),
        "local treatment": LocalTreatmentForm({}),
    }  # fmt: skip


def _boxes(*kinds: type[forms.Field]) -> list[tuple[str, str]]:
    return [(name, field) for name, form in _page_forms().items() for field, asked in form.fields.items()
            if isinstance(asked, kinds)]  # fmt: skip


NUMBER_BOXES, DATE_BOXES = _boxes(NumberField, WholeNumberField), _boxes(DateField)


def _typed(name: str, field: str, text: str) -> tuple[list[str], str]:
    """The refusals beside a box of a page's form and what it then shows, when this text was typed."""
    form = _page_forms()[name]
    form.data = {form.add_prefix(field): text}
    with site_clock.at(None, BORN):
        return [str(each) for each in form.errors.get(field, [])], str(form[field].value())


@given(st.sampled_from(NUMBER_BOXES), LOOKS_LIKE_A_NUMBER | st.text(min_size=1, max_size=8))
@settings(max_examples=400)
def test_a_page_refuses_every_number_that_the_reader_refuses_and_shows_it_as_typed(
    box: tuple[str, str], text: str
) -> None:
    assume(text.strip())
    refusals, shown = _typed(*box, text)
    assert shown == text
    try:
        decimal_number(text)
    except Refused:
        assert len(refusals) == 1 and len(refusals[0]) > 20


@given(st.sampled_from(DATE_BOXES), LOOKS_LIKE_A_DATE | st.text(min_size=1, max_size=12))
@settings(max_examples=400)
def test_a_page_takes_no_date_that_cannot_be_read_or_lies_before_birth(box: tuple[str, str], text: str) -> None:
    assume(text.strip())
    refusals, shown = _typed(*box, text)
    assert shown == text
    try:
        read = parse(text, site_clock.today())
    except Refused:
        assert refusals
        return
    if box[1] != "born_on" and read.latest() < BORN.earliest():
        assert refusals


def _columns(contents: dict[str, bytes], *kinds: type[forms.Field]) -> list[tuple[str, str]]:
    """File and column of everything that is read by such a field, where the files have a row."""
    found = []
    for name, data_set in BY_NAME.items():
        if not data_set.comes_in or contents.get(f"{name}.csv", b"").count(b"\n") < 2:
            continue
        form, _ = import_forms.form_of(name, BY_NAME[name].read_by, {"analyte": "HGB", "lesion": "T1"}, baseline=False)
        assert form is not None
        found += [(f"{name}.csv", column) for column in columns_in(data_set)
                  if isinstance(form.fields.get(column), kinds)]  # fmt: skip
    return found


def _refusals(contents: dict[str, bytes], file: str, column: str, cell: str) -> list[str]:
    """What an import says of the column when its first cell holds this."""
    parser = Parser(files.read(_changed(contents, file, _set(column, cell))))
    parser.parse()
    return [each.words for each in parser.problems if (each.file, each.line, each.column) == (file, 2, column)]


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_import_refuses_every_number_that_the_pages_refuse(exported: dict[str, bytes], data: st.DataObject) -> None:
    file, column = data.draw(st.sampled_from(_columns(exported, NumberField, WholeNumberField)))
    cell = data.draw(LOOKS_LIKE_A_NUMBER)
    assume(cell.strip() and cells.typed_number(cell) == cell)
    try:
        decimal_number(cell)
    except Refused:
        assert _refusals(exported, file, column, cell), (file, column, cell)


@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_import_refuses_every_date_that_the_pages_refuse(exported: dict[str, bytes], data: st.DataObject) -> None:
    file, column = data.draw(st.sampled_from(_columns(exported, DateField)))
    cell = data.draw(LOOKS_LIKE_A_DATE)
    assume(cell.strip())
    try:
        parse(cells.typed_date(cell.strip()), site_clock.today())
    except Refused:
        assert _refusals(exported, file, column, cell), (file, column, cell)


def test_an_import_refuses_dates_before_birth_and_of_the_future_in_every_column(exported: dict[str, bytes]) -> None:
    columns, not_asked = _columns(exported, DateField), 0
    assert len(columns) > 25
    later = (date.today() + timedelta(days=2)).isoformat()
    for file, column in columns:
        early, future = " ".join(_refusals(exported, file, column, "1940-01-01")), ""
        if "This does not apply to the row" in early or "is part of the form from version 2" in early:
            not_asked += 1  # of a baseline, whose row is the first; and of a visit, by the version of the site
            continue
        if column != "born_on":
            assert "participant's date of birth" in early or "before the study" in early, (file, column, early)
        if column != "due_on":
            future = " ".join(_refusals(exported, file, column, later))
            assert "in the future" in future, (file, column, future)
    assert not_asked <= 3


@pytest.mark.parametrize(("cell", "read"), [("1e+05", "100000"), ("1E+05", "100000"), ("4.2E+02", "420"),
                                            ("1e-03", "0.001"), ("1e5", "1e5"), ("42.5", "42.5"), ("1e+999", "1e+999"),
                                            ("1_0e+01", "1_0e+01"), ("", "")])  # fmt: skip
def test_numbers_that_programs_write_with_an_exponent_are_written_out(cell: str, read: str) -> None:
    assert cells.typed_number(cell) == read
