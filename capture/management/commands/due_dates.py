"""`manage.py due_dates`: derives the due dates of every participant anew and stores them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from capture.participants import due_dates


class Command(BaseCommand):
    """Due dates are written by every save; rebuilding mends what was written past the program."""

    help = "Rebuild the stored due dates from the study data; says how many participants' were different."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--rebuild", action="store_true", help="derive all due dates anew and store them")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["rebuild"]:
            raise CommandError("Say --rebuild to derive all due dates anew.")
        self.stdout.write(f"Due dates rebuilt; those of {due_dates.rebuild()} participants were different.")
