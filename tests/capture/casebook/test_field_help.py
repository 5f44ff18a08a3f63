"""Every field of the record's forms says what the protocol asks for, with the protocol's own numbers."""

import re
from pathlib import Path

import pytest
from django.forms import BaseForm

from capture.casebook.forms import field_help
from capture.casebook.forms.assessment import FollowUpHeadForm, HeadForm, LocalTreatmentForm
from capture.casebook.forms.registration import DetailsForm, RegistrationForm
from capture.casebook.forms.treatment import CycleForm
from capture.casebook.registry import ENTRY_FORMS
from trial import protocol

FORMS: list[type[BaseForm]] = [
    HeadForm, FollowUpHeadForm, CycleForm, DetailsForm, RegistrationForm,
    *(each.form for each in ENTRY_FORMS.values() if each.form),
]  # fmt: skip
TEMPLATE = Path(__file__).resolve().parents[3] / "templates" / "analysis" / "protocol.html"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_each_field_has_its_help(form: type[BaseForm]) -> None:
    asked = [name for name in form.base_fields if not name.endswith("_missing") and not name.startswith("reason_")]
    assert asked and [name for name in asked if field_help.of(form.__name__, name) is None] == []


def test_no_line_of_the_list_belongs_to_a_field_that_is_gone() -> None:
    known = {(form.__name__, name) for form in [*FORMS, LocalTreatmentForm] for name in form.base_fields}
    named = {(form, field) for form, field in field_help.FIELD_HELP} - {("DetailsForm", field) for field in (
        "site", "registered_on", "measured_on")}  # fmt: skip
    heads = {("HeadForm", field) for form, field in known if form == "FollowUpHeadForm"}
    assert named - known - heads == set()


def test_its_numbers_are_the_protocols_and_its_links_lead_somewhere() -> None:
    parts = set(re.findall(r'href="#([a-z]+)"', TEMPLATE.read_text()))
    for form, field in field_help.FIELD_HELP:
        found = field_help.of(form, field)
        assert found is not None and "{" not in found.words
        assert found.part == "" or found.part in parts, (form, field)
    cycle = field_help.of("CycleForm", "tablets_dispensed")
    assert cycle is not None and f"{protocol.constant('tablet_mg')} mg" in cycle.words
