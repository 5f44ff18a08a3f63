"""`manage.py add_administrator NAME --full-name "…"`: the first administrator of an installation."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trial.accounts.administration import USERNAME, one_time_password
from trial.models import Person, Role
from trial.rules.typed_text import unseen


class Command(BaseCommand):
    """Refused once there is one: from then on administrators add each other on the People page."""

    help = "Add the first administrator and print the one-time password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--full-name", required=True)

    def handle(self, *args: Any, username: str, full_name: str, **options: Any) -> None:
        """Prints the password once; CommandError when there is an administrator already."""
        if Person.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists():
            raise CommandError("An administrator already exists. Add further administrators on the Users page.")
        if not USERNAME.fullmatch(username) or Person.objects.filter(username__iexact=username).exists():
            raise CommandError("Choose another username: lower-case letters and digits, not used before.")
        if refused := unseen(full_name):
            raise CommandError(refused)
        password = one_time_password()
        person = Person.objects.create_person(username, password, full_name=full_name, role=Role.ADMINISTRATOR)
        Person.objects.filter(pk=person.pk).update(must_change_password=True)
        self.stdout.write(f"Sign in as {username} with {password} (works once).")
