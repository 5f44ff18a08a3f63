"""What every declaration of a data set must hold, without a database."""

import re
from pathlib import Path
from typing import Any

import pytest

from capture.casebook.registry import CASEBOOK
from trial import models
from trial.protocol import LABORATORY
from trial.protocol import MARKERS as NAMED
from trial.refused import Refused
from trial.tabulation import terms
from trial.tabulation.data_sets import ANALYSIS_SETS, BY_NAME, DATA_SETS, NOT_TABULATED, TABLES_NOT_TABULATED
from trial.tabulation.declarations import LABEL_BYTES, NAME_LETTERS, Variable
from trial.tabulation.sdtm.background import CM, PR
from trial.tabulation.sdtm.events import SERIOUS
from trial.tabulation.sdtm.laboratory import ELSEWHERE, MARKERS, TESTS
from trial.tabulation.sdtm.tumors import SIZES
from trial.tabulation.subject import TABLES

ASKED = [(name, each) for one in DATA_SETS for each in (*one.variables, *one.qualifiers) for name in each.asked]
OWN_TO_A_ROW = {"id", "participant", "struck_out_reason", "form_edition"}


def field_of(asked: str) -> Any:
    """The field of the record that a declaration names."""
    table, name = asked.split(".")
    return getattr(models, TABLES[table])._meta.get_field(name)


@pytest.mark.parametrize("data_set", DATA_SETS, ids=lambda one: one.name)
def test_names_and_labels_fit_every_format(data_set: Any) -> None:
    names = [each.name for each in data_set.variables]
    assert len(set(names)) == len(names) and set(data_set.keys) <= set(names)
    assert len(data_set.name) <= NAME_LETTERS and len(data_set.label.encode()) <= LABEL_BYTES
    for each in (*data_set.variables, *data_set.qualifiers):
        assert each.name.isascii() and each.name.isupper() and len(each.name) <= NAME_LETTERS, each.name
        assert each.label.isascii() and 0 < len(each.label) <= LABEL_BYTES, each.label


@pytest.mark.parametrize("data_set", DATA_SETS, ids=lambda one: one.name)
def test_what_is_derived_says_how(data_set: Any) -> None:
    silent = [each.name for each in (*data_set.variables, *data_set.qualifiers)
              if each.origin == "Derived" and not each.method]  # fmt: skip
    assert silent == []


def test_the_first_variables_are_those_that_every_reader_expects() -> None:
    for data_set in DATA_SETS:
        first, second = (each.name for each in data_set.variables[:2])
        assert first == "STUDYID" and second in ("DOMAIN", "RDOMAIN"), data_set.name
    assert len(BY_NAME) == len(DATA_SETS) + len(ANALYSIS_SETS)


def test_every_field_of_the_record_is_held_by_a_variable_or_says_why_not() -> None:
    told = {asked for asked, _ in ASKED} | set(NOT_TABULATED)
    fields = {
        f"{table}.{field.name}" for table, model in TABLES.items()
        for field in getattr(models, model)._meta.concrete_fields if field.name not in OWN_TO_A_ROW
    }  # fmt: skip
    assert fields - told == set() and told - fields == set()
    assert not {asked for asked, _ in ASKED} & set(NOT_TABULATED)


def test_every_table_of_the_record_is_tabulated_or_says_why_not() -> None:
    tables = {model.__name__ for model in models.RecordRow.__subclasses__()}
    left_out = {model.__name__ for model in models.RecordRow.__subclasses__() if model.place.not_tabulated}
    left_out |= set(TABLES_NOT_TABULATED)
    assert tables == set(TABLES.values()) | left_out
    assert not set(TABLES.values()) & left_out


def test_what_a_procedure_was_asked_as_is_named_where_a_medication_names_it() -> None:
    """A prior therapy leaves as a medication or, a surgery say, as a procedure."""
    def asked(data_set: Any) -> set[str]:
        every = [*data_set.variables, *data_set.qualifiers]
        return {name for each in every for name in each.asked if name.startswith("prior_therapy.")}

    assert asked(PR) == asked(CM) and len(asked(CM)) >= 8
    assert [each.name for each in (*PR.variables, *PR.qualifiers)
            if each.origin == "Collected" and not each.asked] == []  # fmt: skip


def test_every_code_of_the_record_has_a_submission_value() -> None:
    without = [
        f"{asked} {code}" for asked, each in ASKED if each.codes is not None and asked not in ANSWERED_APART
        for code, _ in field_of(asked).choices or () if code not in each.codes.pairs
    ]  # fmt: skip
    assert without == []


# A code of these is answered by several variables, each with yes or no.
ANSWERED_APART = {"adverse_event.seriousness", "lesion_reading.state"}


def test_every_kind_of_seriousness_and_every_state_of_a_lesion_is_answered() -> None:
    assert {code for code, _ in field_of("adverse_event.seriousness").choices} == {*SERIOUS.values(), "no"}
    states = {code for code, _ in field_of("lesion_reading.state").choices}
    assert states == {*SIZES, *terms.STATE.pairs, "merged", "not_evaluated"}


def test_every_unit_and_every_test_of_the_laboratory_has_a_submission_value() -> None:
    from trial.tabulation import terms

    assert {each.code for each in LABORATORY} == set(TESTS) | set(ELSEWHERE)
    assert {code for code, _ in NAMED} == set(MARKERS)
    assert all(unit in terms.UNIT.pairs for each in LABORATORY for unit in each.units)


def test_every_question_that_is_named_is_asked_by_a_form() -> None:
    """Collected values of a form's model are fields of the form, of its lines, or put there by its page."""
    by_model = {form.model.__name__: form for form in CASEBOOK}
    lines = {form.lines.model.__name__ for form in CASEBOOK if form.lines is not None}
    for asked, each in ASKED:
        model = TABLES[asked.split(".")[0]]
        field = field_of(asked)
        has_form = model in by_model or model in lines or getattr(models, model).place.form or model in PAGES
        assert has_form, f"{asked} of {each.name}"
        assert field.verbose_name, asked


# Entered on pages of their own, with no form of the casebook.
PAGES = {"Waiver", "RegistrationFinding", "ScreenFailure", "NotDone", "Lesion", "LesionReading", "Assessment",
         "EligibilityAnswer"}  # fmt: skip


def test_a_coded_variable_takes_a_value_of_its_list_and_refuses_another() -> None:
    sex = Variable("SEX", "Sex", codes=terms.SEX)
    assert (sex.value(None, {"SEX": "female"}), sex.value(None, {"SEX": "F"}), sex.value(None, {})) == ("F", "F", None)
    with pytest.raises(Refused, match="has no value for “male-ish”"):
        sex.value(None, {"SEX": "male-ish"})


def test_every_test_that_the_page_of_exchange_names_exists() -> None:
    root = Path(__file__).resolve().parents[3]
    short = {"S": "tests/analysis/submission", "T": "tests/trial/tabulation"}
    page = (root / "docs" / "exchange.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+[.]py)(?:::(\w+))?`", page)
    assert len(named) > 40
    for file, test in ((file, test) for file, test in named if "/" in file):
        first, rest = file.split("/", 1)
        content = (root / short.get(first, first) / rest).read_text(encoding="utf-8")
        assert not test or f"def {test}(" in content, (file, test)
