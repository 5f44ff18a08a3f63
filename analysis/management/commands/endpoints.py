"""`manage.py endpoints --group A --json`: the endpoints of a group with numerators, denominators, limits, settings.

`--cutoff D` answers from facts dated on or before D only; such an answer is printed and not stored.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.endpoints import group_result, outcome
from analysis.endpoints.cut_off import cut_off
from analysis.recompute import newest_change, recompute
from trial import snapshot
from trial.gate_in_force import reopenings
from trial.protocol import Group
from trial.settings_in_force import settings_in_force

SURVIVAL = ("overall_survival", "progression_free_survival", "time_to_progression", "duration_of_response")
SHARES = ("response_rate", "toxicity", "hormone_improvement", "adverse_events")
TITLES = {endpoint.code: endpoint.title for endpoint in group_result.ENDPOINTS}


class Command(BaseCommand):
    """Recomputes the group if it is behind, then prints its result."""

    help = "Print every endpoint of a group."

    def add_arguments(self, parser: CommandParser) -> None:
        """--group A or B; --cutoff a day; --json for a machine."""
        parser.add_argument("--group", required=True, choices=[group.value for group in Group])
        parser.add_argument("--cutoff", metavar="D", help="use only facts dated on or before this day (2006-02-12)")
        parser.add_argument("--json", action="store_true", help="print JSON (null where there is no number)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes to standard output; JSON never holds NaN or infinity (allow_nan is off)."""
        answer = _answer(options["group"], options["cutoff"])
        if options["json"]:
            self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False))
            return
        for line in _lines(answer):
            self.stdout.write(line)


def _answer(group: str, cutoff: str | None) -> dict[str, Any]:
    if cutoff is None:
        stored = recompute(group)
        return {"change": stored.change, "settings_version": stored.settings_version, **stored.result}
    on = _day(cutoff)
    settings = settings_in_force(group)
    change = newest_change(group)
    facts = [cut_off(each, on, settings) for each in snapshot.participants(snapshot.group_members(group))]
    outcomes = [outcome.derive(each, settings) for each in facts if each is not None]
    head = {"change": change, "settings_version": settings.version(), "cutoff": on.isoformat()}
    return {**head, **group_result.compute(group, outcomes, settings, reopenings(group))}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is not a day. Give it as 2006-02-12.") from None


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    cutoff = f", clinical cut-off {answer['cutoff']}" if "cutoff" in answer else ""
    yield f"Group {answer['group']} as of change {answer['change']}{cutoff}"
    for code, found in answer["endpoints"].items():
        if code in SHARES:
            limits = "" if found["lower"] is None else f", 95 % CI {found['lower']:.1%} to {found['upper']:.1%}"
            yield f"{TITLES[code]}: {found['numerator']} of {found['denominator']}{limits} ({found['method']})"
        elif code in SURVIVAL:
            yield f"{TITLES[code]}: {found['words']}; {found['events']} events among {found['denominator']}"
