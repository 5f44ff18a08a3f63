"""Forms of the administrator: accounts, sites, delegations. Each asks for the reason that goes into the Change."""

from typing import Any
from urllib.parse import urlencode

from crispy_forms.layout import LayoutObject
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from trial.accounts.security import passkeys, proof, single_sign_on
from trial.accounts.security.passkeys import LETTERS_OF_NAME
from trial.api.scopes import of_role
from trial.drawing.form_layout import Boxes, FilterForm, PageForm, PageHelper
from trial.models import Person, Role, Site
from trial.protocol import COUNTRIES
from trial.record import access
from trial.record.typed_fields import DayField, choice, words
from trial.refused import Refused
from trial.rules.dates import site_time


class RowsFilter(PageForm):
    """Hides rows of the table of users while it is typed; nothing is sent."""

    typed = words("Filter", 40, type="search", placeholder="name, role …", **{"data-filter-rows": "#people"})


class SignInFilter(FilterForm):
    """Which lines of the sign-in log are shown."""

    user = words("User", 40)
    result = choice("Result", ("", "Any"))


class WithReason(PageForm):
    """The reason of the act, last on the page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = words("Reason", 300, required=True)
        self.fields["reason"].error_messages["required"] = "Enter a reason. It is kept in the audit trail."


class AccountForm(WithReason):
    """Name, role and sites; for a new account (`person` None) the username too."""

    full_name = words("Full name", 120, required=True)
    mail_address = forms.EmailField(
        required=False, max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="For the daily reminder email on expedited reports. The email contains study numbers only.",
    )  # fmt: skip
    role = forms.ChoiceField(choices=[("", "Choose"), *Role.choices])
    sites = forms.ModelMultipleChoiceField(
        Site.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
        help_text="For coordinators, investigators and monitors. Other roles have no sites.",
    )  # fmt: skip
    all_sites = forms.BooleanField(label="All sites", required=False, help_text="For monitors only.")

    def __init__(self, person: Person | None, *args: Any, **kwargs: Any) -> None:
        initial = {} if person is None else {"full_name": person.full_name, "role": person.role,
                                             "mail_address": person.mail_address,
                                             "sites": list(person.sites.all()),
                                             "all_sites": person.all_sites}  # fmt: skip
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["sites"].queryset = Site.objects.standing()  # type: ignore[attr-defined]
        if person is None:
            username = words("Username", 60, "Lower-case letters and digits. Usernames are not reused.", required=True,
                             autocapitalize="none")  # fmt: skip
            self.fields = {"username": username, **self.fields}

    def clean(self) -> dict[str, Any]:
        """Sites are named, or all are stated (`sites` None), never both."""
        given = super().clean() or self.cleaned_data
        if given.pop("all_sites", False):
            if given.get("sites"):
                self.add_error("all_sites", "Select sites or “All sites”, not both.")
            given["sites"] = None
        return given


ZONE_HELP = (
    "Times at this site are entered and shown in this time zone. Choose the nearest place with the same time."
)
ZONE_CHANGED = (
    "Changing it does not change saved times. If times were entered in the wrong time zone, correct those entries."
)


class SiteForm(WithReason):
    """Name, time zone and country of a site; for a new one (`site` None) its code too, and nothing is preselected."""

    name = words("Name", 120, required=True)
    time_zone = forms.ChoiceField(label="Time zone")
    country = forms.ChoiceField(
        label="Country", required=False, choices=[("", "Not known"), *COUNTRIES],
        help_text="Exports for authorities (SDTM) need it.",
    )  # fmt: skip

    def __init__(self, site: Site | None, *args: Any, **kwargs: Any) -> None:
        initial = {"name": site.name, "time_zone": site.time_zone, "country": site.country} if site else {}
        super().__init__(*args, initial=initial, **kwargs)
        zone = self.fields["time_zone"]
        zone.choices = [("", "Choose"), *((each, each.replace("_", " ")) for each in site_time.names())]  # type: ignore[attr-defined]
        zone.help_text = ZONE_HELP if site is None else f"{ZONE_HELP} {ZONE_CHANGED}"
        if site is None:
            code = words("Code", 12, "Short and permanent, such as NORTH.", required=True, autocapitalize="characters")
            self.fields = {"code": code, **self.fields}


class SingleSignOnForm(WithReason):
    """By which address the identity provider knows a user."""

    address = forms.EmailField(
        label="Email address at the provider", required=False, max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="Empty: the user does not use single sign-on. Saved again, the same address accepts the account of "
        "the provider that is used next.",
    )  # fmt: skip


class PasswordResetForm(WithReason):
    """A one-time password, and whether passkeys go with the password that it replaces."""

    passkeys_go = forms.TypedChoiceField(
        label="Passkeys of the user", coerce=lambda said: said == "remove",
        choices=[("", "Choose"), ("keep", "Keep: the user only forgot the password"),
                 ("remove", "Remove: a device is lost, or the account may be misused")],
        help_text="A passkey signs in without the password.",
    )  # fmt: skip


class DelegationForm(WithReason):
    """Which site an investigator signs for, from when to when."""

    site = forms.ModelChoiceField(Site.objects.none())
    from_on = DayField(label="From")
    to_on = DayField(label="To", required=False, help_text="Empty: no end date.")

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = person.sites.all()  # type: ignore[attr-defined]


class ApiTokenForm(WithReason):
    """What a program of a user may do, at which site, until when."""

    name = words("Used for", 60, required=True)
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    site = forms.ModelChoiceField(Site.objects.none(), required=False, empty_label="All sites of the user")
    expires_on = DayField(label="Last day", help_text="At most a year from now.")

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = of_role(person.role)  # type: ignore[attr-defined]
        self.fields["site"].queryset = access.sites_for(person).standing()  # type: ignore[attr-defined]


class EndDelegationForm(WithReason):
    """The last day of a delegation."""

    to_on = DayField(label="Last day")


class TrainingForm(WithReason):
    """What a person was trained in, when, and until when it holds."""

    what = words("Training", 200, required=True)
    trained_on = DayField(label="Trained on")
    valid_until = DayField(label="Valid until", required=False, help_text="Empty: no end date.")


class AccessReviewForm(PageForm):
    """What the review of the access rights of a day found."""

    words = words("Result of the review", 600, required=True, rows=2)


class DayForm(PageForm):
    """The day that access rights are shown for."""

    on = DayField(label="On")


def _password(label: str, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget)


class CodeField(forms.CharField):
    """Six digits of the authenticator, or a recovery code."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "class": "form-control code-field"})
        super().__init__(label=kwargs.pop("label", "Code"), max_length=20, widget=widget, **kwargs)


