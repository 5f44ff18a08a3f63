"""The sign-in form."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest

from trial.models import Person


class SignInForm(forms.Form):
    """Username and password; `person` is set once both are right."""

    username = forms.CharField(
        max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """`request` goes to the sign-in check, which counts failures by username and address."""
        super().__init__(*args, **kwargs)
        self.request = request
        self.person: Person | None = None
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self) -> dict[str, Any]:
        """Checks the pair; the words never say which of the two was wrong."""
        cleaned = super().clean() or {}
        if "username" in cleaned and "password" in cleaned:
            # A locked-out pair is refused by axes inside authenticate(); `AxesMiddleware` then answers in its place.
            self.person = authenticate(self.request, username=cleaned["username"], password=cleaned["password"])
            if self.person is None:
                raise forms.ValidationError("The username or the password is not right.")
        return cleaned
