"""`manage.py restore_drill`: proves the newest backup in a scratch database; 1 with every difference if not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trial.operations.backups import nightly, places
from trial.refused import Refused


class Command(BaseCommand):
    """The scratch database is gone, or empty again, afterwards; the result stands on the Status page."""

    help = (
        "Restore the latest backup into a scratch database, compare the rows of every table and verify the audit "
        "chain. Exits with status 1 when the drill fails."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints what was proven and how long it took."""
        try:
            with places.embedded_server():
                done = nightly.restore_drill()
        except Refused as error:
            raise CommandError(f"The restore drill failed. {error}", returncode=1) from error
        self.stdout.write(nightly.words_of_drill(done))
