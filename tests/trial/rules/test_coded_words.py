"""Words of a list are codes; other words stay, and nothing is guessed."""

import pytest

from trial.protocol import code_lists
from trial.rules.coded_words import coded
from trial.tabulation import terms

SITES, SYNDROMES = terms.METASTATIC_SITE.pairs, terms.SYNDROME.pairs


@pytest.mark.parametrize(("typed", "found"), [
    ("", ("", "")), ("liver", ("LIVER", "")), (" Liver ,lymph nodes; liver", ("LIVER; LYMPH NODE", "")),
    ("liver, small nodule in the hilum", ("LIVER; OTHER", "small nodule in the hilum")),
    ("livers; spleen", ("OTHER", "livers; spleen")),
])  # fmt: skip
def test_only_whole_words_of_the_list_are_codes_and_the_others_stay(typed: str, found: tuple[str, str]) -> None:
    assert coded(typed, SITES, several=True) == found


def test_one_answer_is_taken_as_a_whole() -> None:
    assert coded("pancreas, head", terms.PRIMARY_SITE.pairs) == ("PANCREAS, HEAD", "")
    assert coded("pancreas, neck", terms.PRIMARY_SITE.pairs) == ("OTHER", "pancreas, neck")
    assert coded("None", SYNDROMES) == ("NONE", "")


def test_every_word_that_is_offered_has_a_term_in_plain_letters() -> None:
    for words, codes in ((code_lists.PRIMARY_SITES, terms.PRIMARY_SITE), (code_lists.SYNDROMES, terms.SYNDROME),
                         (code_lists.METASTATIC_SITES, terms.METASTATIC_SITE)):  # fmt: skip
        assert set(words) | {"other"} == set(codes.pairs)
        assert all(term.isascii() and term.isupper() for term in codes.pairs.values())
