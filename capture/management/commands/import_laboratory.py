"""`manage.py import_laboratory FILE --layout LAYOUT --person USERNAME`: a laboratory's file, all of it or nothing."""

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from capture.exchange.importing.run import Report, import_files
from capture.exchange.laboratory import layout
from capture.exchange.laboratory.translate import Translated, translate
from trial.models import Person
from trial.record.save import Save
from trial.refused import Refused

PROBLEMS_SHOWN = 100


class Command(BaseCommand):
    """Previews first; a file that is on record as a whole writes nothing."""

    help = "Import results and hormone levels of a laboratory's file."

    def add_arguments(self, parser: Any) -> None:
        """The file, its layout, and who imports."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--layout", type=Path, required=True, metavar="TOML", help="columns, codes and units")
        parser.add_argument("--person", metavar="USERNAME", help="username of the statistician who imports")
        parser.add_argument("--dry-run", action="store_true", help="show the import preview and exit")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError when anything was refused; nothing is written then."""
        person = Person.objects.filter(username=options["person"] or "", is_active=True).first()
        if person is None:
            raise CommandError("Name the statistician who imports: --person USERNAME.")
        path: Path = options["file"]
        try:
            made = translate(path, layout.read(options["layout"]))
            source = f"{path.name}, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
            report = self._run(person, made, source, rehearsal=True)
            if options["dry_run"] or not report.new:
                self.stdout.write("Nothing was written." if report.new else "No new rows: nothing was written.")
                return
            report = self._run(person, made, source, rehearsal=False)
        except Refused as refusal:
            raise CommandError("\n".join(refusal.reasons)) from refusal
        self.stdout.write(f"Imported {report.new} rows in {report.changes} changes.")

    def _run(self, person: Person, made: Translated, source: str, *, rehearsal: bool) -> Report:
        if made.problems:
            self._refuse(made.problems)
        report = import_files(Save(person), made.contents, source, rehearsal=rehearsal, adds_results=True)
        if report.problems:
            self._refuse([made.placed(each) for each in report.problems])
        if rehearsal:
            for row in report.rows:
                checks = f" {'; '.join(row.checks)}" if row.checks else ""
                self.stdout.write(f"{row.participant}: {row.words}.{checks}")
            for line in (each for each in report.lines if each.new or each.unchanged):
                self.stdout.write(f"{line.title}: {line.new} new, {line.unchanged} unchanged")
        return report

    def _refuse(self, problems: list[Any]) -> None:
        for problem in problems[:PROBLEMS_SHOWN]:
            self.stdout.write(str(problem))
        raise CommandError(f"{len(problems)} problems: nothing was imported.")
