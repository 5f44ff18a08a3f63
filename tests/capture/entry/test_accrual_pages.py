"""What people see of the gate: sites before they type, the chair with every outcome of the stage."""

from datetime import date

import pytest
from django.test import Client

from capture.entry.services import registration
from tests.capture.entry.test_accrual import SMALL, _choose, _fill, _respond
from tests.capture.participants.test_participant_pages import _as, _typed
from tests.cast import Cast, answers, cast_of, details
from trial.models import Change, Participant, Reopening, Role
from trial.protocol import AnalysisSettings
from trial.record.save import Save

PAGE = "/groups/A/registration/"


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; stage 1 of group A has four places and all are taken."""
    made = cast_of()
    _choose(AnalysisSettings(plan=SMALL))
    _fill(made)
    return made


def _read(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_the_registration_page_says_before_typing_which_group_is_closed_and_why(cast: Cast) -> None:
    page = _read(_as(cast.people[Role.COORDINATOR]), "/participants/register/")
    assert "Group A (Carcinoid) is closed: the 4 places of stage 1 are taken, and their outcomes are awaited." in page
    assert "Group B (Islet cell / other well-differentiated) is open: 0 of 43 places are taken." in page
    assert "can be saved as screened" in page and "responder" not in page


def test_a_participant_of_a_closed_group_is_kept_as_screened_and_registered_later(cast: Cast) -> None:
    client = _as(cast.people[Role.COORDINATOR])
    typed = _typed(cast, tumour_type="metastatic_gi_carcinoid", histology="carcinoid") | {"born_on": "05-MAY-1961"}
    refused = client.post("/participants/register/", typed)
    assert refused.status_code == 422 and "Group A (Carcinoid) is closed" in refused.content.decode()
    kept = client.post("/participants/register/", typed | {"screen": "keep", "registered_on": ""})
    assert kept.url == "/participants/S-0005/"
    page = _read(client, "/participants/S-0005/register/")
    assert "is closed: the 4 places of stage 1" in page and "Group B" not in page
    last = Participant.objects.get(number="NET-004")
    registration.record_finding(Save(cast.people[Role.COORDINATOR]), last, "in_error", date(2026, 2, 1), "Twice.")
    assert "is open" in _read(client, "/participants/S-0005/register/")
    assert client.post("/participants/S-0005/register/", {"registered_on": "09-JAN-2026"}).status_code == 302


def test_the_chair_sees_each_outcome_of_the_stage_reopens_and_takes_it_back(cast: Cast) -> None:
    _respond(cast, cast.participant)
    chair = _as(cast.people[Role.CHAIR])
    page = _read(chair, PAGE)
    assert "Closed after stage 1: 1 of 4 evaluable, 3 without a dose yet, 1 of 2 responders needed" in page
    assert "mature: </strong>confirmed response" in page or "mature: confirmed response" in page
    assert page.count("no dose taken yet") >= 3 and "1 more confirmed responder, 3 outcomes to mature" in page
    assert chair.post(PAGE, {"because": " "}).status_code == 422
    assert chair.post(PAGE, {"because": "Slow; agreed with the committee."}).url == PAGE
    page = _read(chair, PAGE)
    assert "Reopened by the study chair: Slow; agreed with the committee." in page and "by Chris on" in page
    made = Reopening.objects.get()
    assert chair.post(f"{PAGE}{made.pk}/withdraw/", {"because": ""}).status_code == 422
    assert chair.post(f"{PAGE}{made.pk}/withdraw/", {"because": "Enough."}).url == PAGE
    assert Change.objects.latest("id").groups == ["A"]
    assert "Closed after stage 1" in _read(chair, PAGE)
    assert chair.get("/groups/C/registration/").status_code == 404
    assert chair.post(f"/groups/B/registration/{made.pk}/withdraw/", {"because": "x"}).status_code == 404


def test_an_open_group_offers_nothing_to_reopen(cast: Cast) -> None:
    chair = _as(cast.people[Role.CHAIR])
    assert "Reopen group B" not in _read(chair, "/groups/B/registration/")
    answer = chair.post("/groups/B/registration/", {"because": "why not"})
    assert answer.status_code == 422 and "This group cannot be reopened" in answer.content.decode()


def test_the_dashboard_says_where_registration_stands(cast: Cast) -> None:
    from analysis.results.recompute import recompute

    recompute("A")
    recompute("B")
    chair = _as(cast.people[Role.CHAIR])
    for path in ("/dashboard/", "/groups/A/"):
        page = _read(chair, path)
        assert "Closed after stage 1: 0 of 4 evaluable, 4 without a dose yet" in page and PAGE in page
    statistician = _read(_as(cast.people[Role.STATISTICIAN]), "/dashboard/")
    assert "Closed after stage 1" in statistician and PAGE not in statistician


def test_screening_goes_on_in_a_closed_group(cast: Cast) -> None:
    screened = registration.screen(Save(cast.people[Role.COORDINATOR]), cast.north, details(), answers())
    assert not screened.is_registered
