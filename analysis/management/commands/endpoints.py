"""`manage.py endpoints --group A --json`: the endpoints of a group with numerators, denominators, limits, settings."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from analysis.recompute import recompute
from trial.protocol import Group


class Command(BaseCommand):
    """Recomputes the group if it is behind, then prints its result."""

    help = "Print every endpoint of a group."

    def add_arguments(self, parser: CommandParser) -> None:
        """--group A or B; --json for a machine."""
        parser.add_argument("--group", required=True, choices=[group.value for group in Group])
        parser.add_argument("--json", action="store_true", help="print JSON (null where there is no number)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes to standard output; JSON never holds NaN or infinity (allow_nan is off)."""
        stored = recompute(options["group"])
        answer = {"change": stored.change, "settings_version": stored.settings_version, **stored.result}
        if options["json"]:
            self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False))
            return
        rate = stored.result["endpoints"]["response_rate"]
        pfs = stored.result["endpoints"]["progression_free_survival"]
        self.stdout.write(f"Group {stored.group} as of change {stored.change}")
        counts = f"{rate['numerator']} of {rate['denominator']} evaluable"
        self.stdout.write(f"Confirmed response: {counts} ({rate['method']})")
        self.stdout.write(f"Progression-free survival: {pfs['words']}")
