"""A form is saved once, however often it is sent: after a lost answer, by two presses, or out of a kept draft."""

import json
import threading
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from tests.capture.typed import fields, opened, signed_in
from tests.cast import Cast, details
from trial import protocol
from trial.models import Change, Deviation, Draft, Participant, Query, RegistrationFinding, Role
from trial.rules.dates.partial_date import shown

PAGE = "/participants/NET-001/deviation/new/"
TYPED = {"happened_on": "20-JAN-2026", "kind": "other", "description": "the scan was a day late"}


@pytest.fixture
def nora(cast: Cast) -> Client:
    """The coordinator's browser."""
    return signed_in(cast.people[Role.COORDINATOR])


def _said(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


@pytest.mark.requirement("R64")
def test_a_form_sent_again_after_a_lost_answer_is_on_record_once_and_the_person_is_told(nora: Client) -> None:
    sent = opened(nora, PAGE) | TYPED
    assert nora.post(PAGE, sent).status_code == 302
    before = Change.objects.count()
    again = nora.post(PAGE, sent, follow=True)
    assert again.redirect_chain == [("/participants/NET-001/", 302)]
    assert "was already saved" in _said(again) and "It was not saved twice." in _said(again)
    assert Deviation.objects.count() == 1 and Change.objects.count() == before


def test_a_second_form_with_the_same_words_is_a_second_entry(nora: Client) -> None:
    for _ in range(2):
        assert nora.post(PAGE, opened(nora, PAGE) | TYPED).status_code == 302
    assert Deviation.objects.count() == 2


def test_a_form_sent_again_with_other_words_is_not_saved_before_its_person_says_so(nora: Client) -> None:
    sent = opened(nora, PAGE) | TYPED
    nora.post(PAGE, sent)
    answer = nora.post(PAGE, sent | {"description": "two days late"})
    assert answer.status_code == 422 and "was already saved" in _said(answer) and "two days late" in _said(answer)
    assert Deviation.objects.count() == 1
    assert nora.post(PAGE, fields(answer.content.decode())).status_code == 302
    assert sorted(Deviation.objects.values_list("description", flat=True)) == [TYPED["description"], "two days late"]


def test_a_refused_form_keeps_its_token_and_is_saved_once_corrected(nora: Client) -> None:
    sent = opened(nora, PAGE) | TYPED
    refused = nora.post(PAGE, sent | {"happened_on": "03/04/2026"})
    assert refused.status_code == 422 and sent["sent_as"] in refused.content.decode()
    for _ in range(2):
        assert nora.post(PAGE, sent).status_code == 302
    assert Deviation.objects.count() == 1


def test_a_correction_sent_again_is_one_change_and_no_conflict_with_oneself(nora: Client) -> None:
    nora.post(PAGE, opened(nora, PAGE) | TYPED)
    place = f"/participants/NET-001/deviation/{Deviation.objects.get().pk}/"
    sent = opened(nora, place) | {"description": "three days late", "reason_code": protocol.REASONS_FOR_CHANGE[0][0]}
    assert nora.post(place, sent).status_code == 302
    before = Change.objects.count()
    again = nora.post(place, sent, follow=True)
    assert again.redirect_chain and "was already saved" in _said(again)
    assert Change.objects.count() == before


@pytest.mark.requirement("R64")
def test_two_presses_at_the_same_moment_make_one_entry(cast: Cast, nora: Client) -> None:
    sent, answers = opened(nora, PAGE) | TYPED, []

    def press() -> None:
        answers.append(signed_in(cast.people[Role.COORDINATOR]).post(PAGE, sent).status_code)
        connections.close_all()

    pressing = [threading.Thread(target=press) for _ in range(4)]
    for each in pressing:
        each.start()
    for each in pressing:
        each.join()
    assert answers == [302] * 4
    assert Deviation.objects.count() == 1


def test_two_forms_under_one_token_at_the_same_moment_are_not_taken_for_one(cast: Cast, nora: Client) -> None:
    sent, answers = opened(nora, PAGE) | TYPED, []

    def press(words: str) -> None:
        client = signed_in(cast.people[Role.COORDINATOR])
        answers.append(client.post(PAGE, sent | {"description": words}).status_code)
        connections.close_all()

    pressing = [threading.Thread(target=press, args=(f"{days} days late",)) for days in range(4)]
    for each in pressing:
        each.start()
    for each in pressing:
        each.join()
    assert sorted(answers) == [302, 422, 422, 422]
    assert Deviation.objects.count() == 1


def _registration(nora: Client) -> dict[str, Any]:
    typed = {name: value for name, value in details().items() if not name.endswith("_on")}
    typed |= {"consented_on": "05-JAN-2026", "born_on": "04-MAR-1951", "registered_on": "08-JAN-2026",
              "measured_on": "05-JAN-2026"}  # fmt: skip
    values = {"neutrophils": "3400", "platelets": "210000", "bilirubin": "0.6", "ast": "1.1", "creatinine": "0.8"}
    for item in protocol.ELIGIBILITY:
        typed |= {f"value_{item.code}": values[item.code]} if item.is_laboratory else {f"met_{item.code}": "yes"}
    return opened(nora, "/participants/register/") | typed


@pytest.mark.requirement("R64")
def test_a_registration_sent_again_registers_nobody_twice(nora: Client) -> None:
    sent = _registration(nora)
    for _ in range(2):
        answer = nora.post("/participants/register/", sent)
        assert answer.headers.get("Location") == "/participants/NET-002/", _said(answer)
    assert sorted(Participant.objects.values_list("number", flat=True)) == ["NET-001", "NET-002"]


def test_a_finding_sent_again_is_on_record_once(nora: Client) -> None:
    place = "/participants/NET-001/findings/new/"
    sent = opened(nora, place) | {"kind": "ineligible", "found_on": "20-JAN-2026", "because": "too late a scan"}
    for _ in range(2):
        assert nora.post(place, sent).status_code == 302
    assert RegistrationFinding.objects.count() == 1


def test_a_query_sent_again_is_asked_once(cast: Cast) -> None:
    monitor = signed_in(cast.people[Role.MONITOR])
    place = "/participants/NET-001/queries/new/?form=registration"
    sent = opened(monitor, place) | {"words": "Please confirm the date of birth."}
    for _ in range(2):
        assert monitor.post(place, sent).status_code == 302
    assert Query.objects.filter(raised_by__isnull=False).count() == 1


def test_a_draft_of_a_form_that_was_saved_is_offered_to_nobody(nora: Client) -> None:
    sent = opened(nora, PAGE) | TYPED
    nora.post(PAGE, sent)
    # What a page left behind whose answer was lost: its last draft came after the save.
    body = json.dumps({"path": PAGE, "fields": {name: str(value) for name, value in sent.items()}})
    assert nora.post("/drafts/keep/", body, content_type="application/json").status_code == 204
    assert "Unsaved entries of" not in _said(nora.get(PAGE))
    assert not Draft.objects.exists()


@pytest.mark.parametrize("nonsense", ["", "x", "1" * 400, "00000000-0000-0000-0000-00000000000g"])
def test_a_token_that_is_none_is_as_good_as_no_token(nora: Client, nonsense: str) -> None:
    assert nora.post(PAGE, opened(nora, PAGE) | TYPED | {"sent_as": nonsense}).status_code == 302
    assert Deviation.objects.count() == 1


def test_a_token_that_cannot_be_read_is_refused_in_words_and_nothing_is_saved(nora: Client) -> None:
    answer = nora.post(PAGE, opened(nora, PAGE) | TYPED | {"sent_as": "\x00"})
    assert answer.status_code == 400 and "cannot be read (U+0000). Nothing was saved." in answer.content.decode()
    assert not Deviation.objects.exists()


def test_another_persons_token_neither_saves_nor_shows_what_is_theirs(cast: Cast, nora: Client) -> None:
    sent = opened(nora, PAGE) | TYPED
    nora.post(PAGE, sent)
    sol = signed_in(cast.elsewhere[Role.COORDINATOR])
    answer = sol.post(PAGE, sent)
    assert answer.status_code == 404 and shown(cast.participant.born_on) not in _said(answer)
