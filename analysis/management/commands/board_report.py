"""`manage.py board_report CUT FILE.pdf`: the report of a data cut for the data and safety monitoring board."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.results import board_report
from analysis.views import plot_downloads
from trial.models import DataCut, audit


class Command(BaseCommand):
    """Writes the PDF, and notes in the access log that it was taken out."""

    help = "Write the report of a data cut for the board as a PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cut", metavar="CUT", help="Name of the data cut")
        parser.add_argument("file", metavar="FILE.pdf", type=Path, help="File to write; an existing one is replaced")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exits with status 1 where there is no such data cut, or the file cannot be written."""
        cut = DataCut.objects.filter(name=options["cut"]).first()
        if cut is None:
            raise CommandError(f"There is no data cut named “{options['cut']}”.")
        audit.note(None, audit.Kind.RESULTS, f"Board report of data cut {cut.name}, on the command line")
        try:
            options["file"].write_bytes(board_report.drawn(cut, plot_downloads.of_report))
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"Report of data cut {cut.name} written to {options['file']}.")
