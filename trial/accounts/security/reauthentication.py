"""Proof that the person at the page is who is signed in: the password again, and the second factor where there is one.

Through Django's `authenticate` with the request, so that wrong passwords count towards the lockout of django-axes; the
code through `trial.accounts.security.second_factor`, as at sign-in: an authenticator's code
or a recovery code, good once.
"""

from django.contrib.auth import authenticate
from django.http import HttpRequest

from trial.accounts.security import second_factor
from trial.refused import Refused


def prove(request: HttpRequest, password: str, code: str, undone: str = "Nothing was signed.") -> None:
    """Raises Refused, whose words end with `undone`.

    A wrong code is told apart from a wrong password only to someone who knows the password.
    """
    person = authenticate(request, username=request.user.get_username(), password=password)
    if getattr(request, "axes_locked_out", False):
        # Answered here in words; left standing, the mark would make AxesMiddleware answer with a bare line of text.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        raise Refused(f"Too many wrong passwords. This account is blocked for 15 minutes. {undone}")
    if person is None or person.pk != request.user.pk:
        raise Refused(f"The password is wrong. {undone}")
    if needs_code(request) and second_factor.verify(person, code.strip()) is None:
        raise Refused(f"The code is wrong or was already used. {undone}")


def needs_code(request: HttpRequest) -> bool:
    """Whether a code is asked for: the person has set up a second factor, or this installation demands one."""
    return second_factor.is_demanded() or second_factor.has_one(request.user)
