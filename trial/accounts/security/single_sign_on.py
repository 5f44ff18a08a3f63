"""Single sign-on by OpenID Connect: what the hospital's identity provider is asked, and whether its answer counts.

Off without ENDPOINT_OIDC_ISSUER. Authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636). Every use asks the
provider to authenticate the person anew (prompt=login, max_age=0) and `auth_time` must show it, so that a browser left
open at the provider opens nothing here. The provider says who is there and no more: account, role and sites are ours.
Signatures are checked by `PyJWT`, loaded by the first use. Counting and noting is `trial.accounts.security.proof`'s.
"""

import json
import secrets
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from trial.models import Person, SingleSignOn
from trial.record import changes
from trial.refused import Refused, one_of

UNDER_WAY, CONFIRMED = "single_sign_on", "single_sign_on_confirmed"
QUESTION_SECONDS, CONFIRMED_SECONDS = 600, 300
LEEWAY_SECONDS = 60  # by which the clocks may differ
PATIENCE_SECONDS, LARGEST = 5, 1_000_000
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
REQUIRED = ("iss", "sub", "aud", "exp", "iat", "nonce", "auth_time")
LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, 2
REFUSED = "Single sign-on was not accepted. Try again."
# So many threads of a process wait for the provider.
_seats = threading.BoundedSemaphore(2)


class Unreachable(Refused):
    """The provider gave no answer that says who is there: nothing was tried, so nothing is counted."""


@dataclass(frozen=True)
class Answer:
    """Who is there by the provider's word, by how many factors, and where they go on."""

    device: SingleSignOn
    subject: str
    is_two_factors: bool
    was_for: int | None  # the person who was signed in when it was asked
    goes_on: str


def is_on() -> bool:
    """Whether this installation has an identity provider."""
    return bool(settings.OIDC["issuer"])


def name() -> str:
    """What people here call their account at the provider."""
    return str(settings.OIDC["name"])


def of(person: Person) -> SingleSignOn | None:
    """The person's account at the provider, as an administrator named it; None without one or while it is off."""
    return SingleSignOn.objects.standing().filter(user_id=person.pk).first() if is_on() else None


