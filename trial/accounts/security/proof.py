"""Proof of who somebody is: password, code, passkey, single sign-on. Every page that takes one asks here: one counter.

Wrong ones of every kind count together toward the lockout of django-axes, by username and address, on
whichever page; each is a row of the sign-in log, by which an address is counted too. Only a whole proof starts the
count of an account again.
"""

import threading

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest
from django_otp.models import Device

from trial.accounts.security import lockouts, passkeys, second_factor, sign_ins, single_sign_on
from trial.models import Passkey, Person, SignIn
from trial.refused import Refused, one_of

# Checking a password takes a core for a tenth of a second and some memory. At most so many are checked at once in a
# process, and so many threads in all are given to it: the pages of those who are signed in need the others.
AT_ONCE, SEATS = 2, 4
_at_once, _seats = threading.BoundedSemaphore(AT_ONCE), threading.BoundedSemaphore(SEATS)


# The field of a form that holds what the browser answered for a passkey.
ANSWER = "passkey"
FULL = "Many passwords are being checked at this moment. Try again in a few seconds."


class Blocked(Refused):
    """Too many were wrong for this account from this address; nothing is checked until the time is over."""


def person_of(request: HttpRequest, username: str, password: str) -> Person | None:
    """Returns the person whose username and password these are, None when one is wrong. Raises Refused, Blocked."""
    if sign_ins.is_blocked_address(request, _named(username)):
        lockouts.tell(sender=__name__, ip_address=sign_ins.address_of(request))
        raise _blocked(request, username)
    counted = _counted(request)
    with one_of(_seats, Refused(FULL)), _at_once:
        person = authenticate(counted, username=username, password=password)
    if getattr(counted, "axes_locked_out", False):
        raise _blocked(request, username)
    if person is None:
        sign_ins.note(request, SignIn.Result.WRONG_PASSWORD, _named(username))
    return person


def device_of(request: HttpRequest, person: Person, code: str) -> Device:
    """Returns the authenticator or recovery codes that the code is of, and uses it up. Raises Refused, Blocked."""
    _stop_if_locked(request, person.username)
    if wait := second_factor.seconds_to_wait(person, code):
        raise Refused(f"A code before this one was wrong. {_wait(wait)}")
    device = second_factor.verify(person, code)
    if device is not None:
        return device
    _count(request, person.username, SignIn.Result.WRONG_CODE)
    raise Refused(f"The code is wrong or was already used. {_wait(second_factor.seconds_to_wait(person, code))}")


def passkey_of(request: HttpRequest, answer: str, person: Person | None = None) -> Passkey:
    """Returns the passkey that the browser's answer is of, and uses it up. Raises Refused, Blocked.

    person: only one of theirs counts; None: whose it is says who is there.
    """
    found = passkeys.named_in(answer)
    if person is not None and (found is None or found.user_id != person.pk):
        found = None
    whose = person or (found.user if found else None)
    username = _stop_if_blocked(request, whose)
    try:
        passkeys.verify(request, found, answer)
    except passkeys.Copied:
        lockouts.put_on_record(f"passkey refused, possibly a copy: {username}")
        _count(request, username, SignIn.Result.COPIED_PASSKEY)
        raise
    except Refused:
        _count(request, username, SignIn.Result.WRONG_PASSKEY)
        raise
    assert found is not None
    sign_ins.note(request, SignIn.Result.PASSKEY, whose)
    return found


def single_sign_on_of(request: HttpRequest) -> single_sign_on.Answer:
    """Who the identity provider says is there: while somebody is signed in, they only. Raises Refused, Blocked."""
    whose = Person.objects.filter(pk=request.user.pk).first()
    username = _stop_if_blocked(request, whose)
    try:
        found = single_sign_on.answer_of(request)
        if whose is not None and found.device.user_id != whose.pk:
            raise Refused(f"This {single_sign_on.name()} is not of {whose.full_name}.")
        single_sign_on.pin(found)
    except single_sign_on.Unreachable:
        raise
    except Refused:
        _count(request, username, SignIn.Result.WRONG_SINGLE_SIGN_ON)
        raise
    person: Person = found.device.user
    _stop_if_locked(request, person.username)
    sign_ins.note(request, SignIn.Result.SINGLE_SIGN_ON, person)
    return found


def prove(request: HttpRequest, password: str, code: str, undone: str = "Nothing was signed.") -> Device | None:
    """Proves that the person at the page is who is signed in: by a passkey where one was used, else by the single
    sign-on that confirmed them just before, else by what was typed.

    Returns the passkey, the single sign-on, the device of the code, or None where no code is asked. Raises Refused or
    Blocked, whose words end with `undone`. A wrong code is told apart from a wrong password only to someone who knows
    the password.
    """
    person: Person | None = Person.objects.get(pk=request.user.pk)
    device: Device | None
    try:
        if answer := request.POST.get(ANSWER, ""):
            device = passkey_of(request, answer, person)
        elif confirmed := single_sign_on.confirmed(request):
            single_sign_on.forget(request)
            device = confirmed[0] if confirmed[1] else None
            if device is None and needs_code(request):
                device = device_of(request, person, code.strip())
        else:
            person = person_of(request, request.user.get_username(), password)
            if person is None or person.pk != request.user.pk:
                raise Refused("The password is wrong.")
            device = device_of(request, person, code.strip()) if needs_code(request) else None
    except Refused as refusal:
        raise type(refusal)(" ".join(filter(None, (*refusal.reasons, undone)))) from refusal
    forgive(request, person)
    return device


def needs_code(request: HttpRequest) -> bool:
    """Whether a code is asked for: the person has set up a second factor, or this installation demands one."""
    return second_factor.is_demanded() or second_factor.has_one(request.user)


def forgive(request: HttpRequest, person: Person) -> None:
    """Starts the count again after a whole proof."""
    AxesProxyHandler.reset_attempts(username=person.username, ip_address=sign_ins.address_of(request))


def _count(request: HttpRequest, username: str, result: str) -> None:
    """One more wrong one; Blocked when it was one too many."""
    counted = _counted(request)
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=counted)
    if getattr(counted, "axes_locked_out", False):
        raise _blocked(request, username)
    sign_ins.note(request, result, _named(username))


def _counted(request: HttpRequest) -> HttpRequest:
    """The request as django-axes gets it: from where, and nothing of what was typed, since it stores what it gets."""
    bare = HttpRequest()
    bare.META, bare.path = request.META, request.path
    return bare


def _stop_if_blocked(request: HttpRequest, whose: Person | None) -> str:
    """Raises Blocked, by address or account; returns the username, empty where it is not known who is there."""
    username = whose.username if whose else ""
    if sign_ins.is_blocked_address(request, whose):
        raise _blocked(request, username)
    _stop_if_locked(request, username)
    return username


def _stop_if_locked(request: HttpRequest, username: str) -> None:
    if AxesProxyHandler.is_locked(_counted(request), {"username": username}):
        raise _blocked(request, username)


def _blocked(request: HttpRequest, username: str) -> Blocked:
    sign_ins.note(request, SignIn.Result.LOCKED_OUT, _named(username))
    return Blocked("Too many wrong passwords or codes. Sign-in is blocked for 15 minutes.")


def _named(username: str) -> Person | None:
    return Person.objects.filter(username=username[:60]).first()


def _wait(seconds: int) -> str:
    return f"Wait {seconds} second{'s' if seconds != 1 else ''}, then enter the next code."
