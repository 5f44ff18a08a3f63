"""`manage.py archive DIR [--site CODE]`: the archive of a site or of the study, to be read from disk."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from capture.copies import archive
from trial.models import Site
from trial.refused import Refused


class Command(BaseCommand):
    """Refuses a folder that holds something; a failure is an error and leaves nothing behind."""

    help = "Write every casebook (HTML and PDF), the data (CSV) and the audit trail into a new folder."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--site", metavar="CODE", help="site code (default: the whole study)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Says what was written, how to verify it, and what to note elsewhere."""
        site = Site.objects.filter(code=options["site"]).first() if options["site"] else None
        if options["site"] and site is None:
            raise CommandError(f"There is no site {options['site']}.")
        folder = options["folder"].absolute()
        try:
            made = archive.build(None, site, folder, self._told)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Archive of {archive.name_of(site)}: {made.casebooks} casebooks in {folder}")
        self.stdout.write(f"Verify with: python3 {folder / 'verify_copy.py'} --manifest {made.manifest}")

    def _told(self, done: int, of: int) -> None:
        if done % 10 == 0:
            self.stdout.write(f"{done} of {of} casebooks")
