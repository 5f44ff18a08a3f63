"""`manage.py board_report CUT FILE.pdf [--docx] [--open]`: the report of a data cut for its monitoring board."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.results import board_report
from analysis.views.files import plot_downloads
from trial.models import DataCut, audit


class Command(BaseCommand):
    """Writes the PDF, a Word document beside it, and notes in the access log that they were taken out."""

    help = "Write the report of a data cut for the board as a PDF, and as a Word document."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cut", metavar="CUT", help="Name of the data cut")
        parser.add_argument("file", metavar="FILE.pdf", type=Path, help="File to write; an existing one is replaced")
        parser.add_argument("--docx", action="store_true", help="Write FILE.docx beside it, with the same content")
        parser.add_argument("--open", action="store_true", help="Leave out what is for the board alone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exits with status 1 where there is no such data cut, or a file cannot be written."""
        cut = DataCut.objects.filter(name=options["cut"]).first()
        if cut is None:
            raise CommandError(f"There is no data cut named “{options['cut']}”.")
        beside = options["file"].with_suffix(".docx")
        if options["docx"] and beside == options["file"]:
            raise CommandError("Name the PDF; the Word document stands beside it.")
        part = ", open part" if options["open"] else ""
        audit.note(None, audit.Kind.RESULTS, f"Board report of data cut {cut.name}{part}, on the command line")
        report = board_report.content(cut, plot_downloads.of_report)
        report = board_report.open_part(report) if options["open"] else report
        for ending in ("pdf", "docx") if options["docx"] else ("pdf",):
            target = beside if ending == "docx" else options["file"]
            try:
                target.write_bytes(board_report.MADE_BY[ending](report))
            except OSError as error:
                raise CommandError(f"{target} cannot be written: {error.strerror}.") from error
            self.stdout.write(f"Report of data cut {cut.name} written to {target}.")
