"""Accounts, for the administrator alone: list, add, change, deactivate, delegate; access rights of a day; sign-ins."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from trial.accounts import administration, navigation
from trial.accounts.access_rights import access_rights
from trial.accounts.administration import review_access_rights
from trial.accounts.forms import (
    AccessReviewForm,
    AccountForm,
    DayForm,
    DelegationForm,
    EndDelegationForm,
    PasswordResetForm,
    RowsFilter,
    SiteForm,
    TrainingForm,
    WithReason,
)
from trial.accounts.security import passkeys, single_sign_on
from trial.api.scopes import of_role
from trial.drawing.form_layout import posted
from trial.models import AccessReview, Change, Delegation, Person, Role, SignIn, Site, Training, Version
from trial.record import access
from trial.record.save import of_request
from trial.refused import Refused
from trial.rules.dates.partial_date import shown as shown_day


@access.allows(*access.ADMINISTERS)
def people(request: HttpRequest) -> HttpResponse:
    """Every account there ever was."""
    found = Person.objects.prefetch_related("sites").order_by("-is_active", "username")
    shown = {"filter_form": RowsFilter(), "people": [(each, navigation.sites_in_words(each)) for each in found]}
    return render(request, "trial/accounts/people/people.html", shown)


@access.allows(*access.ADMINISTERS)
def add(request: HttpRequest) -> HttpResponse:
    """A new account; its one-time password is shown once, on the answer."""
    form = AccountForm(None, posted(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = attempt(form, lambda: administration.add(
            of_request(request), given["username"], given["full_name"], given["role"], _sites(given),
            given["reason"], given["mail_address"]))  # fmt: skip
        if done is not None:
            return _password_page(request, *done)
    return one_form(request, form, "Add user", "Add user", reverse("people"))


def _sites(given: dict[str, Any]) -> list[Site] | None:
    return None if given["sites"] is None else list(given["sites"])


@access.allows(*access.ADMINISTERS)
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """One account: what it is, its delegations, how it came to be so."""
    found = get_object_or_404(Person, pk=person_id)
    numbers = Version.objects.filter(table_name="trial_person", row_id=found.pk).values("change_id")
    shown = {
        "person": found,
        "sites": navigation.sites_in_words(found),
        "delegations": found.delegations.select_related("site").order_by("-from_on"),
        "changes": Change.objects.filter(pk__in=numbers).select_related("person").order_by("-id"),
        "sign_ins": found.sign_ins.order_by("-id")[:20],
        "trainings": found.trainings.all(),
        "passkeys": passkeys.of(found),
        "may_have_tokens": found.is_active and bool(of_role(found.role)),
        "single_sign_on": (single_sign_on.of(found) or "not used") if single_sign_on.is_on() else "",
        "training_missing": access.missing(found, timezone.now().date()),
        "may_be_delegated": found.role == Role.INVESTIGATOR and found.is_active,
    }
    return render(request, "trial/accounts/people/person.html", shown)


@access.allows(*access.ADMINISTERS)
def change(request: HttpRequest, person_id: int) -> HttpResponse:
    """Name, role and sites."""
    found = get_object_or_404(Person, pk=person_id)
    form = AccountForm(found, posted(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if attempt(form, lambda: _true(administration.change(
            of_request(request), found, given["full_name"], given["role"], _sites(given), given["reason"],
            given["mail_address"]))):  # fmt: skip
            messages.success(request, f"The account {found.username} is saved.")
            return redirect("person", found.pk)
    return one_form(request, form, f"Edit the account {found.username}", "Save", reverse("person", args=[found.pk]))


# Act in the address → (title, button, what is done; it returns a one-time password or None).
ACTS: dict[str, tuple[str, str, Callable[..., str | None]]] = {
    "deactivate": ("Deactivate", "Deactivate the account", administration.deactivate),
    "reactivate": ("Reactivate", "Reactivate the account", administration.reactivate),
    "password": ("One-time password for", "Create one-time password", administration.give_password),
    "second-factor": ("Two-factor authentication of", "Reset two-factor authentication",
                      administration.remove_second_factor),
}


@access.allows(*access.ADMINISTERS)
def act(request: HttpRequest, person_id: int, act_name: str) -> HttpResponse:
    """One act on an account that only needs its reason."""
    found = get_object_or_404(Person, pk=person_id)
    if act_name not in ACTS:
        return render(request, "404.html", status=404)
    title, button, do = ACTS[act_name]
    asks_passkeys = act_name == "password" and passkeys.of(found)
    form = (PasswordResetForm if asks_passkeys else WithReason)(posted(request))
    if request.method == "POST" and form.is_valid():
        more = {"passkeys_go": form.cleaned_data["passkeys_go"] == "remove"} if asks_passkeys else {}
        done = attempt(form, lambda: (do(of_request(request), found, form.cleaned_data["reason"], **more),))
        if done is not None:
            if done[0]:
                return _password_page(request, found, done[0])
            messages.success(request, f"{title} {found.username}: done.")
            return redirect("person", found.pk)
    return one_form(request, form, f"{title} {found.username}", button, reverse("person", args=[found.pk]))


@access.allows(*access.ADMINISTERS)
def delegate(request: HttpRequest, person_id: int) -> HttpResponse:
    """Lets an investigator sign for a site."""
    found = get_object_or_404(Person, pk=person_id)
    form = DelegationForm(found, posted(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        days = given["from_on"], given["to_on"]
        if attempt(form, lambda: administration.delegate(
            of_request(request), found, given["site"], *days, given["reason"])):  # fmt: skip
            messages.success(request, f"{found.full_name} can sign casebooks of {given['site'].code}.")
            return redirect("person", found.pk)
    title, back = f"Signing delegation of {found.full_name}", reverse("person", args=[found.pk])
    return one_form(request, form, title, "Delegate signing", back)


@access.allows(*access.ADMINISTERS)
def end_delegation(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """The last day of a delegation."""
    row = get_object_or_404(Delegation.objects.select_related("person", "site"), pk=delegation_id)
    form = EndDelegationForm(posted(request), initial={"to_on": row.to_on or timezone.now().date()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if attempt(form, lambda: _true(administration.end_delegation(
            of_request(request), row, given["to_on"], given["reason"]))):  # fmt: skip
            messages.success(request, f"{row.person.full_name} can sign casebooks of {row.site.code} until the last "
                                      "day you entered.")
            return redirect("person", row.person_id)
    title = f"End the signing delegation of {row.person.full_name} for {row.site.code}"
    return one_form(request, form, title, "End delegation", reverse("person", args=[row.person_id]))


@access.allows(*access.ADMINISTERS)
def rights(request: HttpRequest) -> HttpResponse:
    """Who could do what on a day, and the sign-off of a review of it."""
    today = timezone.now().date()
    form = DayForm(request.GET if "on" in request.GET else None, initial={"on": today})
    day = form.cleaned_data["on"] if form.is_bound and form.is_valid() else today
    review = AccessReviewForm(posted(request))
    if request.method == "POST" and review.is_valid() and attempt(
        review, lambda: review_access_rights(of_request(request), day, review.cleaned_data["words"])
    ):  # fmt: skip
        messages.success(request, f"The review of the access rights of {shown_day(day)} is recorded.")
        return redirect(f"{reverse('access_rights')}?on={shown_day(day)}")
    rows = access_rights(day)
    review.fields["words"].label = f"What the review of these {len(rows)} accounts found"
    shown = {"form": form, "day": day, "rights": rows, "review": review,
             "reviews": AccessReview.objects.select_related("reviewed_by")[:50]}  # fmt: skip
    return render(request, "trial/accounts/people/access_rights.html", shown, status=422 if review.errors else 200)


@access.allows(*access.ADMINISTERS)
def sign_in_history(request: HttpRequest) -> HttpResponse:
    """Who came when, from where, with what result; newest first, a hundred a page."""
    found = SignIn.objects.select_related("person").order_by("-id")
    page = Paginator(found, 100).get_page(request.GET.get("page"))
    return render(request, "trial/accounts/people/sign_in_history.html", {"page": page})


def attempt(form: Form, do: Callable[[], Any]) -> Any:
    """What `do` returns; None when it was refused, with the words on the form."""
    try:
        return do()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def one_form(request: HttpRequest, form: Form, title: str, button: str, back: str) -> HttpResponse:
    """The page of one form; 422 when something on it was refused."""
    shown = {"form": form, "title": title, "button": button, "back": back}
    return render(request, "trial/accounts/people/one_form.html", shown, status=422 if form.errors else 200)


def _true(_: None) -> bool:
    return True


def _password_page(request: HttpRequest, found: Person, password: str) -> HttpResponse:
    return render(request, "trial/accounts/people/one_time_password.html", {"person": found, "password": password})


@access.allows(*access.ADMINISTERS)
def sites(request: HttpRequest) -> HttpResponse:
    """Every site with the people who work there; nothing of any participant."""
    shown = {"sites": Site.objects.prefetch_related("people"), "now": timezone.now()}
    return render(request, "trial/accounts/people/sites.html", shown)


@access.allows(*access.ADMINISTERS)
def add_site(request: HttpRequest) -> HttpResponse:
    """A new site."""
    return _site_page(request, None, "Add site", "Add site")


@access.allows(*access.ADMINISTERS)
def rename_site(request: HttpRequest, site_id: int) -> HttpResponse:
    """Another name, time zone or country; the code stays, and so does every instant on record."""
    site = get_object_or_404(Site, pk=site_id)
    return _site_page(request, site, f"Edit site {site.code}", "Save")


def _site_page(request: HttpRequest, site: Site | None, title: str, button: str) -> HttpResponse:
    form = SiteForm(site, posted(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = attempt(form, lambda: administration.save_site(
            of_request(request), site, given.get("code", ""), given["name"], given["reason"],
            given["time_zone"], given["country"]))  # fmt: skip
        if done:
            messages.success(request, f"The site {done.code} is saved.")
            return redirect("sites")
    return one_form(request, form, title, button, reverse("sites"))


@access.allows(*access.ADMINISTERS)
def record(request: HttpRequest, person_id: int) -> HttpResponse:
    """A training for the role that the person has now."""
    found = get_object_or_404(Person, pk=person_id)
    form = TrainingForm(posted(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if attempt(form, lambda: administration.record_training(
            of_request(request), found, given["what"], given["trained_on"], given["valid_until"],
            given["reason"])):  # fmt: skip
            messages.success(request, f"The training of {found.full_name} is recorded.")
            return redirect("person", found.pk)
    title = f"Training of {found.full_name} as {found.get_role_display().lower()}"
    return one_form(request, form, title, "Record training", reverse("person", args=[found.pk]))


@access.allows(*access.ADMINISTERS)
def strike_out(request: HttpRequest, training_id: int) -> HttpResponse:
    """Takes back what was recorded by mistake."""
    row = get_object_or_404(Training.objects.select_related("person").standing(), pk=training_id)
    form = WithReason(posted(request))
    if request.method == "POST" and form.is_valid() and attempt(
        form, lambda: administration.strike_out_training(of_request(request), row, form.cleaned_data["reason"])
    ):  # fmt: skip
        messages.success(request, f"The training of {row.person.full_name} is struck out.")
        return redirect("person", row.person_id)
    title = f"Strike out the training of {row.person.full_name}: {row.what}"
    return one_form(request, form, title, "Strike out training", reverse("person", args=[row.person_id]))
