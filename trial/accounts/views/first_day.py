"""The page “Start here”: what a role does on its first day, and where it is practiced."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from trial.accounts.first_steps import STEPS
from trial.models import Role
from trial.record import access


@access.allows(*Role)
def start(request: HttpRequest) -> HttpResponse:
    """The steps of the person's role."""
    address = settings.PRACTICE_ADDRESS
    shown = {"steps": STEPS[request.user.role], "practices_here": settings.PRACTICE, "practice_address": address,
             "practice_is_here": urlsplit(address).hostname in ("127.0.0.1", "localhost")}  # fmt: skip
    return render(request, "trial/accounts/own/start.html", shown)
