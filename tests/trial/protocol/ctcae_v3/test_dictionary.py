"""The dictionary holds what the edition holds, and is found by everyday words."""

import pytest

from trial.protocol import ctcae_v3


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


def test_every_term_has_grades_between_1_and_5() -> None:
    for match in ctcae_v3.reportable():
        grades = ctcae_v3.grades_of(match.term.code, match.select.code if match.select else "")
        assert grades and set(grades) <= {1, 2, 3, 4, 5} and list(grades) == sorted(grades)


@pytest.mark.parametrize(
    ("typed", "grades"),
    [("hyponatremia", (1, 3, 4, 5)), ("hypokalemia", (1, 3, 4, 5)), ("hand-foot", (1, 2, 3)), ("alopecia", (1, 2))],
)
def test_grades_that_do_not_exist_are_not_there(typed: str, grades: tuple[int, ...]) -> None:
    assert ctcae_v3.search(typed)[0].term.grades == grades


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("hypertension", "hypertension"),
        ("hand foot", "rash_hand_foot_skin_reaction"),
        ("HFSR", "rash_hand_foot_skin_reaction"),
        ("diarrhoea", "diarrhea"),
        ("tired", "fatigue_asthenia_lethargy_malaise"),
        ("nausea", "nausea"),
        ("ALT", "alt_sgpt"),
    ],
)
def test_everyday_words_find_the_term_first(typed: str, found: str) -> None:
    assert ctcae_v3.search(typed)[0].term.code == found


def test_an_unknown_code_is_refused_in_words() -> None:
    with pytest.raises(KeyError, match="no term of CTCAE 3.0"):
        ctcae_v3.term("sunburn_of_the_soul")
    assert ctcae_v3.search("") == []
    assert ctcae_v3.search("zzzz") == []


def test_other_terms_are_known_as_such() -> None:
    assert ctcae_v3.is_other("infection_other_specify")
    assert not ctcae_v3.is_other("hypertension")