class ChoosePasswordForm(PageForm):
    """The password now (unless a one-time password has just been used), and the new one twice."""

    def __init__(self, request: HttpRequest, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.person = request, person
        if not person.must_change_password:
            self.fields["old_password"] = _password("Current password", "current-password")
        self.fields["new_password"] = _password("New password", "new-password")
        self.fields["new_password_again"] = _password("Repeat new password", "new-password")

    def clean(self) -> dict[str, Any]:
        """Errors beside the field they belong to; the rules of passwords in words."""
        given = super().clean() or self.cleaned_data
        if "old_password" in self.fields and not self._knows_the_old_one(given):
            return given  # the rules would tell whether the new one is the current one
        new, again = given.get("new_password"), given.get("new_password_again")
        if new and again and new != again:
            self.add_error("new_password_again", "The two passwords differ.")
        if new:
            try:
                validate_password(new, self.person)
            except forms.ValidationError as refusal:
                self.add_error("new_password", refusal)
        return given

    def _knows_the_old_one(self, given: dict[str, Any]) -> bool:
        if "old_password" not in given:
            return False
        try:
            if proof.person_of(self.request, self.person.username, given["old_password"]) is None:
                self.add_error("old_password", "The current password is wrong.")
        except Refused as refusal:
            self.add_error("old_password", str(refusal))
        return "old_password" not in self.errors


class MailForm(PageForm):
    """Where the daily reminder goes; empty: nowhere."""

    mail_address = forms.EmailField(required=False, max_length=254, widget=forms.EmailInput(
        attrs={"autocomplete": "email"}))  # fmt: skip


class _Passkey(LayoutObject):  # type: ignore[misc]
    """The hidden field of a passkey, and what leads to single sign-on, in the forms that take one."""

    fields: tuple[str, ...] = ()

    def render(self, form: forms.BaseForm, *_: Any, **__: Any) -> str:
        """The elements, or nothing."""
        field = str(form[proof.ANSWER]) if proof.ANSWER in form.fields else ""
        return field + getattr(form, "single_sign_on", "")


_CONFIRMED = mark_safe('<p class="form-text">Single sign-on has confirmed who you are.</p>')


def _link(words: str, back: str) -> SafeString:
    """A link and no button: a form that leads to another host would need that host in the content policy."""
    return format_html('<p><a class="btn btn-secondary" href="{}?{}">{} {}</a></p>', reverse("single_sign_on"),
                       urlencode({"next": back}), words, single_sign_on.name())  # fmt: skip


TAKES_PASSKEY = PageHelper(Boxes(), _Passkey())


def _passkey() -> forms.CharField:
    """The browser's answer; the script of the page puts a button beside it where passkeys can be used."""
    return forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-passkey": reverse("passkey_asked")}))


class PasskeyForm(forms.Form):
    """A new passkey: its name, and what the browser made."""

    helper = TAKES_PASSKEY
    name = words("Name of the passkey", LETTERS_OF_NAME, "Such as: hospital laptop.", required=True, autofocus=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to_add = forms.HiddenInput(attrs={"data-passkey-to-add": reverse("passkey_to_add")})
        self.fields[proof.ANSWER] = forms.CharField(required=False, widget=to_add)


class CodeForm(forms.Form):
    """One code, or a passkey in its place."""

    helper = TAKES_PASSKEY
    code = CodeField()

    def __init__(self, *args: Any, takes_passkey: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if takes_passkey:
            self.fields[proof.ANSWER] = _passkey()


class UnlockForm(forms.Form):
    """The password, and the code where a second factor is demanded; or a passkey in place of both, or single sign-on.

    asks: the person may do what is proved. back: where single sign-on leads back to; empty: to the unlocking of this
    page.
    """

    helper = TAKES_PASSKEY

    def __init__(self, request: HttpRequest, *args: Any, asks: bool = True, back: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        done = single_sign_on.confirmed(request) if asks else None
        if done is None:
            self.fields["password"] = _password("Password", "current-password")
        if asks and proof.needs_code(request) and not (done and done[1]):
            self.fields["code"] = CodeField()
        if asks and passkeys.counts_here(request):
            self.fields[proof.ANSWER] = _passkey()
        if asks and single_sign_on.of(request.user):
            to = back or f"{reverse('unlock')}?{urlencode({'next': request.get_full_path()})}"
            self.single_sign_on = _link("Confirm by your", to) if done is None else _CONFIRMED


class SigningForm(UnlockForm):
    """Proof of who signs: the password, and the code where one is asked for."""

    def __init__(self, request: HttpRequest, asks: bool = True, first: bool = False) -> None:
        """asks: the person may do what is proved. first: typing begins here."""
        super().__init__(request, auto_id="%s", asks=asks, back=request.get_full_path())
        if "password" in self.fields:
            self.fields["password"].label = f"Password of {request.user.full_name}"
        if first and self.fields:
            next(iter(self.fields.values())).widget.attrs["autofocus"] = True
        if "code" in self.fields:
            self.fields["code"].label = "Authentication code"
            self.fields["code"].widget.attrs["inputmode"] = "numeric"


class SignInForm(forms.Form):
    """Username and password; `person` is set once both are right."""

    helper = TAKES_PASSKEY
    username = forms.CharField(
        max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """`request` goes to the sign-in check, which counts failures by username and address."""
        super().__init__(*args, **kwargs)
        self.request = request
        self.person: Person | None = None
        if passkeys.place_of(request) is not None:
            self.fields[proof.ANSWER] = _passkey()
        if single_sign_on.is_on():
            self.single_sign_on = _link("Sign in by your", request.POST.get("next", request.GET.get("next", "")))

    def clean(self) -> dict[str, Any]:
        """Checks the pair; the words never say which of the two was wrong. Raises Blocked."""
        cleaned = super().clean() or {}
        if "username" in cleaned and "password" in cleaned:
            try:
                self.person = proof.person_of(self.request, cleaned["username"], cleaned["password"])
            except proof.Blocked:
                raise
            except Refused as refusal:
                raise forms.ValidationError(str(refusal)) from None
            if self.person is None:
                raise forms.ValidationError("The username or the password is wrong.")
        return cleaned
