"""The adverse-event form: its term is searched, chosen, or found from the typed words without scripts."""

import re

import pytest
from django.test import Client

from tests.cast import Cast
from trial.models import AdverseEvent, Role
from trial.protocol import ctcae_v3

ADDRESS = "/participants/NET-001/adverse_event/new/"
EVENT = {
    "grade": "2", "attribution": "4", "onset_on": "UNK-FEB-2026", "seriousness": "no", "action_taken": "none",
    "outcome": "not_recovered",
}  # fmt: skip


@pytest.fixture
def nora(cast: Cast) -> Client:
    """Nora, signed in."""
    client = Client()
    client.force_login(cast.people[Role.COORDINATOR], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_dictionary_answers_as_it_is_typed(nora: Client) -> None:
    page = nora.get("/terms/?q=hand-foot").content.decode()
    assert 'data-term="rash_hand_foot_skin_reaction"' in page and 'data-grades="123"' in page


def test_a_word_that_the_dictionary_does_not_know_is_answered_with_what_to_do(nora: Client) -> None:
    page = nora.get("/terms/", {"q": "zzzz <b>"}).content.decode()
    assert "No CTCAE 3.0 term matches “zzzz &lt;b&gt;”. Try a shorter word, or type “other”." in page
    assert "No CTCAE" not in nora.get("/terms/?q=").content.decode()
    assert nora.get("/terms/?q=other").content.decode().count("other (specify)") == 26


def test_the_grades_that_are_offered_are_those_of_the_term_and_its_select(nora: Client) -> None:
    page = nora.get("/terms/?q=mouth+sores").content.decode()
    offered = re.findall(r'data-term="(\w+)" data-select="(\w*)" data-grades="(\d+)"', page)
    assert len(offered) >= 2
    for term, select, grades in offered:
        assert grades == "".join(str(grade) for grade in ctcae_v3.grades_of(term, select))
    form = nora.get(f"{ADDRESS}?term=hair_loss_alopecia_scalp_or_body").content.decode()
    assert 'id="criteria" aria-live="polite" data-grades="12"' in form


def test_a_chosen_term_is_saved_with_a_partial_date(nora: Client) -> None:
    answer = nora.post(ADDRESS, {**EVENT, "term": "rash_hand_foot_skin_reaction", "select": ""})
    assert answer.status_code == 302, answer.content.decode()
    row = AdverseEvent.objects.get()
    assert (row.term, row.grade, str(row.onset_on)) == ("rash_hand_foot_skin_reaction", 2, "UNK-FEB-2026")
    page = nora.get("/participants/NET-001/?section=casebook").content.decode()
    assert "Hand-foot skin reaction, grade 2" in page
    history = nora.get(f"/participants/NET-001/history/adverse_event/{row.pk}/").content.decode()
    assert "Rash: hand-foot skin reaction" in history and "rash_hand_foot" not in history


def test_without_scripts_the_typed_words_find_the_term(nora: Client) -> None:
    assert nora.post(ADDRESS, {**EVENT, "term_typed": "nausea"}).status_code == 302
    assert AdverseEvent.objects.get().term == "nausea"


def test_without_scripts_several_terms_are_offered_to_choose_from(nora: Client) -> None:
    page = nora.post(ADDRESS, {**EVENT, "term_typed": "sodium"})
    assert page.status_code == 422 and b'name="term_chosen"' in page.content
    chosen = nora.post(
        ADDRESS, {**EVENT, "term_typed": "sodium", "grade": "1", "term_chosen": "sodium_serum_low_hyponatremia/"}
    )
    assert chosen.status_code == 302
    assert AdverseEvent.objects.get().term == "sodium_serum_low_hyponatremia"


def test_a_grade_that_the_term_does_not_have_is_refused(nora: Client) -> None:
    page = nora.post(ADDRESS, {**EVENT, "term": "rash_hand_foot_skin_reaction", "grade": "4",
                              "seriousness": "no", "expectedness": "expected"})  # fmt: skip
    assert page.status_code == 422 and b"The grade must be one that CTCAE 3.0 defines for this term." in page.content
    assert not AdverseEvent.objects.exists()


def test_a_further_episode_continues_the_first(nora: Client) -> None:
    nora.post(ADDRESS, {**EVENT, "term": "nausea"})
    first = AdverseEvent.objects.get()
    page = nora.get(f"{ADDRESS}?continues={first.pk}").content.decode()
    assert 'value="nausea"' in page
    done = nora.post(
        f"{ADDRESS}?continues={first.pk}",
        {**EVENT, "term": "nausea", "grade": "3", "expectedness": "expected", "onset_on": "MAR-2026",
         "continues": first.pk},
    )
    assert done.status_code == 302, done.content.decode()
    assert AdverseEvent.objects.get(grade=3).continues_id == first.pk


def test_a_second_look_saves_only_with_its_reason(nora: Client) -> None:
    early = {**EVENT, "term": "nausea", "onset_on": "2025"}
    page = nora.post(ADDRESS, early)
    assert page.status_code == 422 and b"acknowledge_AE-08" in page.content
    assert nora.post(ADDRESS, {**early, "acknowledge_AE-08": "it came and went before"}).status_code == 302
    row = AdverseEvent.objects.get()
    assert "it came and went before" in nora.get(f"/participants/NET-001/adverse_event/{row.pk}/").content.decode()


def test_the_grades_are_explained_when_the_term_is_known_without_scripts(nora: Client) -> None:
    assert "Peeling, blisters" in nora.get(f"{ADDRESS}?term=rash_hand_foot_skin_reaction").content.decode()
    page = nora.post(ADDRESS, {"term_typed": "nausea"})
    assert page.status_code == 422 and "Less appetite, usual eating habits" in page.content.decode()
    assert "criteria-list" not in nora.get(ADDRESS).content.decode()


def test_terms_to_choose_from_are_explained_too(nora: Client) -> None:
    page = nora.post(ADDRESS, {**EVENT, "term_typed": "sodium"}).content.decode()
    assert "Below LLN to 130\xa0mmol/L" in page and "Above 160\xa0mmol/L" in page
