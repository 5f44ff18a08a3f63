"""What a password must be, and choosing one. Length, likeness and common ones are left to Django's validators."""

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError

from trial.models import PastPassword, Person

REMEMBERED = 10


class NotUsedBefore:
    """Refuses the password in use and the last ten before it."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """ValidationError in words. `user` without a row has no past."""
        if user is None or user.pk is None:
            return
        past = PastPassword.objects.filter(person_id=user.pk).order_by("-id").values_list("password", flat=True)
        if any(check_password(password, old) for old in (user.password, *past[:REMEMBERED])):
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        """The rule in words."""
        return f"It must not be one of your last {REMEMBERED} passwords."


def choose(person: Person, password: str) -> None:
    """Stores a password that was found good; every session of the person ends with the old one."""
    if person.has_usable_password():
        PastPassword.objects.create(person=person, password=person.password)
    person.set_password(password)
    person.must_change_password = False
    person.session_round += 1
    person.save(update_fields=["password", "must_change_password", "session_round"])


def use_up(person: Person) -> None:
    """A one-time password has let its person in and lets nobody in again."""
    person.set_unusable_password()
    person.save(update_fields=["password"])
