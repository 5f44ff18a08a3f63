"""The dictionary holds what the edition holds, and no two of its choices read alike."""

import re
from collections import Counter

import pytest

from trial.protocol import ctcae_v3
from trial.protocol.ctcae_v3.term_search import search


def test_the_edition_has_28_categories_371_terms_and_1059_reportable_rows() -> None:
    assert len({each.category for each in ctcae_v3.terms()}) == 28
    assert len(ctcae_v3.terms()) == 371
    assert len(ctcae_v3.reportable()) == 1059


def test_codes_are_unique_short_and_safe_in_addresses() -> None:
    codes = [each.code for each in ctcae_v3.terms()]
    assert len(set(codes)) == len(codes)
    assert all(code.isascii() and code.replace("_", "").isalnum() and len(code) <= 60 for code in codes)
    for each in ctcae_v3.terms():
        assert len({select.code for select in each.selects}) == len(each.selects)


def _plain(text: str) -> str:
    return "".join(text.lower().split())


def test_no_two_choices_read_alike_in_the_list_or_by_their_full_names() -> None:
    matches = ctcae_v3.reportable()
    for labels in (
        Counter(_plain(match.words) for match in matches),
        Counter(_plain(f"{match.term.name}: {match.select.words if match.select else ''}") for match in matches),
        Counter(_plain(term.short_name) for term in ctcae_v3.terms()),
    ):
        assert [label for label, times in labels.items() if times > 1] == []


def test_shown_names_have_their_blanks_and_no_signs_of_a_typewriter() -> None:
    for term in ctcae_v3.terms():
        for name in (term.name, term.short_name):
            assert name == " ".join(name.split())
            assert not re.search(r"[,:;][A-Za-z]|[A-Za-z)]\(|\w -\w|>=|<=|10e9|degrees C|__", name), name


def test_a_name_in_a_list_fits_one_line() -> None:
    assert [term.short_name for term in ctcae_v3.terms() if len(term.short_name) > 60] == []


def test_every_term_has_grades_between_1_and_5() -> None:
    for match in ctcae_v3.reportable():
        grades = ctcae_v3.grades_of(match.term.code, match.select.code if match.select else "")
        assert grades and set(grades) <= {1, 2, 3, 4, 5} and list(grades) == sorted(grades)


@pytest.mark.parametrize(
    ("typed", "grades"),
    [("hyponatremia", (1, 3, 4, 5)), ("hypokalemia", (1, 3, 4, 5)), ("hand-foot", (1, 2, 3)), ("alopecia", (1, 2))],
)
def test_grades_that_do_not_exist_are_not_there(typed: str, grades: tuple[int, ...]) -> None:
    assert search(typed)[0].term.grades == grades


def test_an_unknown_code_is_refused_in_words() -> None:
    with pytest.raises(KeyError, match="no term of CTCAE 3.0"):
        ctcae_v3.term("sunburn_of_the_soul")


def test_other_terms_are_known_as_such() -> None:
    assert ctcae_v3.is_other("infection_other_specify")
    assert not ctcae_v3.is_other("hypertension")
