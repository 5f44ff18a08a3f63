"""`manage.py recompute [--group A] [--from-nothing]`: brings stored results up to date, with progress.

It may be interrupted at any time: what is derived by then is kept, and the next run goes on from there.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.models import ParticipantOutcome
from analysis.results.recompute import recompute, results
from trial.protocol import GROUPS
from trial.refused import Refused


class Command(BaseCommand):
    """The same as the worker does, in the foreground."""

    help = "Recompute the endpoints of one group, or of all."
    # Checks would load every page of the product; a database that is not ready fails here with its own message.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--group", choices=[group.code for group in GROUPS])
        parser.add_argument("--from-nothing", action="store_true", help="derive every participant anew")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per part, one per group at the end."""
        for group in [options["group"]] if options["group"] else [one.code for one in GROUPS]:
            if options["from_nothing"]:
                ParticipantOutcome.objects.filter(group=group).delete()
                results(group).filter(has_outcomes=False).delete()
            try:
                result = recompute(group, lambda done, of, group=group: self.stdout.write(f"  {group}: {done} of {of}"))
            except Refused as reason:
                raise CommandError(str(reason)) from reason
            self.stdout.write(f"Group {group} is up to date with change {result.holds_to}.")
