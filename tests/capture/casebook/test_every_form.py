"""Every form of the casebook opens, refuses nonsense in words, stores nothing of it, and is closed to readers."""

import pytest
from django.test import Client

from capture.casebook.registry import ENTRY_FORMS
from tests.cast import Cast, cast_of
from trial.models import Change, Role

NONSENSE = ("", "0", "-1", "1e30", "NaN", "x" * 5000, "🙂", "a\x00b", "03/04/2006", "<script>", "31-FEB-2026")


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast on a database of its own."""
    return cast_of()


def _as(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.people[role], backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.requirement("R50")
def test_every_form_opens_and_refuses_nonsense_without_keeping_any(cast: Cast) -> None:
    nora, before = _as(cast, Role.COORDINATOR), Change.objects.count()
    for kind, form in ENTRY_FORMS.items():
        assert form.form is not None
        address = f"/participants/NET-001/{kind}/new/"
        assert nora.get(address).status_code == 200, kind
        for typed in NONSENSE:
            answer = nora.post(address, dict.fromkeys(form.form.base_fields, typed))
            assert answer.status_code == 422, (kind, typed[:20])
    assert Change.objects.count() == before


@pytest.mark.requirement("R07", "R42")
def test_roles_that_only_read_cannot_open_a_new_entry(cast: Cast) -> None:
    for role in (Role.MONITOR, Role.CHAIR, Role.STATISTICIAN, Role.ADMINISTRATOR):
        client = _as(cast, role)
        for kind in ENTRY_FORMS:
            assert client.get(f"/participants/NET-001/{kind}/new/").status_code == 403, (role, kind)


def test_a_form_that_does_not_exist_is_not_found(cast: Cast) -> None:
    assert _as(cast, Role.COORDINATOR).get("/participants/NET-001/horoscope/new/").status_code == 404
