"""The dictionary is found by the words that sites use; the expectations were written without the synonyms."""

import csv
from pathlib import Path

import pytest

from trial.protocol import ctcae_v3
from trial.protocol.ctcae_v3 import Match
from trial.protocol.ctcae_v3.term_search import LIMIT, search, synonyms

EVERYDAY = Path(__file__).with_name("everyday_words.csv")
ROWS = tuple(csv.DictReader(EVERYDAY.read_text(encoding="utf-8").splitlines()))


def _named(match: Match) -> str:
    return f"{match.term.code}/{match.select.code}" if match.select else match.term.code


def _is(match: Match, expected: str) -> bool:
    return expected in (_named(match), match.term.code)


def test_there_are_at_least_150_everyday_words_and_none_twice() -> None:
    words = [row["words"] for row in ROWS]
    assert len(set(words)) == len(words) >= 150


@pytest.mark.parametrize("row", ROWS, ids=[row["words"] for row in ROWS])
def test_everyday_words_find_their_term_first_and_the_others_that_they_may_mean(row: dict[str, str]) -> None:
    matches = search(row["words"])
    assert matches and _is(matches[0], row["first"]), [_named(match) for match in matches[:5]]
    for expected in row["also"].split():
        assert any(_is(match, expected) for match in matches), expected


@pytest.mark.parametrize("row", [row for row in ROWS if " " in row["words"]], ids=lambda row: row["words"])
def test_the_order_of_the_words_does_not_matter(row: dict[str, str]) -> None:
    backwards = " ".join(reversed(row["words"].split()))
    assert any(_is(match, row["first"]) for match in search(backwards))


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("hyperten", "hypertension"),
        ("creat", "creatinine"),
        ("foo han", "rash_hand_foot_skin_reaction"),
        ("stomach hemorr", "hemorrhage_gi/stomach"),
        ("bleeding stomach", "hemorrhage_gi/stomach"),
        ("pneumonia unknown", "infection_with_unknown_anc/lung_pneumonia"),
        ("functional oral mucositis", "mucositis_stomatitis/oral_cavity"),
        ("calcemia", "calcium_serum_high_hypercalcemia"),
        ("haemat", "hematoma"),
        ("oesophag", "esophagitis"),
    ],
)
def test_parts_of_words_are_enough(typed: str, first: str) -> None:
    assert _is(search(typed)[0], first), [_named(match) for match in search(typed)[:5]]


@pytest.mark.parametrize("typed", ["diarrhoea", "low platelets", "hypertension"])
def test_every_beginning_of_a_word_finds_it_while_it_is_typed(typed: str) -> None:
    wanted = search(typed)[0]
    for length in range(4, len(typed) + 1):
        assert wanted in search(typed[:length]), typed[:length]


def test_the_label_of_every_choice_finds_that_choice_first() -> None:
    assert [match.words for match in ctcae_v3.reportable() if search(match.words)[0] != match] == []


def test_the_best_match_comes_first() -> None:
    codes = [match.term.code for match in search("neutropenia")]
    assert codes[0] == "neutrophils_granulocytes_anc_agc" and codes.index("febrile_neutropenia") < codes.index("fever")
    assert [match.term.code for match in search("hypertension")] == ["hypertension", "pulmonary_hypertension"]


def test_other_lists_every_term_that_needs_words_of_its_own() -> None:
    others = {term.code for term in ctcae_v3.terms() if ctcae_v3.is_other(term.code)}
    assert len(others) <= LIMIT
    assert others <= {match.term.code for match in search("other")}


@pytest.mark.parametrize("typed", ["", "  ", "–", "zzzz", "pain zzzz"])
def test_what_the_dictionary_does_not_hold_finds_nothing(typed: str) -> None:
    assert search(typed) == []


def test_every_synonym_leads_to_a_row_of_the_dictionary_and_stands_once() -> None:
    rows = {(match.term.code, match.select.code if match.select else "") for match in ctcae_v3.reportable()}
    rows |= {(term.code, "") for term in ctcae_v3.terms()}
    table = synonyms()
    assert [line for line in table if (line.term, line.select) not in rows] == []
    assert len(set(table)) == len(table)
    assert [line.words for line in table if line.words != " ".join(line.words.lower().split()) or not line.words] == []


def test_every_synonym_finds_its_term_among_the_first() -> None:
    for line in synonyms():
        assert line.term in {match.term.code for match in search(line.words, limit=300)}, line
