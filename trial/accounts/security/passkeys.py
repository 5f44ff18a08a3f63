"""Passkeys (WebAuthn Level 2): what is asked of a browser, and whether its answer is a passkey of ours.

Every passkey verifies its user (PIN, finger, face), so one alone is two factors. Each challenge counts once. The
signatures are checked by `webauthn`, which is loaded by the first use of a passkey. Counting and noting wrong ones is
`trial.accounts.security.proof`'s.
"""

import ipaddress
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from trial.models import Passkey, PasskeyUse, Person
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused

CHALLENGE = "passkey_challenge"
CHALLENGE_LASTS = timedelta(minutes=5)
LONGEST_ANSWER = 20_000
LETTERS_OF_NAME = 64
ELSEWHERE = "Passkeys need a host name and HTTPS; on this computer, http://localhost."
REFUSED = "The passkey was not accepted. Try again."


class Copied(Refused):
    """The counter of the authenticator went back: a copy of it may exist."""


@dataclass(frozen=True)
class Place:
    """Where the browser is: the relying party and its origin."""

    host: str
    origin: str


def place_of(request: HttpRequest) -> Place | None:
    """None where no browser offers passkeys: at a bare address, or without TLS elsewhere than on localhost.

    The host is one of ENDPOINT_HOSTS; Django answers no other.
    """
    name = request.get_host().partition(":")[0].lower()
    try:
        ipaddress.ip_address(name.strip("["))
    except ValueError:
        if "[" not in name and (request.is_secure() or name == "localhost"):
            return Place(name, f"{request.scheme}://{request.get_host().lower()}")
    return None


def of(person: Person, host: str | None = None) -> list[Passkey]:
    """The passkeys that count, in order; host: only those that count there."""
    found = Passkey.objects.standing().filter(user_id=person.pk).select_related("use").order_by("id")
    return list(found.filter(host=host) if host is not None else found)


def counts_here(request: HttpRequest) -> bool:
    """Whether the person at the page can use a passkey here."""
    place = place_of(request)
    return place is not None and bool(of(request.user, place.host))


def questions(request: HttpRequest) -> dict[str, Any]:
    """What the browser is asked for a proof. Nobody signed in: any passkey. Raises Refused."""
    place = _here(request)
    mine = of(request.user, place.host) if request.user.is_authenticated else []
    if request.user.is_authenticated and not mine:
        raise Refused("No passkey of yours can be used here.")
    return {"challenge": _new_challenge(request), "rpId": place.host, "userVerification": "required",
            "allowCredentials": [_named(each) for each in mine]}  # fmt: skip


def questions_to_add(request: HttpRequest) -> dict[str, Any]:
    """What the browser is asked for a new passkey of the person. Raises Refused."""
    place, person = _here(request), request.user
    return {
        "challenge": _new_challenge(request), "rp": {"id": place.host, "name": "Endpoint"},
        "user": {"id": _text(f"endpoint-{person.pk}".encode()), "name": person.get_username(),
                 "displayName": person.full_name},
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in (-7, -8, -257)],
        "authenticatorSelection": {"residentKey": "preferred", "userVerification": "required"},
        "attestation": "none", "excludeCredentials": [_named(each) for each in of(person, place.host)],
    }  # fmt: skip


def add(save: Save, request: HttpRequest, name: str, answer: str) -> Passkey:
    """Puts the new passkey on record under a name. Raises Refused."""
    from webauthn import verify_registration_response

    person, place = request.user, _here(request)
    name = name.strip()
    if not 0 < len(name) <= LETTERS_OF_NAME:
        raise Refused(f"Enter a name of at most {LETTERS_OF_NAME} letters for the passkey.")
    changes.stop_unprintable(name)
    challenge, _ = _challenge(request)
    try:
        new = verify_registration_response(
            credential=_read(answer), expected_challenge=challenge, expected_rp_id=place.host,
            expected_origin=place.origin, require_user_verification=True,
        )  # fmt: skip
    except Exception as wrong:  # the library's own and those of what it reads by: all of them say that it is wrong
        raise Refused(REFUSED) from wrong
    with changes.record(save, "account", f"Passkey “{name}” added by its owner"):
        if Passkey.objects.filter(credential_id=_text(new.credential_id)).exists():
            raise Refused("This passkey was added before.")
        made = Passkey.objects.create(user_id=person.pk, name=name, host=place.host, public_key=_text(
            new.credential_public_key), credential_id=_text(new.credential_id))  # fmt: skip
        PasskeyUse.objects.create(passkey=made, counter=new.sign_count)
    return made


def strike_out(found: list[Passkey], reason: str) -> None:
    """Within a Change: the passkeys count no more."""
    for each in found:
        each.struck_out_reason = reason
        each.save(update_fields=["struck_out_reason"])


def named_in(answer: str) -> Passkey | None:
    """The passkey that an answer says it is of, removed or not; None for one that is not ours."""
    try:
        number = str(_read(answer).get("id", ""))
    except Refused:
        return None
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,1364}", number):
        return None
    return Passkey.objects.select_related("user").filter(credential_id=number).first()


def verify(request: HttpRequest, passkey: Passkey | None, answer: str) -> Passkey:
    """The passkey, when the answer is its own to the question asked last, and uses both up. Raises Refused, Copied."""
    from webauthn import verify_authentication_response

    place = _here(request)
    challenge, asked_at = _challenge(request)
    if passkey is None or passkey.is_struck_out or passkey.host != place.host or not passkey.user.is_active:
        raise Refused(REFUSED)
    with transaction.atomic():
        use = PasskeyUse.objects.select_for_update().get(passkey=passkey)
        if asked_at <= use.used_at:  # asked before its last use: an answer that was sent twice
            raise Refused(REFUSED)
        try:
            done = verify_authentication_response(
                credential=_read(answer), expected_challenge=challenge, expected_rp_id=place.host,
                expected_origin=place.origin, credential_public_key=_bytes(passkey.public_key),
                credential_current_sign_count=0, require_user_verification=True,
            )  # fmt: skip
        except Exception as wrong:  # as above
            raise Refused(REFUSED) from wrong
        if (done.new_sign_count or use.counter) and done.new_sign_count <= use.counter:
            raise Copied("The passkey was refused because it may have been copied. Remove it under My account and "
                         "tell the administrator.")  # fmt: skip
        use.counter, use.used_at = done.new_sign_count, timezone.now()
        use.save()
    return passkey


def _here(request: HttpRequest) -> Place:
    place = place_of(request)
    if place is None:
        raise Refused(ELSEWHERE)
    return place


def _new_challenge(request: HttpRequest) -> str:
    challenge = _text(secrets.token_bytes(32))
    request.session[CHALLENGE] = [challenge, timezone.now().timestamp()]
    return challenge


def _challenge(request: HttpRequest) -> tuple[bytes, datetime]:
    """The challenge of this session, and when it was made; it is used up."""
    challenge, made = request.session.pop(CHALLENGE, ("", 0.0))
    made_at = datetime.fromtimestamp(made, UTC)
    if timezone.now() - made_at > CHALLENGE_LASTS:
        raise Refused(REFUSED)
    return _bytes(challenge), made_at


def _named(passkey: Passkey) -> dict[str, str]:
    return {"type": "public-key", "id": passkey.credential_id}


def _read(answer: str) -> dict[str, Any]:
    try:
        found = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(REFUSED)
    return found


def _text(number: bytes) -> str:
    return urlsafe_b64encode(number).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
