"""What happens to a form that is sent again: it is saved once, and its person is told."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from trial.accounts.security import second_factor
from trial.models import SavedForm
from trial.record import access, drafts, save_once
from trial.runtime.database.at_once import Answer

OTHER_WORDS = (
    "This form was already saved at {at} UTC with other values. Nothing was saved now. Open the entry to correct it, "
    "or save again to add another entry."
)
ONCE = "This form was already saved at {at} UTC. It was not saved twice."


class SavedOnce:
    """Middleware: knows the token of a form that is saved, and lets the Change of a new one keep it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hands on what was sent to the Change that it may make."""
        request.sending = _sending(request)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """The same again: told and led on. Other values under the token of a saved form: shown, not saved."""
        if not request.user.is_authenticated or getattr(view, "rule", "public") == "public":
            return None
        sending = request.sending  # type: ignore[attr-defined]
        _arrive(request, kwargs.get("reference", ""), sending)
        saved = save_once.saved(sending.token) if sending else None
        if sending is None or saved is None or saved.change.person_id != request.user.pk:
            return None
        if saved.digest == sending.digest:
            return _led_on(request, saved)
        return _shown_again(request, saved, view, args, kwargs)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Two presses at the same moment: the second waited for the first, and finds it on record."""
        sending = _sending(request) if isinstance(exception, save_once.SavedAlready) else None
        saved = save_once.saved(sending.token) if sending else None
        if sending is None or saved is None:
            return None
        if saved.digest == sending.digest and saved.change.person_id == request.user.pk:
            return _led_on(request, saved)
        match = request.resolver_match
        assert match is not None
        return _shown_again(request, saved, match.func, match.args, match.kwargs)


def _arrive(request: HttpRequest, reference: str, sending: save_once.Sending | None) -> None:
    """Asks in one message whether the form was saved, and what every page asks first."""
    person = request.user
    also: dict[Any, Answer] = second_factor.asked_for(person)  # type: ignore[arg-type]
    if sending is not None:
        also |= save_once.asked_for(sending.token)
    if request.method == "GET" and reference and person.role in access.ENTERS:
        also |= drafts.asked_for(person, request.path)
    access.arrive(person, "" if reference.startswith("S-") else reference, also)


def _shown_again(
    request: HttpRequest, saved: SavedForm, view: Callable[..., HttpResponse], args: Any, kwargs: Any
) -> HttpResponse:
    """The page with what was typed and a token of its own; nothing is saved."""
    request.starts_anew = True  # type: ignore[attr-defined]
    request.returned = OTHER_WORDS.format(at=_at(saved))  # type: ignore[attr-defined]
    return view(request, *args, **kwargs)


def _sending(request: HttpRequest) -> save_once.Sending | None:
    if request.method != "POST" or save_once.FIELD not in request.POST:
        return None
    return save_once.sent(request.POST, request.user.pk, request.path)


def _at(saved: SavedForm) -> str:
    return f"{saved.change.at:%H:%M}"


def _led_on(request: HttpRequest, saved: SavedForm) -> HttpResponse:
    """To the participant of the Change, whose page asks by itself who may see it."""
    messages.info(request, ONCE.format(at=_at(saved)))
    participant = saved.change.participant
    return redirect("capture:participant", participant.reference) if participant else redirect("home")
