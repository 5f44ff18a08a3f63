"""Blank forms on paper: every field of every form, its choices, and rows for what is entered in tables."""

from capture.casebook.registry import CASEBOOK
from capture.copies import blank_forms
from tests.capture.copies.pdf import text_of
from tests.capture.typed import signed_in
from tests.cast import Cast
from trial import protocol
from trial.models import Role


def _words(text: str) -> str:
    return "".join(text.split())


def test_every_field_of_every_form_is_on_paper_with_its_choices() -> None:
    text = _words(text_of(blank_forms.pages()))
    for form in CASEBOOK:
        assert _words(f"{form.title}, version {form.versions[-1].number}") in text, form.kind
        for name, field in form.form.base_fields.items():
            if not name.endswith("_missing") and not field.widget.is_hidden:
                assert _words(str(field.label)) in text, (form.kind, name)
    for words in ("☐ Carcinoid", "☐ Female", "or reason why it is missing:", "Hemoglobin", "10⁹/L",
                  "Missing-value reason"):
        assert _words(words) in text, words
    assert all(_words(item.words) in text for item in protocol.ELIGIBILITY)


def test_they_are_fetched_from_the_list_of_participants(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    assert 'href="/copies/blank.pdf"' in nora.get("/participants/").content.decode()
    answer = nora.get("/copies/blank.pdf")
    assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
