"""Forms of one's own account: choosing a password, entering a code, coming back after a pause."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from trial.models import Person


def _password(label: str, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "class": "form-control"})
    return forms.CharField(label=label, strip=False, max_length=200, widget=widget)


class CodeField(forms.CharField):
    """Six digits of the authenticator, or a recovery code."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "class": "form-control code-field"})
        super().__init__(label=kwargs.pop("label", "Code"), max_length=20, widget=widget, **kwargs)


class ChoosePasswordForm(forms.Form):
    """The password now (unless a one-time password has just been used), and the new one twice."""

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        if not person.must_change_password:
            self.fields["old_password"] = _password("Password now", "current-password")
        self.fields["new_password"] = _password("New password", "new-password")
        self.fields["new_password_again"] = _password("New password, again", "new-password")

    def clean(self) -> dict[str, Any]:
        """Errors beside the field they belong to; the rules of passwords in words."""
        given = super().clean() or self.cleaned_data
        if "old_password" in given and not self.person.check_password(given["old_password"]):
            self.add_error("old_password", "This is not your password.")
        new, again = given.get("new_password"), given.get("new_password_again")
        if new and again and new != again:
            self.add_error("new_password_again", "The two are not the same.")
        if new:
            try:
                validate_password(new, self.person)
            except forms.ValidationError as refusal:
                self.add_error("new_password", refusal)
        return given


class MailForm(forms.Form):
    """Where the daily reminder goes; empty: nowhere."""

    mail_address = forms.EmailField(required=False, max_length=254)


class CodeForm(forms.Form):
    """One code."""

    code = CodeField()


class UnlockForm(forms.Form):
    """The password, and the code where a second factor is demanded."""

    def __init__(self, asks_code: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = _password("Password", "current-password")
        if asks_code:
            self.fields["code"] = CodeField()
