"""Every field of the record's forms says what the protocol asks for, with the protocol's own numbers."""

import re
from pathlib import Path

import pytest
from django.forms import BaseForm

from capture.casebook.forms.assessment import LocalTreatmentForm
from capture.casebook.forms.base import help_of
from capture.casebook.forms.registration import RegisterScreenedForm, RegistrationForm
from capture.casebook.forms.treatment import CycleForm
from capture.casebook.registry import CASEBOOK
from tests.capture.typed import signed_in
from tests.cast import Cast
from trial import protocol
from trial.models import Role
from trial.record import changes, versions_in_force

# The checklist of a registration asks the protocol's items in its own words.
FORMS: list[type[BaseForm]] = [
    RegistrationForm, RegisterScreenedForm, LocalTreatmentForm, *(form.form for form in CASEBOOK),
]  # fmt: skip
TEMPLATE = Path(__file__).resolve().parents[3] / "templates" / "analysis" / "protocol.html"


def _asked(form: type[BaseForm]) -> list[str]:
    return [name for name in form.base_fields if not name.endswith("_missing") and not name.startswith("reason_")]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_each_field_has_its_help(form: type[BaseForm]) -> None:
    assert _asked(form) and [name for name in _asked(form) if help_of(form, name) is None] == []


def test_no_help_belongs_to_a_field_that_is_gone() -> None:
    for declared in {each for form in FORMS for each in form.__mro__ if "help" in vars(each)}:
        asked = {name for form in FORMS if issubclass(form, declared) for name in form.base_fields}
        if declared is not RegisterScreenedForm:  # it asks one of the details
            assert set(vars(declared)["help"]) - asked == set(), declared.__name__


def test_the_help_is_that_of_the_version_in_use_at_the_site(cast: Cast) -> None:
    nora, page = signed_in(cast.people[Role.COORDINATOR]), "/participants/NET-001/medication/new/"
    older = nora.get(page).content.decode()
    assert "Dose, route and how often." in older and "The dose with its unit." not in older
    assert 'name="route"' not in older, "so the dose is where they are written"
    with changes.record(None, "system", "for the test"):
        versions_in_force.open_site(None, cast.north)
    newer = nora.get(page).content.decode()
    assert "The dose with its unit." in newer and "Dose, route and how often." not in newer and 'name="route"' in newer


def test_its_numbers_are_the_protocols_and_its_links_lead_somewhere() -> None:
    parts = set(re.findall(r'href="#([a-z]+)"', TEMPLATE.read_text()))
    for form, name in [(each, name) for each in FORMS for name in _asked(each)]:
        found = help_of(form, name)
        assert found is not None and "{" not in found.words
        assert found.part == "" or found.part in parts, (form, name)
    cycle = help_of(CycleForm, "tablets_dispensed")
    assert cycle is not None and f"{protocol.constant('tablet_mg')} mg" in cycle.words
