"""`manage.py file_job ID`: a file that somebody asked for on the pages, made by a process of its own."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from trial.operations import file_jobs


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
        import_string(file_jobs.KINDS[job.kind].carried_out_by)(job)
