"""Drafts on the server: kept per person and page, offered to their owner alone, gone with the save, never on record."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from capture.entry.drafts import key_of
from tests.capture.typed import opened, signed_in
from tests.cast import Cast
from trial.models import Change, Draft, Role
from trial.record import drafts

PAGE = "/participants/NET-001/deviation/new/"
TYPED = {"happened_on": "20-JAN-2026", "kind": "other", "description": "half a sente"}


def _keep(client: Client, path: str, fields: object) -> int:
    body = json.dumps({"path": path, "fields": fields})
    return client.post("/drafts/keep/", body, content_type="application/json").status_code


@pytest.mark.requirement("R30")
def test_a_draft_is_kept_offered_and_gone_with_the_save_without_a_change_of_its_own(cast: Cast) -> None:
    nora, before = signed_in(cast.people[Role.COORDINATOR]), Change.objects.count()
    assert _keep(nora, PAGE, TYPED | {"csrfmiddlewaretoken": "secret"}) == 204
    assert dict(Draft.objects.get().fields) == TYPED
    page = nora.get(PAGE).content.decode()
    assert "Unsaved entries of" in page and "half a sente" in page
    assert Change.objects.count() == before
    assert nora.post(PAGE, opened(nora, PAGE) | TYPED).status_code == 302
    assert not Draft.objects.exists()
    assert "Unsaved entries of" not in nora.get(PAGE).content.decode()


def test_a_refused_save_keeps_the_draft(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    _keep(nora, PAGE, TYPED)
    assert nora.post(PAGE, opened(nora, PAGE) | TYPED | {"happened_on": "03/04/2026"}).status_code == 422
    assert Draft.objects.exists()


@pytest.mark.requirement("R30")
def test_nobody_else_is_offered_a_draft(cast: Cast) -> None:
    nora, ivan = (signed_in(cast.people[role]) for role in (Role.COORDINATOR, Role.INVESTIGATOR))
    _keep(nora, PAGE, TYPED)
    assert "half a sente" not in ivan.get(PAGE).content.decode()
    ivan.post("/drafts/discard/", {"path": PAGE})
    assert Draft.objects.exists()
    nora.post("/drafts/discard/", {"path": PAGE})
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("path", "fields"),
    [("/account/", {"a": "b"}), ("https://elsewhere.example/", {"a": "b"}), (PAGE, ["a"]), (PAGE, {"a": 1}),
     (PAGE, {"a": "x" * 200_001}), ("/" + "x" * 400, {"a": "b"})],
    ids=["no page of the record", "elsewhere", "a list", "a number", "too large", "too long"],
)  # fmt: skip
def test_nonsense_is_not_kept(cast: Cast, path: str, fields: object) -> None:
    assert _keep(signed_in(cast.people[Role.COORDINATOR]), path, fields) == 422
    assert not Draft.objects.exists()


def test_a_body_that_is_no_json_is_refused_in_words(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    for body in ("", "{", "[" * 100_000, "null", '{"path": 1}'):
        assert nora.post("/drafts/keep/", body, content_type="application/json").status_code == 422


def test_each_person_has_a_key_of_their_own_which_is_the_same_tomorrow(cast: Cast) -> None:
    people = [cast.people[role] for role in (Role.COORDINATOR, Role.INVESTIGATOR)]
    keys = [signed_in(person).get("/drafts/key/").json()["key"] for person in people]
    assert len(set(keys)) == 2 and [key_of(person) for person in people] == keys


def test_a_person_has_at_most_fifty_drafts_and_the_newest_stay(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    for number in range(53):
        drafts.keep(nora, f"/participants/NET-{number:03d}/death/new/", [("because", "x")])
    paths = set(Draft.objects.values_list("path", flat=True))
    assert len(paths) == 50 and "/participants/NET-052/death/new/" in paths
    assert "/participants/NET-000/death/new/" not in paths


@pytest.mark.requirement("R30", "R09")
def test_what_waits_goes_after_its_days_a_sent_form_before_a_draft(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    for is_sent in (False, True):
        drafts.keep(nora, PAGE, TYPED.items(), is_sent=is_sent)
    left = []
    for days in (6, 8, 15):
        Draft.objects.update(kept_at=timezone.now() - timedelta(days=days))
        drafts.forget_old()
        left.append(sorted(Draft.objects.values_list("is_sent", flat=True)))
    assert left == [[False, True], [False], []]


def test_a_form_that_was_sent_is_not_offered_as_a_draft_and_stays_when_the_page_is_saved(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    drafts.keep(cast.people[Role.COORDINATOR], PAGE, TYPED.items(), is_sent=True)
    assert "Unsaved entries of" not in nora.get(PAGE).content.decode()
    assert nora.post(PAGE, opened(nora, PAGE) | TYPED).status_code == 302
    assert Draft.objects.get().is_sent
