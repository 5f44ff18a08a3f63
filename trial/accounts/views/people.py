"""Accounts, for the administrator alone: list, add, change, deactivate, delegate; access rights of a day; sign-ins."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

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
    SignInFilter,
    SiteForm,
    TrainingForm,
    WithReason,
)
from trial.accounts.security import passkeys, second_factor, single_sign_on
from trial.api.scopes import of_role
from trial.drawing.form_layout import posted
from trial.models import AccessReview, Change, Delegation, Person, Role, SignIn, Site, Training, Version
from trial.record import access
from trial.record.save import Save, of_request
from trial.refused import Refused
from trial.rules.dates.partial_date import shown as shown_day


@access.allows(*access.ADMINISTERS)
def people(request: HttpRequest) -> HttpResponse:
    """Every account there ever was."""
    found = list(Person.objects.prefetch_related("sites").order_by("-is_active", "username"))
    trained = set(access.trainings_on(timezone.now().date()).values_list("person", "role"))
    secured = second_factor.people_with_one()
    rows = [(each, navigation.sites_in_words(each), each.pk in secured,
             each.role not in access.ENTERS or (each.pk, each.role) in trained) for each in found]  # fmt: skip
    by_role = Counter(each.get_role_display() for each in found if each.is_active)
    shown = {"filter_form": RowsFilter(), "people": rows, "by_role": sorted(by_role.items())}
    return render(request, "trial/accounts/people/people.html", shown)


@access.allows(*access.ADMINISTERS)
def add(request: HttpRequest) -> HttpResponse:
    """A new account; its one-time password is shown once, on the answer."""
    return one_form(
        request, AccountForm(None, posted(request)),
        lambda save, given: administration.add(save, **given),
        lambda made: _password_page(request, *made), "Add user", "Add user", reverse("people"),
    )  # fmt: skip


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
    return one_form(
        request, AccountForm(found, posted(request)),
        lambda save, given: administration.change(save, found, **given),
        f"The account {found.username} is saved.", f"Edit the account {found.username}", "Save", _page_of(found),
    )  # fmt: skip


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
    heading = f"{title} {found.username}"
    return one_form(
        request, (PasswordResetForm if asks_passkeys else WithReason)(posted(request)),
        lambda save, given: do(save, found, **given),
        lambda password: _password_page(request, found, password) if password else f"{heading}: done.",
        heading, button, _page_of(found),
    )  # fmt: skip


@access.allows(*access.ADMINISTERS)
def delegate(request: HttpRequest, person_id: int) -> HttpResponse:
    """Lets an investigator sign for a site."""
    found = get_object_or_404(Person, pk=person_id)
    form = DelegationForm(found, posted(request))
    return one_form(
        request, form, lambda save, given: administration.delegate(save, found, **given),
        lambda _: f"{found.full_name} can sign casebooks of {form.cleaned_data['site'].code}.",
        f"Signing delegation of {found.full_name}", "Delegate signing", _page_of(found),
    )  # fmt: skip


@access.allows(*access.ADMINISTERS)
def end_delegation(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """The last day of a delegation."""
    row = get_object_or_404(Delegation.objects.select_related("person", "site"), pk=delegation_id)
    return one_form(
        request, EndDelegationForm(posted(request), initial={"to_on": row.to_on or timezone.now().date()}),
        lambda save, given: administration.end_delegation(save, row, **given),
        f"{row.person.full_name} can sign casebooks of {row.site.code} until the last day you entered.",
        f"End the signing delegation of {row.person.full_name} for {row.site.code}", "End delegation",
        _page_of(row.person),
    )  # fmt: skip


@access.allows(*access.ADMINISTERS)
def rights(request: HttpRequest) -> HttpResponse:
    """Who could do what on a day, and the sign-off of a review of it."""
    today = timezone.now().date()
    form = DayForm(request.GET if "on" in request.GET else None, initial={"on": today})
    day = form.cleaned_data["on"] if form.is_bound and form.is_valid() else today
    review = AccessReviewForm(posted(request))
    if request.method == "POST" and review.is_valid():
        try:
            review_access_rights(of_request(request), day, review.cleaned_data["words"])
        except Refused as refusal:
            review.add_error(None, str(refusal))
        else:
            messages.success(request, f"The review of the access rights of {shown_day(day)} is recorded.")
            return redirect(f"{reverse('access_rights')}?on={shown_day(day)}")
    rows = access_rights(day)
    review.fields["words"].label = f"What the review of these {len(rows)} accounts found"
    shown = {"form": form, "day": day, "rights": rows, "review": review,
             "reviews": AccessReview.objects.select_related("reviewed_by")[:50]}  # fmt: skip
    return render(request, "trial/accounts/people/access_rights.html", shown, status=422 if review.errors else 200)


@access.allows(*access.ADMINISTERS)
def sign_in_history(request: HttpRequest) -> HttpResponse:
    """Who came when, from where, with what result, by user and result; newest first, a hundred a page."""
    asked = {name: request.GET.get(name, "")[:40] for name in ("user", "result")}
    found = SignIn.objects.select_related("person").order_by("-id")
    if asked["user"]:
        found = found.filter(person__username__icontains=asked["user"])
    if asked["result"]:
        found = found.filter(result=asked["result"])
    page = Paginator(found, 100).get_page(request.GET.get("page"))
    shown = {"page": page, "filter_form": SignInFilter(asked, result=SignIn.Result.choices), "query": urlencode(asked)}
    return render(request, "trial/accounts/people/sign_in_history.html", shown)


def one_form(
    request: HttpRequest, form: Form, act: Callable[[Save, dict[str, Any]], Any],
    done: str | Callable[[Any], str | HttpResponse], title: str, button: str, back: str,
) -> HttpResponse:  # fmt: skip
    """The page of one form: shown, acted on, or shown again with why not (422).

    act: called with the save and what was typed, by field. done: said on the page `back` (an address); or called with
    what the act returned, for the words or a page of its own.
    """
    if request.method == "POST" and form.is_valid():
        try:
            made = act(of_request(request), form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = done(made) if callable(done) else done
            if isinstance(said, HttpResponse):
                return said
            messages.success(request, said)
            return redirect(back)
    shown = {"form": form, "title": title, "button": button, "back": back}
    return render(request, "trial/accounts/people/one_form.html", shown, status=422 if form.errors else 200)


def _page_of(found: Person) -> str:
    return reverse("person", args=[found.pk])


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
    return one_form(
        request, SiteForm(site, posted(request)),
        lambda save, given: administration.save_site(save, site, **{"code": "", **given}),
        lambda made: f"The site {made.code} is saved.", title, button, reverse("sites"),
    )  # fmt: skip


@access.allows(*access.ADMINISTERS)
def record(request: HttpRequest, person_id: int) -> HttpResponse:
    """A training for the role that the person has now."""
    found = get_object_or_404(Person, pk=person_id)
    return one_form(
        request, TrainingForm(posted(request)),
        lambda save, given: administration.record_training(save, found, **given),
        f"The training of {found.full_name} is recorded.",
        f"Training of {found.full_name} as {found.get_role_display().lower()}", "Record training", _page_of(found),
    )  # fmt: skip


@access.allows(*access.ADMINISTERS)
def strike_out(request: HttpRequest, training_id: int) -> HttpResponse:
    """Takes back what was recorded by mistake."""
    row = get_object_or_404(Training.objects.select_related("person").standing(), pk=training_id)
    return one_form(
        request, WithReason(posted(request)),
        lambda save, given: administration.strike_out_training(save, row, **given),
        f"The training of {row.person.full_name} is struck out.",
        f"Strike out the training of {row.person.full_name}: {row.what}", "Strike out training", _page_of(row.person),
    )  # fmt: skip
