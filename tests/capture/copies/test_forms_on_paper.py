"""Forms on paper: every field of every form, its choices, and rows for what is entered in tables; annotated too."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from capture.casebook.forms.registration import ChecklistForm, DetailsForm
from capture.casebook.registry import CASEBOOK
from capture.copies.paper import annotated, blank
from tests.capture.copies.pdf import text_of
from tests.capture.typed import signed_in
from tests.cast import Cast
from trial import protocol
from trial.models import Role
from trial.tabulation.data_sets import BY_NAME


def _words(text: str) -> str:
    return "".join(text.split())


def test_every_field_of_every_form_is_on_paper_with_its_choices() -> None:
    text = _words(text_of(blank.pages()))
    for form in CASEBOOK:
        assert _words(f"{form.title}, version {form.versions[-1].number}") in text, form.kind
        for name, field in form.form.base_fields.items():
            if not name.endswith("_missing") and not field.widget.is_hidden:
                assert _words(str(field.label)) in text, (form.kind, name)
    for words in ("☐ Carcinoid", "☐ Female", "or reason why it is missing:", "Hemoglobin", "10⁹/L",
                  "Missing-value reason"):
        assert _words(words) in text, words
    assert all(_words(item.words) in text for item in protocol.ELIGIBILITY)


def test_paper_asks_the_criteria_as_the_screen_does() -> None:
    registration = CASEBOOK[0]
    asked = {each.field for each in blank.questions(registration)}
    on_screen = set(ChecklistForm().fields) | set(DetailsForm.base_fields)
    assert "prior_therapy" not in asked and {"sex", "histology"} <= asked <= on_screen | {"registered_on"}
    ((head, rows, _),) = blank.tables(registration)
    answers = {item.code: row[1] for item, row in zip(protocol.ELIGIBILITY, rows, strict=True)}
    assert head[1] == "Met, or value" and answers["no_infection"] == "☐ Met   ☐ Not met"
    assert (answers["bilirubin"], answers["platelets"]) == ("Value / Upper limit:\n", "/mm³:\n")
    assert "☐yes☐no" not in _words(text_of(blank.pages())).split("Criterion")[1].split("version")[0]


def test_they_are_fetched_from_the_list_of_participants(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    assert 'href="/copies/blank.pdf"' in nora.get("/participants/").content.decode()
    answer = nora.get("/copies/blank.pdf")
    assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")


def _annotations(pdf: bytes) -> list[str]:
    """The contents of the annotations, a line each."""
    found = re.findall(rb"/Contents \(((?:\\.|[^\\)])*)\)", pdf)
    plain = (re.sub(r"\\(.)", lambda one: {"n": " "}.get(one[1], one[1]), each.decode("ascii")) for each in found)
    return [" ".join(each.split()) for each in plain]


def test_every_question_of_every_version_is_annotated_with_variables_that_there_are() -> None:
    drawn = annotated.pages()
    found, text = _annotations(drawn), _words(text_of(drawn))
    assert drawn == annotated.pages.__wrapped__() and drawn.count(b"/Subtype /FreeText") == len(found)
    for form in CASEBOOK:
        for edition in form.versions:
            assert f"({form.kind}_{edition.number})".encode() in drawn, "a name to jump to"
            assert _words(f"{form.title}, version {edition.number}") in text
            for each in annotated.questions(form, edition.number):
                assert each.names, (form.kind, each.label)
                assert each.words in found and _words(each.label) in text, (form.kind, each)
                for name in (*each.names, *each.reasons):
                    data_set, _, variable = name.partition(".")
                    of = BY_NAME[data_set.removeprefix("SUPP")]
                    assert variable in {one.name for one in (*of.variables, *of.qualifiers)}, name
    assert "AE = Adverse Events" in found and "DM.BRTHDTC; missing: BRTHRSN in SUPPDM" in found


def test_an_older_version_asks_what_it_asked() -> None:
    visit = next(form for form in CASEBOOK if form.kind == "visit")
    older, newest = (
        {each.label for each in annotated.questions(visit, number)} for number in (1, visit.versions[-1].number))
    new = {str(visit.form.base_fields[name].label) for name in visit.versions[-1].new_fields
           if name in visit.form.base_fields and not name.endswith("_missing")}  # fmt: skip
    assert new and new <= newest and not new & older


def test_both_are_exported_and_hold_no_data_of_a_moment(database: str, tmp_path: Path) -> None:
    call_command("export", "crf", tmp_path / "out", verbosity=0)
    assert {each.name for each in (tmp_path / "out").iterdir()} == {
        "acrf.pdf", "blank_crf.pdf", "manifest.json"}  # fmt: skip
    with pytest.raises(CommandError, match="hold no data"):
        call_command("export", "crf", tmp_path / "then", as_of="1", verbosity=0)
