"""`manage.py endpoints --group A --json`: the endpoints of a group with numerators, denominators, limits, settings.

`--as-of T` (a change number, or a day and time) answers with what was on record then, `--cutoff D` from facts dated on
or before D only, `--cut NAME` as of a data cut. Such an answer is computed by the same code and kept.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.endpoints import registry
from analysis.results import moments
from analysis.results.recompute import recompute
from trial.models import audit
from trial.protocol import Group
from trial.rules.dates.partial_date import shown

SURVIVAL = ("overall_survival", "progression_free_survival", "time_to_progression", "duration_of_response")
SHARES = ("response_rate", "toxicity", "hormone_improvement", "adverse_events")
TITLES = {endpoint.code: endpoint.title for endpoint in registry.ENDPOINTS}


class Command(BaseCommand):
    """Recomputes the group if it is behind, then prints its result."""

    help = "Print every endpoint of a group."

    def add_arguments(self, parser: CommandParser) -> None:
        """--group A or B; the moment; --json for a machine."""
        parser.add_argument("--group", required=True, choices=[group.value for group in Group])
        parser.add_argument("--as-of", metavar="T", default="", help="what was on record at change 118, or at a day")
        parser.add_argument("--cutoff", metavar="D", default="", help="only facts dated on or before 12-FEB-2006")
        parser.add_argument("--cut", metavar="NAME", default="", help="as of this data cut")
        parser.add_argument("--json", action="store_true", help="print JSON (null where there is no number)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Writes to standard output; JSON never holds NaN or infinity (allow_nan is off)."""
        try:
            moment = moments.asked({name: options[name] for name in ("as_of", "cutoff", "cut")})
        except moments.WrongMoment as refusal:
            raise CommandError(str(refusal)) from None
        answer = _answer(options["group"], moment)
        words = f"Group {options['group']}, {moment.words if moment else 'now'}, on the command line"
        audit.note(None, audit.Kind.RESULTS, words)
        if options["json"]:
            self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False))
            return
        for line in _lines(answer):
            self.stdout.write(line)


def _answer(group: str, moment: moments.Moment | None) -> dict[str, Any]:
    if moment is None:
        stored = recompute(group)
        return {"change": stored.holds_to, "settings_version": stored.settings_version, **stored.result}
    stored = moments.compute(group, moment)
    head: dict[str, Any] = {"change": stored.change, "as_of": moment.change, "cut": moment.cut or None}
    cutoff = {} if moment.cutoff is None else {"cutoff": shown(moment.cutoff)}
    return {**head, **cutoff, "settings_version": stored.settings_version, **stored.result}


def _lines(answer: dict[str, Any]) -> Iterator[str]:
    cutoff = f", clinical cut-off {answer['cutoff']}" if "cutoff" in answer else ""
    yield f"Group {answer['group']} as of change {answer['change']}{cutoff}"
    for code, found in answer["endpoints"].items():
        if code in SHARES:
            limits = "" if found["lower"] is None else f", 95 % CI {found['lower']:.1%} to {found['upper']:.1%}"
            yield f"{TITLES[code]}: {found['numerator']} of {found['denominator']}{limits} ({found['method']})"
            if code == "response_rate":
                yield f"  {found['note']}"
        elif code == "monitoring":
            yield f"{TITLES[code]}: {found['line']}"
        elif code in SURVIVAL:
            yield f"{TITLES[code]}: {found['words']}; {found['events']} events among {found['denominator']}"
