"""What belongs to an account beside the person: delegation of signing, signing in, past passwords, forms kept."""

from django.db import models

from trial.models.person import Person, Site
from trial.models.record import RecordRow

# What a browser says of itself → words; the first that fits, since most also name the browsers they descend from.
BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Macintosh", "Mac"), ("Linux", "Linux"))  # fmt: skip


class Delegation(RecordRow):
    """An investigator may sign casebooks of a site from one day to another (no last day: until it is ended)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="delegations")
    from_on = models.DateField()
    to_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gte=models.F("from_on")),
                name="delegation_ends_after_it_begins",
            )
        ]


class SignIn(models.Model):
    """One act at the door: who, when, from where, with what result. The application adds rows and never alters them."""

    class Result(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        PASSWORD = "password", "Password right, code asked for"
        WRONG_PASSWORD = "wrong_password", "Wrong username or password"
        WRONG_CODE = "wrong_code", "Wrong code"
        LOCKED_OUT = "locked_out", "Refused: closed for a while"
        RECOVERY_CODE = "recovery_code", "Signed in with a recovery code"
        UNLOCKED = "unlocked", "Returned after a pause"
        SIGNED_OUT = "signed_out", "Signed out"
        EVERYWHERE = "everywhere", "Signed out everywhere"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        SECOND_FACTOR_SET = "second_factor_set", "Second factor set up"

    at = models.DateTimeField(auto_now_add=True)
    # None where the typed name is no account's: what was typed there can be a password and is not kept.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="sign_ins")
    result = models.CharField(max_length=20, choices=Result.choices)
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=("person", "-at"), name="newest_sign_in_of_person")]

    @property
    def browser_in_words(self) -> str:
        """Browser and system by the names they give themselves, such as "Firefox on Windows"; else as it was sent."""
        browser = next((words for mark, words in BROWSERS if mark in self.browser), "")
        system = next((words for mark, words in SYSTEMS if mark in self.browser), "")
        return " on ".join(filter(None, (browser, system))) or self.browser[:40]


class PastPassword(models.Model):
    """The hash of a password that was in use, so that it is not used again soon."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="past_passwords")
    password = models.CharField(max_length=128)
    until_at = models.DateTimeField(auto_now_add=True)


class KeptForm(models.Model):
    """What somebody had typed when the session ended before the save arrived; theirs alone, not part of the record."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="kept_forms")
    path = models.CharField(max_length=300)
    fields = models.JSONField()
    kept_at = models.DateTimeField(auto_now_add=True)

    @property
    def typed(self) -> list[tuple[str, str]]:
        """What was typed, with the names of the fields as words; what the page itself had put in is left out."""
        own = {"opened_at", "as_opened", "answers_query", "and_next", "seen_version", "confirmed", "sent_as", "edition"}
        return [(name.replace("-", " ").replace("_", " ").capitalize(), value)
                for name, value in self.fields if value and name not in own]  # fmt: skip
