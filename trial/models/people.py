"""Who uses the product: sites, people and the roles they hold."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from trial import protocol
from trial.models.base import AppendOnly, RecordRow, unless_empty


class Role(models.TextChoices):
    """The six roles; what each may do is stated in `trial.record.access`."""

    COORDINATOR = "coordinator", "Site coordinator"
    INVESTIGATOR = "investigator", "Site investigator"
    MONITOR = "monitor", "Monitor"
    CHAIR = "chair", "Study chair"
    STATISTICIAN = "statistician", "Statistician"
    ADMINISTRATOR = "administrator", "Administrator"


def countries() -> list[tuple[str, str]]:
    """Code and name of each country. Called for, so that a renamed country changes no migration."""
    return list(protocol.COUNTRIES)


class Site(RecordRow):
    """A hospital that takes part in the trial."""

    codes = ("code", "name", "time_zone", "country")

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120)
    # Of the IANA database. Instants on record do not move with it: it only says which clock people there look at.
    time_zone = models.CharField(max_length=40, default="UTC")
    country = models.CharField("Country", max_length=3, choices=countries, blank=True, default="")

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PersonStore(BaseUserManager["Person"]):
    """Creates accounts with a hashed password."""

    def create_person(self, username: str, password: str | None, *, full_name: str, role: str) -> "Person":
        """A new account; the password is stored as an Argon2 hash only."""
        person = self.model(username=username, full_name=full_name, role=role)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in, with one role and the sites it extends to.

    audited: what gives or takes access, and all that its versions hold: never a password's hash.
    """

    audited = ("username", "full_name", "role", "is_active", "sites", "all_sites")
    application_may = "SELECT, INSERT, UPDATE"

    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    sites = models.ManyToManyField(Site, blank=True, related_name="people")
    # Chosen for a monitor, never read out of an empty list: without it nobody sees a site that is not named.
    all_sites = models.BooleanField("All sites", default=False)
    is_active = models.BooleanField(default=True)
    # Where the daily digest of expedited reports goes; empty: nowhere. No access right, so no part of the history.
    mail_address = models.EmailField(blank=True, default="")
    digest_on = models.DateField(null=True)  # the day of the newest digest that was sent
    # A one-time password was given; the person chooses an own one before anything else.
    must_change_password = models.BooleanField(default=False)
    # Part of every session's fingerprint: one more ends all of the person's sessions at once.
    session_round = models.PositiveIntegerField(default=0)

    # The only site that the person acts at, where a token of one site says who is there; no column.
    only_site: int | None = None

    objects = PersonStore()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name", "role"]

    class Meta:
        verbose_name = "User"
        constraints = [models.UniqueConstraint(Lower("username"), name="a_username_is_used_once_for_ever")]

    def __str__(self) -> str:
        return self.full_name

    def get_session_auth_hash(self) -> str:
        """The fingerprint that a session must carry: it changes with the password and with `session_round`."""
        text = f"{self.password}:{self.session_round}"
        return salted_hmac("trial.models.Person.session", text, algorithm="sha256").hexdigest()


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
        constraints = [unless_empty("delegation_ends_after_it_begins", Q(to_on__gte=F("from_on")), "to_on")]


class SignIn(AppendOnly):
    """One act at the door: who, when, from where, with what result. The application adds rows and never alters them."""

    class Result(models.TextChoices):
        SIGNED_IN = "signed_in", "Signed in"
        PASSWORD = "password", "Password correct, code requested"
        WRONG_PASSWORD = "wrong_password", "Wrong username or password"
        WRONG_CODE = "wrong_code", "Wrong code"
        LOCKED_OUT = "locked_out", "Refused: sign-in blocked"
        RECOVERY_CODE = "recovery_code", "Signed in with a recovery code"
        UNLOCKED = "unlocked", "Session unlocked"
        SIGNED_OUT = "signed_out", "Signed out"
        EVERYWHERE = "everywhere", "Signed out everywhere"
        PASSWORD_CHANGED = "password_changed", "Password changed"
        RECOVERY_CODES = "recovery_codes", "Recovery codes created"
        SECOND_FACTOR_SET = "second_factor_set", "Two-factor authentication set up"
        PASSKEY = "passkey", "Passkey accepted"
        WRONG_PASSKEY = "wrong_passkey", "Passkey refused"
        COPIED_PASSKEY = "copied_passkey", "Passkey refused: possibly a copy"
        PASSKEY_ADDED = "passkey_added", "Passkey added"
        PASSKEY_REMOVED = "passkey_removed", "Passkey removed"
        SINGLE_SIGN_ON = "single_sign_on", "Single sign-on accepted"
        WRONG_SINGLE_SIGN_ON = "wrong_single_sign_on", "Single sign-on refused"

    at = models.DateTimeField(auto_now_add=True)
    # None where the typed name is no account's: what was typed there can be a password and is not kept.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="sign_ins")
    result = models.CharField(max_length=20, choices=Result.choices)
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=("person", "-at"), name="newest_sign_in_of_person"),
            models.Index(fields=("address", "-at"), name="newest_sign_in_of_address"),
        ]

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


class Training(RecordRow):
    """A person was trained for a role (no last day: it does not run out)."""

    codes = ("what",)

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="trainings")
    role = models.CharField(max_length=20, choices=Role.choices)
    what = models.CharField(max_length=200)
    trained_on = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        ordering = ("-trained_on", "-id")
        constraints = [unless_empty("training_ends_after_it_began", Q(valid_until__gte=F("trained_on")), "valid_until")]


class AccessReview(RecordRow):
    """The access rights as they stood on a day were looked through, and what was found."""

    own_hand = ("reviewed_by",)

    reviewed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()
    rights_on = models.DateField()
    accounts = models.PositiveIntegerField()
    words = models.CharField(max_length=600)

    class Meta:
        ordering = ("-id",)
