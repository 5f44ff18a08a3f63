"""No line breaks between a number and its unit, and nothing that a page sends back is altered."""

import pytest

from tests.capture import hostile
from tests.capture.typed import signed_in
from tests.cast import cast_of
from trial.models import Role
from trial.templatetags.units import keep_units


@pytest.mark.parametrize(("html", "shown"), [
    ("<p>sum 42.5 mm, 400 mg twice daily</p>", "<p>sum 42.5\xa0mm, 400\xa0mg twice daily</p>"),
    ("<p>3.6 g/dL, 12 U/L, 90 mmHg</p>", "<p>3.6\xa0g/dL, 12\xa0U/L, 90\xa0mmHg</p>"),
    ("<p>2 grades, 4 mmx, T1 mm, 5 U</p>", "<p>2 grades, 4 mmx, T1\xa0mm, 5 U</p>"),
    ('<input value="40 mm"><p>40 mm</p>', '<input value="40 mm"><p>40\xa0mm</p>'),
    ("<textarea>40 mm</textarea> 40 mm", "<textarea>40 mm</textarea> 40\xa0mm"),
])  # fmt: skip
def test_a_unit_stays_with_its_number_in_texts_only(html: str, shown: str) -> None:
    assert keep_units(html) == shown  # type: ignore[arg-type]
    assert keep_units(keep_units(html)) == shown, "a part that was loaded passes twice"  # type: ignore[arg-type]


def test_every_page_of_a_participant_keeps_its_units(database: object) -> None:
    cast = cast_of()
    hostile.prepare(cast)
    nora = signed_in(cast.people[Role.COORDINATOR])
    pages = [nora.get(address).content.decode() for _, address in hostile.pages(cast)]
    assert any("\xa0mm" in page for page in pages) and any("\xa0mg" in page for page in pages)
    assert [page for page in pages if keep_units(page) != page] == []  # type: ignore[arg-type]
