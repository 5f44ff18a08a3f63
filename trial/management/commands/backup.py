"""`manage.py backup [--to FOLDER]`: one backup now, kept only when it is whole. Ends with 1 and the reason if not."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from trial.operations.backups import dump, nightly, places
from trial.refused import Refused


class Command(BaseCommand):
    """Into the product's folder, with a word on the Status page; or into another, which the Status page ignores."""

    help = "Back up the database: a dump in PostgreSQL's custom format, and a manifest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, metavar="FOLDER", help="folder for the backup (default: "
                                                                      "ENDPOINT_BACKUPS)")

    def handle(self, *args: Any, to: Path | None = None, **options: Any) -> None:
        """Prints what was made and the head to note elsewhere."""
        try:
            with places.embedded_server():
                made = dump.back_up(to.absolute(), settings.BACKUPS_KEPT_DAYS) if to else nightly.back_up()
        except Refused as error:
            raise CommandError(f"No backup was made. {error}", returncode=1) from error
        self.stdout.write(f"{(to or nightly.folder()).absolute() / made.file}")
        self.stdout.write(nightly.words(made))
        self.stdout.write(f"Keep this latest seal elsewhere: {made.contents.head}")
