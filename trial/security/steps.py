"""What stands between a right password and the pages: an own password, the second factor, and the idle lock."""

from typing import Any

from django.http import HttpRequest

from trial.security import idle, second_factor


def step_of_signing_in(view: Any) -> Any:
    """Marks a view that belongs to signing in and is open before it is complete."""
    view.step_of_signing_in = True
    return view


def next_step(request: HttpRequest) -> str | None:
    """The name of the page that has to be passed first; None when the person may go on."""
    person = request.user
    if person.must_change_password:
        return "change_password"
    if second_factor.is_demanded() and not person.is_verified():
        return "second_factor" if second_factor.has_one(person) else "second_factor_set_up"
    return "unlock" if idle.is_locked(request) else None
