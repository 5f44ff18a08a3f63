"""Hormone levels reported as below or above a limit: typed with the number, shown, corrected, copied and imported."""

import pytest

from capture.casebook import history
from capture.casebook.registry import FORMS
from capture.copies.contents import values
from capture.exchange.importing.import_forms import HormoneRow
from tests.capture.typed import shown_at, signed_in
from tests.cast import Cast
from tests.examples import EXAMPLES
from trial.models import HormoneLevel, Role

TYPED = EXAMPLES["hormone"].typed
NEW = "/participants/NET-001/hormone/new/"


@pytest.mark.parametrize(
    ("text", "words"),
    [("<", "Type the limit behind “&lt;”"), ("<1,5", "Use a point: 1.5"), (">-1", "must be at least 0."),
     ("<<5", "is not a number"), ("5<", "is not a number")],
)  # fmt: skip
def test_a_limit_that_cannot_be_read_is_refused_in_words(cast: Cast, text: str, words: str) -> None:
    answer = signed_in(cast.people[Role.COORDINATOR]).post(NEW, TYPED | {"value": text})
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not HormoneLevel.objects.exists()


def test_a_level_below_a_limit_is_saved_shown_as_typed_and_a_number_typed_later_is_one(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    assert nora.post(NEW, TYPED | {"value": "< 5"}).status_code == 302
    row = HormoneLevel.objects.get()
    assert (row.value, row.value_qualifier) == (5, "<") and "<5" in str(row)
    assert values.value(row, row._meta.get_field("value")) == "<5"
    address = FORMS["hormone"].url(cast.participant, row)
    assert 'value="&lt;5"' in nora.get(address).content.decode()
    corrected = TYPED | {"value": "7", "reason_code": "entry_error"} | shown_at(nora, address)
    assert nora.post(address, corrected).status_code == 302
    row.refresh_from_db()
    assert (row.value, row.value_qualifier) == (7, "")
    changed = [(line.label, line.old, line.new) for line in history.entries([row])[0].lines]
    assert ("Value qualifier", "Below (<)", "") in changed


def test_a_file_names_the_qualifier_with_the_value_or_beside_it_and_not_two() -> None:
    def read(**cells: str) -> HormoneRow:
        return HormoneRow(TYPED | {"upper_limit_missing": "", "value_missing": ""} | cells)

    for cells in ({"value": "<5"}, {"value": "5.000", "value_qualifier": "<"}):
        form = read(**cells)
        assert form.is_valid(), form.errors
        assert (form.cleaned_data["value"], form.cleaned_data["value_qualifier"]) == (5, "<")
    assert "Keep one of them" in str(read(value=">5", value_qualifier="<").errors["value"])
    without = read(value="", value_missing="pending", value_qualifier="<")
    assert "needs a value" in str(without.errors["value"])

