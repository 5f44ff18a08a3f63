"""How a page of results reads the moment it is asked for, and wakes the worker for one that is not computed yet."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analysis import moments, selectors
from analysis.moments import Moment
from trial.models import audit
from trial.models.audit import Kind
from trial.protocol import Group

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]


def at_a_moment(view: View) -> View:
    """Gives the view `moment` out of the address (None: now); an address that names none is answered in words."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            moment = moments.asked(request.GET)
        except moments.WrongMoment as refusal:
            return render(request, "analysis/no_such_moment.html", {"because": str(refusal)}, status=404)
        return view(request, *args, moment=moment, **kwargs)

    return asked


def opened(request: HttpRequest, page: str, moment: Moment | None, kind: Kind = Kind.RESULTS) -> None:
    """Notes in the journal who opened which page of results; what a page asks for by itself is not opened."""
    if request.headers.get("HX-Request") != "true":
        audit.note(request.user, kind, f"{page}, {moment.words if moment else 'now'}")  # type: ignore[arg-type]


def panel(letter: str, moment: Moment | None) -> selectors.GroupPanel:
    """The group's panel; a past moment that nobody has computed yet is asked of the worker."""
    found = selectors.panel(letter, moment)
    if moment is not None and found.stored is None:
        ask(letter, moment)
    return found


def panels(moment: Moment | None) -> list[selectors.GroupPanel]:
    """Both groups."""
    return [panel(group.value, moment) for group in Group]


def ask(letter: str, moment: Moment) -> None:
    """Sends the task; a page that waits asks again, so that a message lost is sent anew."""
    from trial.celery import celery_app

    cutoff = moment.cutoff.isoformat() if moment.cutoff else None
    try:
        celery_app.send_task("analysis.moment", args=[letter, moment.change, cutoff], retry=False)
    except Exception:
        log.exception("the request for %s of group %s was not sent", moment.words, letter)
