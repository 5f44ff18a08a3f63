"""Who uses the product: sites, people and the roles they hold."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from trial.models.record import RecordRow


class Role(models.TextChoices):
    """The six roles; what each may do is stated in `trial.access`."""

    COORDINATOR = "coordinator", "Site coordinator"
    INVESTIGATOR = "investigator", "Site investigator"
    MONITOR = "monitor", "Monitor"
    CHAIR = "chair", "Study chair"
    STATISTICIAN = "statistician", "Statistician"
    ADMINISTRATOR = "administrator", "Administrator"


class Site(RecordRow):
    """A hospital that takes part in the trial."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120)
    # Of the IANA database. Instants on record do not move with it: it only says which clock people there look at.
    time_zone = models.CharField(max_length=40, default="UTC")

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
    """Someone who signs in, with one role and the sites it extends to (none listed: see `sees_all_sites`)."""

    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    sites = models.ManyToManyField(Site, blank=True, related_name="people")
    is_active = models.BooleanField(default=True)
    # Where the daily digest of expedited reports goes; empty: nowhere. No access right, so no part of the history.
    mail_address = models.EmailField(blank=True, default="")
    digest_on = models.DateField(null=True)  # the day of the newest digest that was sent
    # A one-time password was given; the person chooses an own one before anything else.
    must_change_password = models.BooleanField(default=False)
    # Part of every session's fingerprint: one more ends all of the person's sessions at once.
    session_round = models.PositiveIntegerField(default=0)

    objects = PersonStore()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name", "role"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="a_username_is_used_once_for_ever")]

    def __str__(self) -> str:
        return self.full_name

    def get_session_auth_hash(self) -> str:
        """The fingerprint that a session must carry: it changes with the password and with `session_round`."""
        text = f"{self.password}:{self.session_round}"
        return salted_hmac("trial.models.Person.session", text, algorithm="sha256").hexdigest()
