"""`manage.py validation_report FILE.html [FILE.pdf]`: checks this installation, runs tests, writes the page to sign."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trial.operations.validation import document, rendering, report
from trial.refused import Refused


class Command(BaseCommand):
    """Exits with status 1 when a check or a test failed; the page is written all the same and says "Not valid"."""

    help = "Validate this installation and write the validation report."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="FILE.html, and optionally FILE.pdf")
        parser.add_argument("--skip-oq", action="store_true", help="check the installation only (the report states "
                                                                   "this)")
        parser.add_argument("--only", nargs="+", default=[], metavar="NUMBER", help="only these requirements, such "
                                                                                    "as R16")
        parser.add_argument("--docs", action="store_true", help="rewrite docs/validation.md and exit")

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes the files; CommandError (exit code 1) for what cannot be run and for what failed."""
        if options["docs"]:
            document.PLACE.write_text(document.text(), encoding="utf-8")
            return
        files = self._writers(options["files"])
        try:
            made = report.make(options["only"], options["skip_oq"])
            report.keep(made)
        except (ValueError, Refused) as error:
            raise CommandError(str(error), returncode=1) from error
        for file, write in files.items():
            file.write_bytes(write(made))
        for words in made.gaps:
            self.stdout.write(words)
        if made.failures:
            raise CommandError("Not valid: " + "; ".join(made.failures), returncode=1)
        self.stdout.write(f"{made.verdict}. Written: {', '.join(str(file) for file in files)}.")

    def _writers(self, files: list[Path]) -> dict[Path, Any]:
        known = {".html": rendering.html, ".pdf": rendering.pdf}
        if not files or len(files) > 2 or any(file.suffix not in known for file in files):
            raise CommandError("Name a file that ends in .html, and optionally one that ends in .pdf.", returncode=1)
        absent = [str(file.parent) for file in files if not file.parent.is_dir()]
        if absent:
            raise CommandError(f"There is no folder {absent[0]}.", returncode=1)
        return {file: known[file.suffix] for file in files}
