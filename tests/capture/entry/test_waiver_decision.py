"""The chair signs a decision on a waiver: the password again, the reason, the chair's own name."""

from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast, cast_of
from trial.models import Change, Role

pytestmark = pytest.mark.requirement("R51")

PASSWORD = "a-long-Pass-of-words-2026"
DECISION = {"decision": "approve", "because": "Nodes seen on MRI only."}


@pytest.fixture
def cast(database: str) -> Cast:
    """The fixed cast; the chair has a password."""
    made = cast_of()
    chair = made.people[Role.CHAIR]
    chair.set_password(PASSWORD)
    chair.save()
    return made


def _decide(cast: Cast, **typed: str) -> Any:
    chair = Client()
    chair.force_login(cast.people[Role.CHAIR], backend="django.contrib.auth.backends.ModelBackend")
    answer = chair.post(f"/participants/NET-001/waivers/{cast.waiver.pk}/decision/", DECISION | typed)
    cast.waiver.refresh_from_db()
    return answer


@pytest.mark.parametrize("typed", [{}, {"password": "wrong"}, {"password": PASSWORD.lower()}])
def test_a_waiver_is_not_decided_without_the_chairs_password(cast: Cast, typed: dict[str, str]) -> None:
    before = Change.objects.count()
    answer = _decide(cast, **typed)
    assert answer.status_code == 422 and "The password is wrong. Nothing was decided." in answer.content.decode()
    assert "Nodes seen on MRI only." in answer.content.decode(), "what was typed stays"
    assert (cast.waiver.decision, Change.objects.count()) == ("open", before)


def test_a_decision_signed_by_the_chair_is_on_record_with_name_time_and_reason(cast: Cast) -> None:
    assert _decide(cast, password=PASSWORD).status_code == 302
    assert cast.waiver.decision == "approved"
    change = Change.objects.order_by("-id")[0]
    assert (change.person, change.role, change.reason) == (cast.people[Role.CHAIR], "chair", "Nodes seen on MRI only.")
    assert change.participant == cast.participant


def test_wrong_passwords_at_a_waiver_count_as_those_at_the_door(cast: Cast) -> None:
    for _ in range(5):
        _decide(cast, password="wrong")
    answer = _decide(cast, password=PASSWORD)
    assert answer.status_code == 422 and "Too many wrong passwords" in answer.content.decode()
    assert cast.waiver.decision == "open"
