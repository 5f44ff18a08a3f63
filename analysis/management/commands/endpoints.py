"""`manage.py endpoints --group A --json`: the endpoints of a group with numerators, denominators, limits, settings.

`--as-of T` (a change number, or a day and time) answers with what was on record then, `--cutoff D` from facts dated on
or before D only, `--cut NAME` as of a data cut. Such an answer is computed by the same code and kept.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.endpoints import registry
from analysis.endpoints.comparison import NOT_COMPUTED
from analysis.results import moments
from analysis.results.recompute import recompute
from trial.models import audit
from trial.protocol import GROUPS
from trial.refused import Refused
from trial.rules.dates.partial_date import shown


class Command(BaseCommand):
    """Recomputes the group if it is behind, then prints its result."""

    help = "Print every endpoint of a group."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--group", required=True, choices=[group.code for group in GROUPS])
        parser.add_argument("--as-of", metavar="T", default="", help="What was on record at change 118, or at a day")
        parser.add_argument("--cutoff", metavar="D", default="", help="Only facts dated on or before 12-FEB-2006")
        parser.add_argument("--cut", metavar="NAME", default="", help="As of this data cut")
        parser.add_argument("--json", action="store_true", help="Print JSON (null where there is no number)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes to standard output; JSON never holds NaN or infinity (allow_nan is off)."""
        try:
            moment = moments.asked({name: options[name] for name in ("as_of", "cutoff", "cut")})
        except moments.WrongMoment as refusal:
            raise CommandError(str(refusal)) from None
        try:
            answer = _answer(options["group"], moment)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        words = f"Group {options['group']}, {moment.words if moment else 'now'}, on the command line"
        audit.note(None, audit.Kind.RESULTS, words)
        if options["json"]:
            self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False))
            return
        for line in _lines(answer):
            self.stdout.write(line)


def _answer(group: str, moment: moments.Moment | None) -> dict[str, Any]:
    """The result in the declared order; endpoints that its version did not compute are named."""
    if moment is None:
        stored = recompute(group)
        head: dict[str, Any] = {"change": stored.holds_to}
    else:
        stored = moments.compute(group, moment)
        head = {"change": stored.change, "as_of": moment.change, "cut": moment.cut or None}
        if moment.cutoff is not None:
            head["cutoff"] = shown(moment.cutoff)
    result = registry.arranged(stored.result)
    missing = [code for code in registry.BY_CODE if code not in result["endpoints"]]
    named = {"not_computed_by_that_version": missing} if missing else {}
    return {**head, "settings_version": stored.settings_version, **result, **named}


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    cutoff = f", clinical cut-off {answer['cutoff']}" if "cutoff" in answer else ""
    yield f"Group {answer['group']} as of change {answer['change']}{cutoff}"
    for endpoint in registry.ENDPOINTS:
        stored = answer["endpoints"].get(endpoint.code)
        yield f"{endpoint.title}: {NOT_COMPUTED if stored is None else endpoint.sentence(stored)}"
