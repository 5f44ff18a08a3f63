"""`manage.py export_trail DIR`: the whole audit trail with what it takes to verify it without the product."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from capture.trail.offline import export_trail
from trial.models import audit
from trial.operations import exports
from trial.refused import Refused


class Command(BaseCommand):
    """Refuses a folder that holds something; a failure is an error and leaves nothing behind."""

    help = "Write every change and audit record as sealed, and a script that verifies them, into a new folder."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        """Says what was written, and the head to note elsewhere."""
        folder = options["folder"].absolute()
        try:
            manifest = export_trail(folder)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        words = f"whole, up to change {manifest['changes']}, on the command line"
        exports.note(folder, audit.Kind.TRAIL, words)
        self.stdout.write(f"{manifest['changes']} changes and {manifest['versions']} audit records in "
                          f"{options['folder']}")
        self.stdout.write(f"Keep this latest seal elsewhere: {manifest['head']}")
        self.stdout.write(f"Verify with: python3 {folder / 'verify_trail.py'} --head {manifest['head']}")
