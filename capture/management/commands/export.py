"""`manage.py export csv DIR` and `export xlsx DIR`: the whole record as files of one moment, with a manifest."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from capture.exchange.exporting.export import FORMS, export
from trial.models import audit
from trial.refused import Refused


class Command(BaseCommand):
    """Refuses a folder that holds something; a failure is an error and leaves nothing behind."""

    help = "Write every data set of the study into a new or empty folder."

    def add_arguments(self, parser: Any) -> None:
        """The form of the files and the folder."""
        parser.add_argument("form", choices=sorted(FORMS))
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        """Names each data set while it is written, then what was written."""
        try:
            manifest = export(options["form"], options["folder"].absolute(), self._told)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        words = f"as {options['form']}, change {manifest['change']}, on the command line"
        audit.note(None, audit.Kind.RECORD, words)
        rows = sum(each["rows"] for each in manifest["files"])
        self.stdout.write(f"{rows} rows as of change {manifest['change']} in {options['folder']}")

    def _told(self, title: str) -> None:
        self.stdout.write(f"  {title}")
