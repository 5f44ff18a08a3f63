"""`manage.py import_laboratory FILE --layout LAYOUT --person USERNAME`: a laboratory's file, all of it or nothing."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from capture.exchange.importing.run import Report
from capture.exchange.laboratory import layout
from capture.exchange.laboratory.translate import Translated, translate
from capture.management.commands import import_records
from trial.refused import Refused


class Command(import_records.Command):
    """Previews first; a file that is saved as a whole writes nothing. Problems name lines of the laboratory's file."""

    help = "Import results and hormone levels of a laboratory's file: preview first, then all rows or none."
    made: Translated

    def add_arguments(self, parser: Any) -> None:
        """The file, its layout, and who imports."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--layout", type=Path, required=True, metavar="TOML", help="columns, codes and units")
        parser.add_argument("--person", metavar="USERNAME", help="username of the statistician who imports")
        parser.add_argument("--dry-run", action="store_true", help="show the import preview and exit")
        parser.add_argument("--yes", action="store_true", help="import without asking; the preview is still shown")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError when anything was refused; nothing is written then."""
        path: Path = options["file"]
        self._person(options["person"])
        with tempfile.TemporaryDirectory(prefix="endpoint-laboratory-") as place:
            try:
                self.made = translate(path, layout.read(options["layout"]))
            except Refused as refusal:
                raise CommandError("\n".join(refusal.reasons)) from refusal
            if self.made.problems:
                self._show_problems(self.made.problems)
                raise CommandError(f"{len(self.made.problems)} problems: nothing was imported.")
            self.made.write(Path(place))
            source = f"{path.name}, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
            super().handle(**options, folder=Path(place), template=False, up_to="", source=source, adds_results=True)

    def _show(self, report: Report) -> None:
        report.problems = [self.made.placed(each) for each in report.problems]
        for row in report.rows:
            self.stdout.write(f"{row.participant}: {row.words}. {'; '.join(row.checks)}".rstrip())
        super()._show(report)
