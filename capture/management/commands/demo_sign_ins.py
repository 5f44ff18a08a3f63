"""`manage.py demo_sign_ins`: the demo accounts, one a line, for the start screen."""

from typing import Any

from django.core.management.base import BaseCommand

from capture.demo.accounts import PASSWORD, PEOPLE
from trial.models import Person, Role


class Command(BaseCommand):
    """Prints nothing when the demo is not loaded."""

    help = "Show the sign-ins of the demo accounts."

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes `username  password  role` lines."""
        known = set(Person.objects.values_list("username", flat=True))
        for person in PEOPLE:
            if person.username in known:
                where = f" ({person.site.title()})" if person.site else ""
                self.stdout.write(f"  {person.username:8} {PASSWORD}   {Role(person.role).label}{where}")
