"""`manage.py import_odm FILE --person USERNAME`: values of an ODM file, read by the rules of `import_records`."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from capture.exchange.odm import tables
from capture.exchange.odm.translate import translate
from capture.management.commands import import_records
from trial.refused import Refused


class Command(import_records.Command):
    """Reads a snapshot, or replays the transactions of a file; then everything is as for CSV files."""

    help = "Import an ODM 1.3 file: preview first, then all rows or none."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="show the import preview and exit")
        parser.add_argument("--person", metavar="USERNAME", help="username of the statistician who imports")
        parser.add_argument("--up-to", default="", metavar="NUMBER", help="register no participant after this study "
                                                                          "number")
        parser.add_argument("--yes", action="store_true", help="import without asking; the preview is still shown")
        parser.add_argument("--csv", type=Path, metavar="DIR", help="keep the rows as CSV files in this empty folder, "
                                                                    "whose lines the problems name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError when anything was refused; nothing is written then."""
        with tempfile.TemporaryDirectory(prefix="endpoint-odm-") as place:
            folder = options["csv"] or Path(place)
            if options["csv"] and (not folder.is_dir() or any(folder.iterdir())):
                raise CommandError(f"{folder} is not an empty folder.")
            try:
                said = translate(options["file"], folder)
            except Refused as refusal:
                raise CommandError(str(refusal)) from refusal
            except OSError as refusal:
                raise CommandError(f"{options['file']} cannot be read: {refusal.strerror}.") from refusal
            for table, rows in sorted(said.left_out.items()):
                self.stdout.write(f"Not imported: {tables.tables()[table].title}, {rows} rows")
            super().handle(**options, folder=folder, template=False, source=f"ODM file {options['file'].name}")
