"""`manage.py load_ctcae FILE`: the NCI's own grade texts, from a file of the site, in place of our short words."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trial.protocol.ctcae_v3 import full_text
from trial.record import in_force
from trial.refused import Refused


class Command(BaseCommand):
    """Loads the whole file or nothing of it; a second file takes the place of the first."""

    help = "Load the NCI's full grade texts of CTCAE 3.0 from a CSV file (see docs/operations.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="CSV file, UTF-8, one line per term and site or type")
        parser.add_argument("--clear", action="store_true", help="remove the loaded texts")

    def handle(self, *args: Any, file: Path | None = None, clear: bool = False, **options: Any) -> None:
        """Prints how much was loaded; CommandError names each line that does not agree with the dictionary."""
        if clear:
            in_force.load({})
            self.stdout.write("The loaded texts are removed. The short descriptions of the product are shown.")
            return
        if file is None:
            raise CommandError("Name a file, or use --clear.")
        texts = self._read(file)
        count = in_force.load(texts)
        self.stdout.write(f"Loaded {count} grade texts for {len(texts)} rows of the dictionary.")

    def _read(self, file: Path) -> full_text.Texts:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                return full_text.read(lines)
        except Refused as refused:
            raise CommandError(f"Nothing was loaded.\n{refused}") from refused
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Nothing was loaded: {file} cannot be read as UTF-8 text.") from error
