"""What an administrator's resets leave of the ways into an account."""

import pytest
from django.test import Client

from tests.cast import Cast, cast_of
from trial.models import Change, Passkey, PasskeyUse, Person, Role
from trial.record import changes
from trial.record.save import Save

pytestmark = pytest.mark.requirement("R12")


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; its investigator has a passkey."""
    made = cast_of()
    ines = made.people[Role.INVESTIGATOR]
    with changes.record(Save(ines), "account", "Passkey added"):
        passkey = Passkey.objects.create(user=ines, name="laptop", credential_id="a", public_key="b", host="localhost")
        PasskeyUse.objects.create(passkey=passkey)
    return made


def reset(cast: Cast, act: str, **typed: str) -> int:
    """The administrator's page, sent with a reason."""
    client = Client()
    client.force_login(cast.people[Role.ADMINISTRATOR], backend="django.contrib.auth.backends.ModelBackend")
    page = f"/people/{cast.people[Role.INVESTIGATOR].pk}/{act}/"
    assert ("A passkey signs in without the password" in client.get(page).content.decode()) == (act == "password")
    return client.post(page, {"reason": "Called from the ward", **typed}).status_code


def passkeys() -> int:
    """How many count."""
    return Passkey.objects.standing().count()


def test_a_one_time_password_for_who_has_a_passkey_asks_whether_it_goes_too(cast: Cast) -> None:
    before = Change.objects.count()
    assert reset(cast, "password") == 422
    assert Change.objects.count() == before and passkeys() == 1
    assert reset(cast, "password", passkeys_go="keep") == 200 and passkeys() == 1
    assert reset(cast, "password", passkeys_go="remove") == 200 and passkeys() == 0
    assert Passkey.objects.get().struck_out_reason == "Called from the ward"
    assert Person.objects.get(pk=cast.people[Role.INVESTIGATOR].pk).must_change_password


def test_the_reset_for_a_lost_device_removes_its_passkeys(cast: Cast) -> None:
    assert reset(cast, "second-factor") == 302 and passkeys() == 0


def test_who_does_not_prove_to_be_the_owner_removes_no_passkey(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.people[Role.INVESTIGATOR], backend="django.contrib.auth.backends.ModelBackend")
    page = f"/account/passkeys/{Passkey.objects.get().pk}/remove/"
    assert "Prove that you are the owner" in client.get(page).content.decode()
    assert client.post(page, {"reason": "Given back"}).status_code == 422 and passkeys() == 1
