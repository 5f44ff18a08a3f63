"""The history of signing in: one row per act at the door."""

import ipaddress
import logging
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from trial.models import Person, SignIn


def address_of(request: HttpRequest) -> str | None:
    """The browser's address; behind proxies of ours the one that the first of them saw.

    Each proxy adds one address at the end; earlier entries are the sender's own words and are not believed, nor is
    a header that fewer proxies wrote than there are. None when there is no address.
    """
    text, proxies = request.META.get("REMOTE_ADDR", ""), settings.TRUSTED_PROXIES
    told = [each for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if each]
    if proxies and len(told) >= proxies:
        text = told[-proxies]
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None


log = logging.getLogger(__name__)
# So many failures from one address in a quarter of an hour are no colleagues who mistyped: passwords are being tried
# on many accounts. Whom the address let in during the last month is still let in: others may stand behind one proxy.
ADDRESS_LIMIT = 30
WITHIN, KNOWN_FOR = timedelta(minutes=15), timedelta(days=30)
FAILED = (SignIn.Result.WRONG_PASSWORD, SignIn.Result.WRONG_CODE, SignIn.Result.WRONG_PASSKEY,
          SignIn.Result.COPIED_PASSKEY, SignIn.Result.WRONG_SINGLE_SIGN_ON, SignIn.Result.LOCKED_OUT)  # fmt: skip
LET_IN = (SignIn.Result.SIGNED_IN, SignIn.Result.RECOVERY_CODE, SignIn.Result.SECOND_FACTOR_SET)


def is_blocked_address(request: HttpRequest, person: Person | None) -> bool:
    """Whether too much failed from this address for somebody whom it did not let in before."""
    address, now = address_of(request), timezone.now()
    here = SignIn.objects.filter(address=address)
    if here.filter(at__gt=now - WITHIN, result__in=FAILED)[:ADDRESS_LIMIT].count() < ADDRESS_LIMIT:
        return False
    return not here.filter(person=person, person__isnull=False, at__gt=now - KNOWN_FOR, result__in=LET_IN).exists()


def note(request: HttpRequest, result: str, person: Person | None) -> None:
    """Adds the row; a refusal is also a line in the log, without the name that was typed."""
    browser = request.headers.get("User-Agent", "")[:200]
    SignIn.objects.create(person=person, result=result, address=address_of(request), browser=browser)
    if result in FAILED:
        log.warning("sign-in refused: %s, user %s", result, person.pk if person else "unknown")
