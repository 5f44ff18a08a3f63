"""Accounts and codes for the tests of signing in."""

import hmac
import struct
import time
from typing import Any

from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from trial.models import Person, Role

PASSWORD = "a quiet long password"


def ada(role: str = Role.CHAIR) -> Person:
    """Somebody who can sign in with PASSWORD."""
    return Person.objects.create_person("ada", PASSWORD, full_name="Ada Berg", role=role)


def sign_in(client: Client, password: str = PASSWORD, **more: str) -> Any:
    """Posts the sign-in form."""
    return client.post("/sign-in/", {"username": "ada", "password": password, **more})


LEAST_SECONDS = 2


def code_of(person: Person, later: int = 0) -> str:
    """What an authenticator shows (RFC 6238 written out), so many steps of 30 seconds later."""
    device = TOTPDevice.objects.filter(user=person).latest("id")
    left = 30 - time.time() % 30
    time.sleep(left if left < LEAST_SECONDS else 0)  # a code that is read late moves what the device expects next
    counter = struct.pack(">Q", int(time.time()) // 30 + later)
    digest = hmac.new(bytes.fromhex(device.key), counter, "sha1").digest()
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place:place + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"
