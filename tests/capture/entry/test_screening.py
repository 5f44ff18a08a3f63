"""A screening goes on without a reason for first answers, ends in a registration or a screen failure, and is listed."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from capture.casebook.forms.registration import CorrectionForm
from capture.entry import edit_conflict
from capture.entry.services import corrections, registration, screening
from tests.capture.typed import shown_at
from tests.cast import Cast, answers, details
from tests.examples import EXAMPLES
from trial.models import Change, Participant, Role
from trial.record.save import Save
from trial.refused import Refused

pytestmark = pytest.mark.requirement("R51")
ENDED = {"failed_on": "12-JAN-2026", "reason": "ineligible", "comment": ""}


def _screened(cast: Cast, **unmet: bool) -> Participant:
    given = answers(**unmet)
    given.pop("no_infection")
    return registration.screen(Save(cast.people[Role.COORDINATOR]), cast.north, details(), given)


def _as(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _typed(one: Participant, **typed: str) -> dict[str, str]:
    """What a browser would send of the page of the screening, with some of it typed anew."""
    return edit_conflict.values([CorrectionForm(one, corrections.answers_of(one))]) | typed


def test_first_answers_need_no_reason_and_a_changed_answer_does(cast: Cast) -> None:
    one = _screened(cast)
    client = _as(cast.people[Role.COORDINATOR])
    page = f"/participants/{one.reference}/registration/"
    assert "22 of 23 met · 1 not answered" in client.get(page).content.decode()
    shown = shown_at(client, page)
    changed = client.post(page, _typed(one, met_metastatic="no", **shown))
    assert changed.status_code == 422 and 'href="#id_reason_code"' in changed.content.decode()
    typed = _typed(one, met_no_infection="yes", primary_site="ileum", **shown)
    assert client.post(page, typed).status_code == 302
    assert Change.objects.latest("id").act == "enter"
    shown = client.get(f"/participants/{one.reference}/").content.decode()
    assert "23 of 23 met" in shown and f"/participants/{one.reference}/register/" in shown


def test_a_screen_failure_is_a_fact_with_history_in_every_list_and_leaves_the_work(cast: Cast) -> None:
    one = _screened(cast)
    client = _as(cast.people[Role.COORDINATOR])
    assert "Continue screening" in client.get("/work/").content.decode()
    assert client.post(f"/participants/{one.reference}/screen-failure/", ENDED).status_code == 302
    failure = one.screen_failures.get()
    assert "Continue screening" not in client.get("/work/").content.decode()
    shown = client.get(f"/participants/{one.reference}/").content.decode()
    assert "Criteria not met" in shown and "Continue screening" not in shown
    assert "screen failure 12-JAN-2026: criteria not met" in client.get("/participants/?state=failed").content.decode()
    assert one.reference not in client.get("/participants/?state=screening").content.decode()
    history = f"/participants/{one.reference}/history/screen_failure/{failure.pk}/"
    assert "12-JAN-2026" in client.get(history).content.decode()
    with pytest.raises(Refused, match="Strike out the screen failure"):
        registration.register(Save(cast.people[Role.COORDINATOR]), one, date(2026, 1, 13))
    again = f"/participants/{one.reference}/screen-failure/{failure.pk}/strike-out/"
    assert client.post(again, {"reason_code": "entry_error"}).status_code == 302
    assert "Continue screening" in client.get("/work/").content.decode()
    sol = _as(cast.elsewhere[Role.COORDINATOR])
    assert sol.get(f"/participants/{one.reference}/screen-failure/").status_code == 404


@pytest.mark.parametrize(("typed", "words"), [
    ({"failed_on": "04-JAN-2026"}, "must not end before consent"), ({"reason": "other"}, "needs a comment"),
    ({"reason": "no such"}, "not a reason"),
])  # fmt: skip
def test_a_screen_failure_that_cannot_be_is_refused(cast: Cast, typed: dict[str, str], words: str) -> None:
    said = {"failed_on": date(2026, 1, 12), "reason": "ineligible", "comment": ""} | typed
    if "failed_on" in typed:
        said["failed_on"] = date(2026, 1, 4)
    with pytest.raises(Refused, match=words):
        screening.fail(Save(cast.people[Role.COORDINATOR]), _screened(cast), **said)
    with pytest.raises(Refused, match="Record a registration issue"):
        screening.fail(Save(cast.people[Role.COORDINATOR]), cast.participant, date(2026, 1, 12), "death", "")


@pytest.mark.parametrize(
    ("approve", "words"), [(True, "Ready to register (waiver approved)"), (False, "Waiver refused: Wait.")]
)
def test_a_decided_waiver_stands_in_the_work_of_its_site(cast: Cast, approve: bool, words: str) -> None:
    nora = cast.people[Role.COORDINATOR]
    one = registration.screen(Save(nora), cast.north, details(), answers(metastatic=False))
    waiver = registration.request_waiver(Save(nora), one, "Nodes only.", ["metastatic"])
    assert words not in _as(nora).get("/work/").content.decode()
    registration.decide_waiver(Save(cast.people[Role.CHAIR]), waiver, approve, "Wait.")
    shown = _as(nora).get("/work/").content.decode()
    assert words in shown and "open 0 days" in shown
    assert (f"/participants/{one.reference}/register/" in shown) is approve
    assert words not in _as(cast.elsewhere[Role.COORDINATOR]).get("/work/").content.decode()


def test_what_is_entered_before_registration_is_added_and_listed_on_the_page_of_a_screening(cast: Cast) -> None:
    one = _screened(cast)
    client, page = _as(cast.people[Role.COORDINATOR]), f"/participants/{one.reference}/"
    shown = client.get(page).content.decode()
    assert 'aria-label="Add Prior therapy"' in shown and 'aria-label="Add Adverse event"' not in shown
    typed = {**EXAMPLES["prior_therapy"].typed, "best_response": "PR"}
    assert client.post(f"{page}prior_therapy/new/", typed).status_code == 302
    assert "Chemotherapy: streptozocin" in client.get(page).content.decode()
    assert client.post(f"{page}screen-failure/", ENDED).status_code == 302
    assert 'aria-label="Add Prior therapy"' not in client.get(page).content.decode()
