"""Boxes and lists written without templates are the same to the browser as Django's own, and escape what is typed."""

from html.parser import HTMLParser
from typing import Any

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.forms.renderers import DjangoTemplates

from trial.drawing.form_layout import CLASSES, PageHelper, Renderer

CHOICES = [("", "—"), ("not_done", "Not <done>"), ("Sites & more", [(1, "One"), ("unknown", "Unknown")])]
ATTRIBUTES = ({}, {"class": "form-control", "aria-label": "a & \"b\"", "disabled": True, "hidden": False, "id": "i"})
BOXES = (forms.TextInput, forms.HiddenInput, forms.PasswordInput, forms.EmailInput, forms.CheckboxInput)


class Elements(HTMLParser):
    """Elements with their attributes in order, and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.read: list[Any] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """An element."""
        self.read.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        """Its end."""
        self.read.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        """Its text."""
        self.read += [data.strip()] if data.strip() else []


def _same(widget: forms.Widget, value: Any) -> str:
    ours = widget.render("a<b", value, {"id": "j"}, Renderer())
    bare = widget.template_name in CLASSES and "class" not in widget.attrs
    dress = {"class": CLASSES[widget.template_name]} if bare else {}
    theirs = widget.render("a<b", value, {"id": "j", **dress}, DjangoTemplates())
    assert Elements(ours).read == Elements(theirs).read
    return str(ours)


@pytest.mark.parametrize("attrs", ATTRIBUTES)
@pytest.mark.parametrize("value", [None, "", 0, "9.4", True, '"><script>x</script>'])
@pytest.mark.parametrize("box", BOXES)
def test_a_box_is_the_same_as_the_frameworks(box: type[forms.Widget], value: Any, attrs: dict[str, Any]) -> None:
    assert "<script" not in _same(box(attrs=attrs), value)


@pytest.mark.parametrize("attrs", ATTRIBUTES)
@pytest.mark.parametrize("value", [None, "", "unknown", "not_done", 1, "1", "<b>"])
def test_a_list_is_the_same_as_the_frameworks(value: Any, attrs: dict[str, Any]) -> None:
    assert "<done>" not in _same(forms.Select(attrs=attrs, choices=CHOICES), value)


def test_what_is_neither_box_nor_list_has_its_template() -> None:
    assert "<textarea" in _same(forms.Textarea(), "a < b")
    _same(forms.RadioSelect(choices=CHOICES[:2]), "not_done")


@pytest.mark.parametrize(("widget", "dress"), [
    (forms.TextInput(), "form-control"), (forms.Textarea(), "form-control"), (forms.Select(), "form-select"),
    (forms.TextInput(attrs={"class": "code-field"}), "code-field"), (forms.HiddenInput(), None),
])  # fmt: skip
def test_a_widget_without_a_class_of_its_own_is_dressed_as_its_kind(widget: forms.Widget, dress: str | None) -> None:
    _, attrs = Elements(widget.render("a", "b", {}, Renderer())).read[0]
    assert dict(attrs).get("class") == dress


def test_every_form_uses_it() -> None:
    assert isinstance(forms.Form().renderer, Renderer)


class _Sample(forms.Form):
    helper = PageHelper()
    value = forms.CharField(label="Value & <unit>", help_text="As <measured>", error_messages={"required": "<Needed>"})
    value_missing = forms.CharField(label="Reason", required=False)


def test_a_field_of_one_box_has_label_help_error_and_reason_all_escaped() -> None:
    shown = render_crispy_form(_Sample({"value": "", "value_missing": "not <done>"}))
    read = Elements(shown).read
    assert ("label", [("class", "form-label"), ("for", "id_value")]) in read and "Value & <unit>" in read
    assert ("div", [("class", "form-text"), ("id", "id_value_helptext")]) in read and "As <measured>" in read
    assert ("div", [("class", "invalid-feedback"), ("role", "alert"), ("id", "id_value_error")]) in read
    assert "<Needed>" in read, "the error stands beside its box, which names it"
    box = next(attrs for tag, attrs in (each for each in read if isinstance(each, tuple))
               if tag == "input" and ("name", "value") in attrs)  # fmt: skip
    assert dict(box)["aria-describedby"] == "id_value_helptext id_value_error"
    assert shown.count("missing-frame") == 2 and 'value="not &lt;done&gt;"' in shown
    assert read.count(("label", [("class", "form-label"), ("for", "id_value_missing")])) == 1
