"""`manage.py access_rights --on 2026-05-01`: who could do what on that day, rebuilt from the record."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from trial.accounts.access_rights import access_rights


class Command(BaseCommand):
    """One account a line: username, role, whether it could sign in, sites, where it could sign."""

    help = "Show the access rights at the end of a day (UTC)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", metavar="DAY", help="day in UTC, such as 2026-05-01 (default: today)")

    def handle(self, *args: Any, on: str | None = None, **options: Any) -> None:
        """Tab-separated with a header; CommandError for a text that is no day."""
        try:
            day = date.fromisoformat(on) if on else timezone.now().date()
        except ValueError:
            raise CommandError(f"“{on}” is not a date. Enter it as 2026-05-01.") from None
        self.stdout.write("username\tname\trole\tstate\tsites\tsigns for")
        for right in access_rights(day):
            state = "active" if right.is_active else "deactivated"
            self.stdout.write("\t".join((right.username, right.full_name, right.role, state, ", ".join(right.sites),
                                         ", ".join(right.signs_for))))  # fmt: skip
