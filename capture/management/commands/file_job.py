"""`manage.py file_job ID`: an archive or an import that somebody asked for on the pages, by a process of its own."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from capture.copies import archive_jobs
from capture.exchange.exporting import export_jobs
from capture.exchange.importing import import_jobs
from trial.operations import file_jobs

BY_KIND = {
    file_jobs.ARCHIVE: archive_jobs.carry_out,
    file_jobs.PREVIEW: import_jobs.carry_out,
    file_jobs.IMPORT: import_jobs.carry_out,
    file_jobs.EXPORT: export_jobs.carry_out,
}


class Command(BaseCommand):
    """Refuses what nobody asked for."""

    help = "Used by the web pages only."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("id")

    def handle(self, *args: Any, **options: Any) -> None:
        """What came of it stands on the page."""
        job = file_jobs.by_id(options["id"])
        if job is None or job.state != file_jobs.UNDER_WAY:
            raise CommandError("This was not requested.")
        BY_KIND[job.kind](job)
