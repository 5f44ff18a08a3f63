"""manage.py migrate beside programs that go on: what must wait for a lock gives back those it has, and is tried again.

A migration locks several tables, and so does a page. Where each waited for the other, the database would end one of
them, a page of somebody who saves among them. So the migration gives up first, well before that, and nobody waits long.
"""

import random
import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections

PATIENCE_MS = 150  # PostgreSQL looks for two that wait for each other once one of them waited a second
MOST_SECONDS = 15 * 60
LOCK_NOT_AVAILABLE, DEADLOCK = "55P03", "40P01"


class Command(migrate.Command):
    """Django's own, in as many turns as it takes. Each migration is whole or undone, and is not run twice."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError in words where the tables stay in use."""
        connection = connections[options["database"]]
        until = time.monotonic() + MOST_SECONDS
        while time.monotonic() < until:
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"SET lock_timeout = {PATIENCE_MS}")
                super().handle(*args, **options)
            except OperationalError as busy:
                if getattr(busy.__cause__, "sqlstate", "") not in (LOCK_NOT_AVAILABLE, DEADLOCK):
                    raise
                time.sleep(random.uniform(0.1, 0.5))
            else:
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")
                return
        raise CommandError("The tables are in use by other sessions. What was migrated is kept. Migrate again.")
