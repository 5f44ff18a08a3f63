"""`manage.py import_records DIR --person USERNAME`: files into the record, rehearsed first, all of it or nothing."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from capture.exchange.importing import files
from capture.exchange.importing.run import Report, import_files
from trial.models import Person
from trial.record.save import Save
from trial.refused import Refused

PROBLEMS_SHOWN = 100


class Command(BaseCommand):
    """Shows what the import would do, asks, and does it; `--template` writes empty files instead."""

    help = "Import CSV files: preview first, then all rows or none."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--template", action="store_true", help="write empty files into DIR and exit")
        parser.add_argument("--dry-run", action="store_true", help="show the import preview and exit")
        parser.add_argument("--person", metavar="USERNAME", help="username of the statistician who imports")
        parser.add_argument("--up-to", default="", metavar="NUMBER", help="register no participant after this study "
                                                                          "number")
        parser.add_argument("--yes", action="store_true", help="import without asking; the preview is still shown")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError when anything was refused; nothing is written then."""
        folder = options["folder"]
        if options["template"]:
            self._write_templates(folder)
            return
        person = self._person(options["person"])
        try:
            contents: dict[str, files.Content] = dict(files.from_folder(folder))
        except OSError as refusal:
            raise CommandError(f"{folder} cannot be read: {refusal.strerror}.") from refusal
        report = self._run(person, contents, options, rehearsal=True)
        self._show(report)
        if report.problems:
            raise CommandError(f"{len(report.problems)} problems: nothing was imported.")
        if options["dry_run"] or not report.new:
            self.stdout.write("Nothing was written." if report.new else "No new rows: nothing was written.")
            return
        if not options["yes"] and not self._is_agreed():
            self.stdout.write("Nothing was written.")
            return
        report = self._run(person, contents, options, rehearsal=False)
        if report.problems:
            self._show(report)
            raise CommandError("The study data changed after the preview. Nothing was imported.")
        self.stdout.write(f"Imported {report.new} rows in {report.changes} changes.")

    def _is_agreed(self) -> bool:
        try:
            return input("Import these rows? Enter yes: ").strip().lower() == "yes"
        except EOFError:
            raise CommandError("No answer: add --yes for a run without a user. Nothing was imported.") from None

    def _write_templates(self, folder: Path) -> None:
        try:
            names = files.write_templates(folder)
        except OSError as refusal:
            raise CommandError(f"The templates were not written: {refusal.strerror}.") from refusal
        self.stdout.write(f"{len(names) - 1} empty files, and what their columns mean, are in {folder}.")

    def _person(self, username: str | None) -> Person:
        found = Person.objects.filter(username=username or "", is_active=True).first()
        if found is None:
            raise CommandError("Name the statistician who imports: --person USERNAME.")
        return found

    def _run(
        self, person: Person, contents: dict[str, files.Content], options: dict[str, Any], *, rehearsal: bool
    ) -> Report:
        source = options.get("source") or f"folder {options['folder'].name}"
        try:
            return import_files(
                Save(person), contents, source, rehearsal=rehearsal, up_to=options["up_to"], told=self._told,
                adds_results=options.get("adds_results", False),
            )  # fmt: skip
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _told(self, done: int, of: int) -> None:
        if done % 10 == 0 or done == of:
            self.stderr.write(f"  {done} of {of} participants")

    def _show(self, report: Report) -> None:
        head = ("", "on record", "new", "unchanged", "refused", "skipped", "after")
        shown = [(each.title, each.before, each.new, each.unchanged, each.refused, each.left_out, each.after)
                 for each in report.lines if each.before or each.new or each.refused or each.left_out]  # fmt: skip
        self._table([head, *shown])
        for group in report.groups:
            self.stdout.write(
                f"Group {group.group}: {group.registered[0]} → {group.registered[1]} registered, "
                f"{group.assessments[0]} → {group.assessments[1]} assessments"
            )
        self._show_problems(report.problems)

    def _show_problems(self, problems: list[files.Problem]) -> None:
        for problem in problems[:PROBLEMS_SHOWN]:
            self.stdout.write(str(problem))
        if len(problems) > PROBLEMS_SHOWN:
            self.stdout.write(f"… and {len(problems) - PROBLEMS_SHOWN} more")

    def _table(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for first, *numbers in rows:
            self.stdout.write(f"{first:<44}" + "".join(f"{number!s:>11}" for number in numbers))
