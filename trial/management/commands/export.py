"""`manage.py export KIND DIR`: files of one moment, with a manifest.

KIND: `csv` and `xlsx` hold the whole record as it is now; `sdtm` holds the data sets of the standard as SAS transport
files and Dataset-JSON, `xpt` and `datasetjson` one of the two. `--as-of T` (a change number, or a day and time) and
`--cut NAME` read a past moment, `--site CODE` one site.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trial.models import audit
from trial.operations import exports
from trial.refused import Refused


class Command(BaseCommand):
    """Refuses a folder that holds something; a failure is an error and leaves nothing behind."""

    help = "Write every data set of the study into a new or empty folder."

    def add_arguments(self, parser: Any) -> None:
        """The kind of the files, the folder, and the moment."""
        parser.add_argument("kind", choices=sorted(exports.BY_NAME), metavar="KIND",
                            help="; ".join(f"{kind.name}: {kind.title}" for kind in exports.KINDS))  # fmt: skip
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--as-of", metavar="T", default="", help="What was on record at change 118, or at a day")
        parser.add_argument("--cut", metavar="NAME", default="", help="As of this data cut")
        parser.add_argument("--site", metavar="CODE", default="", help="Of this site (default: the whole study)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Names each data set while it is written, then what was written."""
        asked = exports.Asked(options["as_of"], options["cut"], options["site"])
        try:
            manifest = exports.write(options["kind"], options["folder"].absolute(), self._told, asked)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        more = f", {asked.words}" if asked.words else ""
        words = f"as {options['kind']}, change {manifest['change']}{more}, on the command line"
        exports.note(options["folder"], audit.Kind.RECORD, words)
        rows = sum(each["rows"] for each in manifest["files"])
        self.stdout.write(f"{rows} rows as of change {manifest['change']} in {options['folder']}")

    def _told(self, title: str) -> None:
        self.stdout.write(f"  {title}")
