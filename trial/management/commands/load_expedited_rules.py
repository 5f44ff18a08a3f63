"""`manage.py load_expedited_rules FILE --source WORDS`: the sponsor's table of expedited reporting in force."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trial.record import in_force
from trial.refused import Refused
from trial.rules.safety.expedited_table import Rule


class Command(BaseCommand):
    """Puts the whole file in force or nothing of it; every clock is counted by it from then on, past events too."""

    help = "Load a table of expedited reporting rules from a CSV file (see docs/operations.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="CSV file with the columns of the supplied table")
        parser.add_argument("--source", help="source of the table, such as “Protocol 7.3, amendment 2”")
        parser.add_argument("--confirmed", action="store_true", help="mark the table as confirmed by the sponsor")
        parser.add_argument("--clear", metavar="REASON", help="return to the supplied table, with this reason")

    def handle(self, *args: Any, file: Path | None, source: str | None, confirmed: bool, clear: str | None,
               **options: Any) -> None:  # fmt: skip
        """Prints what is in force; CommandError names each line that cannot be used."""
        if clear:
            count = in_force.back_to_shipped(clear)
            self.stdout.write(f"{count} loaded tables are struck out. The supplied table applies.")
            return
        if file is None or not (source or "").strip():
            raise CommandError("Name a file and its --source, or use --clear REASON.")
        rules = self._load(file, str(source).strip(), confirmed)
        mark = in_force.table_in_force().mark
        self.stdout.write(f"{len(rules)} rules apply, {mark}. An event that matches no rule needs no expedited report.")

    def _load(self, file: Path, source: str, confirmed: bool) -> tuple[Rule, ...]:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                return in_force.put_in_force(lines, source[:300], confirmed)
        except Refused as refused:
            raise CommandError(f"Nothing was changed.\n{refused}") from refused
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Nothing was changed: {file} cannot be read as UTF-8 text.") from error
