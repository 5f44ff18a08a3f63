"""`manage.py sweep`: recomputes every group that is behind, once, as the worker does each minute."""

from typing import Any

from django.core.management.base import BaseCommand

from analysis.tasks import sweep


class Command(BaseCommand):
    """The worker runs it by itself when no sweep came through the broker."""

    help = "Recompute every group that is behind, once. Needs no broker."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        behind = sweep()
        self.stdout.write(f"Recomputed: {', '.join(behind) or 'none'}.")
