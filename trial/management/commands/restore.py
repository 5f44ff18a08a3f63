"""`manage.py restore FILE --into NAME_OR_URL`: brings a backup back and proves it; 1 if it cannot."""

from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser

from trial.audit import verify
from trial.operations.backups import places, restore
from trial.refused import Refused


class Command(BaseCommand):
    """Never into a database that is in use, never over tables unless told, never a file that its manifest disowns."""

    help = "Restore a backup into an empty database, count the rows of every table and verify the audit chain."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="dump file, with its manifest in the same folder")
        parser.add_argument("--into", required=True, metavar="NAME_OR_URL", help="name of a local database, or its URL")
        parser.add_argument("--replace", action="store_true", help="empty the database first if it contains tables")
        parser.add_argument("--head", metavar="N:SEAL", help="NUMBER:SEAL kept elsewhere, also compared")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints counts and the result of the chain."""
        try:
            heads = (verify.head_from(options["head"]),) if options["head"] else ()
            with places.embedded_server():
                done = restore.restore(options["file"].absolute(), options["into"], options["replace"], heads)
        except (Refused, ValueError) as error:
            raise CommandError(str(error), returncode=1) from error
        except psycopg.Error as error:
            raise CommandError(f"The database refused the connection or does not answer: {error}",
                               returncode=1) from error
        for line in restore.words(done):
            self.stdout.write(line)
