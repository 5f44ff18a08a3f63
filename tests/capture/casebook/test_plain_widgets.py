"""The boxes written without templates are the same to the browser as Django's own, and escape what is typed."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms

from capture.casebook.fields import PlainBox, PlainChoice

CHOICES = [("", "—"), ("not_done", "Not <done>"), ("unknown", "Unknown")]


class Elements(HTMLParser):
    """Elements with their attributes and texts, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[Any] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """An element."""
        self.found.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_data(self, data: str) -> None:
        """Its text."""
        self.found += [data.strip()] if data.strip() else []


@pytest.mark.parametrize("value", [None, "", "9.4", '"><script>x</script>'])
@pytest.mark.parametrize("attrs", [{}, {"class": "form-control", "aria-label": "a & b", "disabled": True, "id": "i"}])
def test_a_box_is_the_same_as_the_frameworks(value: Any, attrs: dict[str, Any]) -> None:
    ours, theirs = PlainBox(attrs=attrs).render("n", value), forms.TextInput(attrs=attrs).render("n", value)
    assert Elements(ours).found == Elements(theirs).found and "<script" not in ours


@pytest.mark.parametrize("value", [None, "", "unknown", "not_done", "<b>"])
def test_a_choice_is_the_same_as_the_frameworks(value: Any) -> None:
    ours = PlainChoice(choices=CHOICES).render("n", value, {"id": "i"})
    theirs = forms.Select(choices=CHOICES).render("n", value, {"id": "i"})
    assert Elements(ours).found == Elements(theirs).found and "<done>" not in ours
