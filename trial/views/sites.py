"""Sites, for the administrator: list, add, change. A site is a row of the record and is never removed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from trial import access, accounts
from trial.forms.accounts import SiteForm
from trial.models import Site
from trial.views.people import administrator, attempt, one_form


@access.allows(*access.ADMINISTERS)
def sites(request: HttpRequest) -> HttpResponse:
    """Every site with the people who work there; nothing of any participant."""
    shown = {"sites": Site.objects.prefetch_related("people"), "now": timezone.now()}
    return render(request, "trial/sites.html", shown)


@access.allows(*access.ADMINISTERS)
def add(request: HttpRequest) -> HttpResponse:
    """A new site."""
    return _page(request, None, "Add a site", "Add the site")


@access.allows(*access.ADMINISTERS)
def rename(request: HttpRequest, site_id: int) -> HttpResponse:
    """Another name or time zone; the code stays, and so does every instant on record."""
    site = get_object_or_404(Site, pk=site_id)
    return _page(request, site, f"Change {site.code}", "Save")


def _page(request: HttpRequest, site: Site | None, title: str, button: str) -> HttpResponse:
    form = SiteForm(site, request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = attempt(form, lambda: accounts.save_site(
            administrator(request), site, given.get("code", ""), given["name"], given["reason"],
            given["time_zone"]))  # fmt: skip
        if done:
            messages.success(request, f"The site {done.code} is saved.")
            return redirect("sites")
    return one_form(request, form, title, button, reverse("sites"))
