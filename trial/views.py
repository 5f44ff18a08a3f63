"""Signing in and out, the way to each role's first page, and the sign of life."""

from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trial import access, navigation
from trial.forms import SignInForm
from trial.models import Role


@access.public
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Shows and answers the sign-in form; a person already signed in goes on to the page asked for."""
    if request.user.is_authenticated:
        return redirect(_next_page(request))
    form = SignInForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        auth.login(request, form.person)
        return redirect(_next_page(request))
    if getattr(request, "axes_locked_out", False):
        # Answered here in words; left standing, the mark would make AxesMiddleware answer with a bare line of text.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        return _locked_out(request)
    return render(
        request, "trial/sign_in.html", {"form": form, "next": request.POST.get("next", request.GET.get("next", ""))}
    )


@access.public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session; only by POST, so that no link or image can do it."""
    auth.logout(request)
    return redirect("sign_in")


@access.allows(*Role)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Sends each role to its first page; a role without one is told so in words."""
    address = navigation.landing(request.user)
    return redirect(address) if address else render(request, "trial/home.html")


@access.public
@never_cache
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """200 and one word while the web process answers; it asks nothing of the database."""
    return HttpResponse("live\n", content_type="text/plain; charset=utf-8")


def _next_page(request: HttpRequest) -> str:
    asked = request.POST.get("next", request.GET.get("next", ""))
    # Only addresses of this very site: a foreign one would make the sign-in page a springboard.
    own = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return resolve_url(asked) if own and asked != reverse("sign_out") else reverse("home")


def _locked_out(request: HttpRequest) -> HttpResponse:
    cool_off = get_cool_off(request)
    context = {
        "minutes": int(cool_off.total_seconds() // 60) if cool_off else None,
        "failures": settings.AXES_FAILURE_LIMIT,
    }
    return render(request, "trial/locked_out.html", context, status=429)
