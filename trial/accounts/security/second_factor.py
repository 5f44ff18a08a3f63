"""The second factor: codes of an authenticator (TOTP), and recovery codes for the day it is lost.

Recovery codes are stored as a keyed hash: whoever reads the table cannot use them.
"""

import secrets
import time
from base64 import b32encode
from collections.abc import Hashable

import django_otp
import segno
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString, mark_safe
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from trial.models import Person
from trial.record.rows import once
from trial.runtime.database.at_once import Answer, Shape

RECOVERY_CODES = 10
# When somebody proved to be the owner of the authenticator that is to be replaced, and for how long that counts.
PROVED_AT = "second_factor_proved_at"
PROOF_SECONDS = 600
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def is_demanded() -> bool:
    """Whether this installation asks for it; production always does. Every role writes or exports, so all are asked."""
    return bool(settings.SECOND_FACTOR)


def has_one(person: Person) -> bool:
    """Whether the person has set one up."""
    ((name, question),) = asked_for(person).items()
    return bool(once(name, lambda: list(question)))


def people_with_one() -> set[int]:
    """Ids of everybody who has set one up."""
    return set(TOTPDevice.objects.filter(confirmed=True).values_list("user", flat=True))


_CONFIRMED = Shape(lambda person: TOTPDevice.objects.filter(user=person, confirmed=True).values_list("pk")[:1])


def asked_for(person: Person) -> dict[Hashable, Answer]:
    """The question of `has_one`, to be asked together with others, by the name under which it finds the answer."""
    return {("two-factor authentication", person.pk): _CONFIRMED(person.pk)}


def device_to_set_up(person: Person) -> TOTPDevice:
    """The authenticator being set up; its secret stays the same until a first code proves it."""
    device, _ = TOTPDevice.objects.get_or_create(user=person, confirmed=False, defaults={"name": "authenticator"})
    return device


def secret_of(device: TOTPDevice) -> str:
    """The secret as an authenticator wants it typed, in groups of four."""
    text = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def picture_of(device: TOTPDevice) -> SafeString:
    """The QR code of the secret as inline SVG without style or script."""
    drawn = segno.make(device.config_url, error="m")
    return mark_safe(drawn.svg_inline(scale=5, svgclass=None, lineclass=None, light="#fff"))


def confirm(request: HttpRequest, device: TOTPDevice, code: str) -> list[str] | None:
    """Ends the set-up when the code is right: returns the recovery codes, to be shown once; None when it is wrong."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().get(pk=device.pk)
        if not device.verify_token(_digits(code)):
            return None
        TOTPDevice.objects.filter(user=device.user, confirmed=True).delete()
        device.confirmed = True
        device.save(update_fields=["confirmed"])
    django_otp.login(request, device)
    request.session.pop(PROVED_AT, None)
    return new_recovery_codes(device.user)


def new_recovery_codes(person: Person) -> list[str]:
    """Ten new codes in place of the old ones, each good once."""
    codes = ["-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(2))
             for _ in range(RECOVERY_CODES)]  # fmt: skip
    with transaction.atomic():
        StaticDevice.objects.filter(user=person).delete()
        device = StaticDevice.objects.create(user=person, name="recovery", confirmed=True)
        for code in codes:
            device.token_set.create(token=_stored(code))
    return codes


def codes_left(person: Person) -> int:
    """How many recovery codes the person has not used."""
    return sum(device.token_set.count() for device in StaticDevice.objects.filter(user=person))


def verify(person: Person, code: str) -> TOTPDevice | StaticDevice | None:
    """The device whose code this is, None for a wrong one; a right code is used up. Wrong ones slow the next down."""
    model, token = _read(code)
    with transaction.atomic():
        for device in model.objects.select_for_update().filter(user=person, confirmed=True):
            if device.verify_token(token):
                return device
    return None


def seconds_to_wait(person: Person, code: str) -> int:
    """Returns how long codes of this kind are refused after wrong ones; 0 when the next one counts."""
    refusals = [device.verify_is_allowed()[1] for device in _read(code)[0].objects.filter(user=person, confirmed=True)]
    waits = [(each["locked_until"] - timezone.now()).total_seconds() for each in refusals if each]
    return max((int(wait) + 1 for wait in waits), default=0)


def note_proof(request: HttpRequest) -> None:
    """The person proved who they are and may set up another authenticator, for a few minutes."""
    request.session[PROVED_AT] = int(time.time())


def is_proved(request: HttpRequest) -> bool:
    """Whether the person proved it a few minutes ago, in this session."""
    return time.time() - request.session.get(PROVED_AT, 0) < PROOF_SECONDS


def _read(code: str) -> tuple[type[TOTPDevice] | type[StaticDevice], str]:
    """The kind of device that a code is of, and the code as it compares it."""
    digits = _digits(code)
    return (TOTPDevice, digits) if digits.isascii() and digits.isdigit() else (StaticDevice, _stored(code))


def _digits(code: str) -> str:
    return code.replace(" ", "")


def _stored(code: str) -> str:
    text = code.replace(" ", "").replace("-", "").lower()
    return salted_hmac("trial.recovery_code", text, algorithm="sha256").hexdigest()[:16]
