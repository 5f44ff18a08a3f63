"""A field of the record has one label, which its page, its history, the files and the copies read from the model."""

import re

import pytest
from django.db.models import Field
from django.forms import BaseForm

from capture.casebook import history, labels
from capture.casebook.forms.assessment import FollowUpHeadForm, NewLesionForm, ReadingForm
from capture.casebook.forms.laboratory import LaboratoryForm
from capture.casebook.forms.registration import FindingForm, RegistrationForm, ScreenFailureForm
from capture.casebook.forms.treatment import PeriodForm
from capture.casebook.registry import CASEBOOK, FORMS
from capture.copies.contents import values
from capture.exchange.data_sets import DATA_SETS
from trial import models
from trial.audit.tables import record_models, table_of
from trial.models.fields import in_a_sentence, label

PAGES: list[tuple[type[BaseForm], type[models.RecordRow]]] = [
    *((form.form, form.model) for form in CASEBOOK), (RegistrationForm, models.Participant),
    (FollowUpHeadForm, models.Assessment), (PeriodForm, models.DosingPeriod), (LaboratoryForm, models.LaboratoryResult),
    (NewLesionForm, models.Lesion), (ReadingForm, models.LesionReading), (FindingForm, models.RegistrationFinding),
    (ScreenFailureForm, models.ScreenFailure),
]  # fmt: skip
# The size of a lesion is called as the criteria measure it: the longest diameter, or the short axis of a node.
BY_THE_CRITERIA = {"longest_diameter_mm"}
ACRONYMS = re.compile(r"\b(Ecog|ecog|Utc|utc|Qtc|Mmhg|mmhg|Ctcae)\b")


@pytest.mark.parametrize(("form", "model"), PAGES, ids=lambda each: each.__name__)
def test_a_page_calls_every_field_as_its_model_does(form: type[BaseForm], model: type[models.RecordRow]) -> None:
    shared = [field for field in model._meta.concrete_fields if field.name in form.base_fields]
    assert shared
    for field in shared:
        if field.name not in BY_THE_CRITERIA:
            assert form.base_fields[field.name].label == label(field), field.name


@pytest.mark.parametrize("model", record_models(), ids=lambda model: model.__name__)
def test_history_files_and_copies_call_every_field_as_its_model_does(model: type[models.RecordRow]) -> None:
    words = {column.field: column.words for each in DATA_SETS if each.model is model for column in each.columns}
    told: list[Field] = values.fields(model)
    for field in model._meta.concrete_fields:
        assert history._label(model, field.attname) == label(field) == history._label(model, field.name)
        assert field not in words or field.primary_key or words[field].startswith(label(field)), field.name
        assert not ACRONYMS.search(label(field)) and label(field)[:1].isupper(), label(field)
    assert [values.label(field) for field in told] == [label(field) for field in told]
    assert labels.title(table_of(model)).lower() == str(model._meta.verbose_name).lower()


@pytest.mark.parametrize("kind", FORMS)
def test_queries_and_verification_call_the_fields_of_a_form_as_its_page_does(kind: str) -> None:
    for field in FORMS[kind].model._meta.concrete_fields:
        assert labels.field_label(kind, field.name) == label(field)


@pytest.mark.parametrize(("words", "inside"), [
    ("ECOG performance status", "ECOG performance status"), ("UTC offset at the site", "UTC offset at the site"),
    ("Systolic blood pressure (mmHg)", "systolic blood pressure (mmHg)"), ("", ""),
])  # fmt: skip
def test_a_label_keeps_its_acronyms_inside_a_sentence(words: str, inside: str) -> None:
    assert in_a_sentence(words) == inside


def test_a_value_that_may_be_missing_and_its_reason_are_called_alike() -> None:
    for model in record_models():
        for field in model._meta.concrete_fields:
            if field.name.endswith("_missing"):
                value = model._meta.get_field(field.name.removesuffix("_missing"))
                assert label(field) == f"Reason missing: {in_a_sentence(label(value))}"