def question(request: HttpRequest, goes_on: str) -> str:
    """The provider's address that asks who is there. Raises Unreachable."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    endpoint = _document()["authorization_endpoint"]
    request.session[UNDER_WAY] = {"state": state, "nonce": nonce, "verifier": verifier, "at": int(time.time()),
                                  "person": request.user.pk, "goes_on": goes_on}  # fmt: skip
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code", "client_id": settings.OIDC["client"], "redirect_uri": _answered_at(request),
        "scope": "openid email", "state": state, "nonce": nonce, "code_challenge": challenge,
        "code_challenge_method": "S256", "prompt": "login", "max_age": "0",
    }  # fmt: skip
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urllib.parse.urlencode(asked)}"


def answer_of(request: HttpRequest) -> Answer:
    """Reads what the provider sent the browser back with; the question is used up. Raises Refused, Unreachable."""
    asked, given = request.session.pop(UNDER_WAY, None), request.GET
    if asked is None or time.time() - asked["at"] > QUESTION_SECONDS or asked["person"] != request.user.pk:
        raise Refused(REFUSED)
    if not constant_time_compare(given.get("state", ""), asked["state"]):
        raise Refused(REFUSED)
    if given.get("iss", settings.OIDC["issuer"]) != settings.OIDC["issuer"]:  # RFC 9207
        raise Refused(REFUSED)
    if not given.get("code"):
        raise Unreachable(f"Your {name()} did not confirm who you are. Try again.")
    document = _document()
    token = _token(document, given["code"], asked["verifier"], _answered_at(request))
    claims = _claims(token, _read(document["jwks_uri"]), asked)
    return Answer(_device(claims), claims["sub"], _is_two_factors(claims), asked["person"], asked["goes_on"])


def pin(answer: Answer) -> None:
    """Keeps, at the first use, which account of the provider it is; raises Refused for another one from then on.

    An address can be given to somebody else, and at some providers be chosen; `sub` never changes (Core 1.0, 2).
    """
    device = answer.device
    if not device.subject:
        if SingleSignOn.objects.standing().filter(subject=answer.subject).exists():
            raise Refused(f"This {name()} is connected with another account here. Tell the administrator.")
        try:
            with changes.record(None, "account", f"first single sign-on of {device.user.get_username()}"):
                SingleSignOn.objects.filter(pk=device.pk, subject="").update(subject=answer.subject)
        except (Refused, IntegrityError) as busy:
            raise Unreachable("Another user was saving at this moment. Try again.") from busy
        device.refresh_from_db()
    if not constant_time_compare(device.subject, answer.subject):
        raise Refused(f"This is another {name()} than the one that was used here first, though its address is the "
                      "same. Ask the administrator to save your single sign-on again.")  # fmt: skip


def note_confirmed(request: HttpRequest, answer: Answer) -> None:
    """Who is signed in was confirmed: counts once, for some minutes, in this session."""
    request.session[CONFIRMED] = [int(time.time()), answer.device.pk, answer.is_two_factors]


def confirmed(request: HttpRequest) -> tuple[SingleSignOn, bool] | None:
    """The account by which the person was confirmed minutes ago, and whether by two factors."""
    at, key, is_two_factors = request.session.get(CONFIRMED, (0, None, False))
    device = of(request.user) if time.time() - at < CONFIRMED_SECONDS else None
    return (device, is_two_factors) if device is not None and device.pk == key else None


def forget(request: HttpRequest) -> None:
    """Uses up the confirmation."""
    request.session.pop(CONFIRMED, None)


def _answered_at(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("single_sign_on_answer"))


def _document() -> dict[str, Any]:
    """OpenID Connect Discovery 1.0; the provider's own issuer must be the one that is set."""
    issuer = settings.OIDC["issuer"]
    found = _read(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    places = [found.get(each, "") for each in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    scheme = "https://" if issuer.startswith("https://") else "http"
    if found.get("issuer") != issuer or not all(isinstance(each, str) and each.startswith(scheme) for each in places):
        raise Unreachable("Single sign-on is not set up correctly. Tell the administrator.")
    return found


def _token(document: dict[str, Any], code: str, verifier: str, answered_at: str) -> str:
    client, secret = settings.OIDC["client"], settings.OIDC["secret"]
    sent, headers = {"grant_type": "authorization_code", "code": code, "redirect_uri": answered_at,
                     "code_verifier": verifier}, {}  # fmt: skip
    if "client_secret_basic" in document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
        pair = f"{urllib.parse.quote_plus(client)}:{urllib.parse.quote_plus(secret)}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    else:
        sent |= {"client_id": client, "client_secret": secret}
    return str(_read(document["token_endpoint"], urllib.parse.urlencode(sent).encode(), headers).get("id_token", ""))


def _claims(token: str, keys: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    import jwt

    try:
        wanted = jwt.get_unverified_header(token).get("kid")
        found = [key for key in jwt.PyJWKSet.from_dict(keys).keys if wanted in (None, key.key_id)]
        claims = jwt.decode(token, found[0], algorithms=list(ALGORITHMS), audience=settings.OIDC["client"],
                            issuer=settings.OIDC["issuer"], leeway=LEEWAY_SECONDS,
                            options={"require": list(REQUIRED)})  # fmt: skip
    except (jwt.PyJWTError, LookupError, TypeError, ValueError) as wrong:
        raise Refused(REFUSED) from wrong
    signed_in_at = claims["auth_time"]
    sound = (
        constant_time_compare(str(claims["nonce"]), asked["nonce"])
        and claims.get("azp", settings.OIDC["client"]) == settings.OIDC["client"]
        and isinstance(signed_in_at, int)
        and isinstance(claims["sub"], str)
        and 0 < len(claims["sub"]) <= LONGEST_SUBJECT
        and asked["at"] - LEEWAY_SECONDS <= signed_in_at <= time.time() + LEEWAY_SECONDS
    )
    if not sound:
        raise Refused(REFUSED)
    return claims


def _device(claims: dict[str, Any]) -> SingleSignOn:
    """The account of ours that an administrator connected with the verified address."""
    address = claims.get("email")
    # Letters that only look or fold like others make no address of ours.
    if claims.get("email_verified") is not True or not isinstance(address, str) or not address.isascii():
        raise Refused(f"Your {name()} has no verified email address. Tell the administrator.")
    found = SingleSignOn.objects.standing().filter(address__iexact=address, user__is_active=True)
    device = found.select_related("user").first()
    if device is None:
        raise Refused(f"No account here is connected with your {name()}. Ask the administrator.")
    return device


def _is_two_factors(claims: dict[str, Any]) -> bool:
    """Whether `acr` or `amr` names a way of signing in that the setting says is of two factors."""
    methods = claims.get("amr")
    stated = {claims.get("acr"), *(methods if isinstance(methods, list) else ())}
    return any(isinstance(each, str) and each in settings.OIDC["second_factor"] for each in stated)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A provider that leads elsewhere gives no answer."""


_open = urllib.request.build_opener(_Stay).open


def _read(address: str, sent: bytes | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The JSON object at an address of the provider. Raises Unreachable."""
    full = Unreachable("Many people are signing in at this moment. Try again in a few seconds.")
    asked = urllib.request.Request(address, sent, {"Accept": "application/json", **(headers or {})})
    try:
        with one_of(_seats, full), _open(asked, timeout=PATIENCE_SECONDS) as answer:
            found = json.loads(answer.read(LARGEST))
    except (OSError, ValueError) as failure:
        raise Unreachable(f"The sign-in of your {name()} does not answer. Use your password, or try again later."
                          ) from failure  # fmt: skip
    if not isinstance(found, dict):
        raise Unreachable(REFUSED)
    return found
