"""crispy-forms renders every form: no box by hand in a template, a layout for each form, and pages that use it."""

import importlib
import pkgutil
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from crispy_forms.templatetags.crispy_forms_tags import CrispyFormNode
from django import forms
from django.template import Context

import analysis
import capture
import trial
from analysis.views.settings_form import SettingsForm
from capture.casebook.forms import adverse_event, assessment, laboratory, registration, treatment, visit
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.views.laboratories import LimitsForm
from tests.capture import hostile
from tests.capture.boxes import boxes_of
from tests.capture.typed import signed_in
from tests.cast import Cast, cast_of
from trial.drawing.form_layout import Boxes, PageHelper, Rows, Section
from trial.models import Role

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "templates"
BOX = re.compile(r"<(?:select|textarea)\b|<input\b(?![^>]*type=\"hidden\")")

# Boxes that no field of a form stands for, each with what it is.
BY_HAND = {
    "base.html": "Finds a participant from any page; the filter of the list of participants reads what is typed.",
    "trial/operations/_keys.html": "Switches single keys off in this browser; it is sent nowhere.",
    "capture/grading/_episodes.html": "Ticks which of the episodes are judged together.",
    "capture/participants/sections/_item.html": "Ticks which missed items get one reason; the next page asks it.",
}
# Rows of a table, whose template renders them; and what only other forms are made from.
IN_ROWS = {laboratory.LaboratoryForm, assessment.NewLesionForm, assessment.ReadingForm, treatment.PeriodForm}
BY_TEMPLATE = {SettingsForm, LimitsForm}  # a table of every setting with its source, and of every analyte
MADE_FROM = {adverse_event.AwarenessFields, registration.DetailsForm, registration.ChecklistForm}


def _forms() -> set[type[forms.BaseForm]]:
    """The form classes of pages; those of an import read lines of a file."""
    modules: list[ModuleType] = []
    for package in (trial, capture, analysis):
        names = [each.name for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        modules += [importlib.import_module(name) for name in names
                    if "migrations" not in name and not name.endswith((".__main__", ".wsgi", ".serving"))]  # fmt: skip
    return {value for module in modules for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, forms.BaseForm)
            and value.__module__.startswith(("trial.", "capture.", "analysis."))
            and not value.__module__.startswith("capture.exchange.importing.")}  # fmt: skip


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast, with something on every page."""
    cast = cast_of()
    hostile.prepare(cast)
    return cast


def test_no_template_writes_a_box_by_hand() -> None:
    by_hand = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")
               if BOX.search(path.read_text(encoding="utf-8"))}  # fmt: skip
    assert by_hand == set(BY_HAND)


def test_every_form_has_its_layout_or_is_a_row_of_a_table() -> None:
    found = _forms()
    assert len(found) > 45
    without = {form for form in found if not isinstance(getattr(form, "helper", None), PageHelper)}
    assert without == IN_ROWS | BY_TEMPLATE | MADE_FROM


def _names(layout: Any) -> set[str]:
    parts = getattr(layout, "fields", [])
    return {name for part in parts for name in ([part] if isinstance(part, str) else _names(part))}


def test_a_layout_names_fields_that_its_form_has() -> None:
    for form in _forms() - IN_ROWS - BY_TEMPLATE - MADE_FROM:
        named = _names(form.helper.layout)  # type: ignore[attr-defined]
        dynamic = {"registered_on", "site"}  # added or taken away for one participant or person
        assert named - set(form.base_fields) <= dynamic, form


def _rendered(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    seen: list[Any] = []
    render = CrispyFormNode.render

    def noting(node: CrispyFormNode, context: Context) -> str:
        seen.append(context[node.form])
        return str(render(node, context))

    monkeypatch.setattr(CrispyFormNode, "render", noting)
    return seen


@pytest.mark.requirement("R50")
def test_crispy_renders_every_box_of_every_page_that_enters_data(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, nora, walked = _rendered(monkeypatch), signed_in(cast.people[Role.COORDINATOR]), set()
    for address in [address for _, address in hostile.pages(cast) if not address.endswith("/response/")]:
        seen.clear()
        boxes = boxes_of(nora.get(address).content.decode())
        rendered = [form for item in seen for form in (item if isinstance(item, Rows) else [item])]
        names = {form.add_prefix(name) for form in rendered for name in form.fields}
        assert rendered and {*boxes.numbers, *boxes.dates} <= names, address
        walked |= {type(form) for form in rendered}
    assert {form.form for form in ENTRY_FORMS.values()} | IN_ROWS <= walked
    assert {registration.RegistrationForm, registration.CorrectionForm, treatment.CycleForm, assessment.HeadForm,
            assessment.FollowUpHeadForm} <= walked  # fmt: skip


def _page(form: forms.BaseForm, **context: Any) -> str:
    return str(CrispyFormNode("form", None).render(Context({"form": form, **context})))


def test_a_field_shows_its_label_help_unit_and_the_reason_why_it_may_be_missing() -> None:
    page = _page(visit.BloodPressureForm())
    assert page.count('<div class="field">') == 3, "the reason stands in the field of its value"
    value, reason = page.index('name="systolic_mmhg"'), page.index('name="systolic_mmhg_missing"')
    assert 'data-missing="id_systolic_mmhg_missing"' in page and "data-missing-frame" in page[value:reason]
    assert 'for="id_systolic_mmhg"' in page and 'for="id_systolic_mmhg_missing"' in page and "field-help" in page


def test_an_error_is_named_by_its_box() -> None:
    page = _page(visit.BloodPressureForm({"measured_on": "nonsense", "systolic_mmhg": ""}))
    assert 'aria-invalid="true"' in page and 'aria-describedby="id_systolic_mmhg_error"' in page
    assert page.count('id="id_systolic_mmhg_error"') == page.count('id="id_measured_on_error"') == 1


def test_a_new_field_says_in_which_version_it_came_and_what_is_not_asked_says_so() -> None:
    form = visit.BloodPressureForm()
    form.fields["measured_on"].beside = "new in version 2"  # type: ignore[attr-defined]
    assert "new in version 2" in _page(form)


class _Plain(forms.Form):
    one, two, hidden = forms.CharField(), forms.CharField(), forms.CharField(widget=forms.HiddenInput)


def test_a_frame_without_fields_is_left_out_and_a_field_that_the_form_lacks_too() -> None:
    form = _Plain()
    form.helper = PageHelper(Boxes("three", css_class="empty"), Section("Part", "two", "three", "hidden"))
    page = _page(form)
    assert "empty" not in page and 'name="two"' in page and 'name="one"' not in page and 'name="hidden"' not in page
    assert '<section class="panel" aria-labelledby="h-part">' in page
