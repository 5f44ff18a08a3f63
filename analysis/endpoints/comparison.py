"""What changed between two results of a group: numbers, and the participants whose facts differ. PURE."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analysis.endpoints import registry
from analysis.endpoints.answers.shapes import Endpoint
from analysis.outcomes.cohort import Outcome

Result = dict[str, Any]
NOT_COMPUTED = "Not computed by that version"
NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(%?)")


def _read(words: str) -> tuple[Decimal, str] | None:
    """A number and its unit, `%` or none; None of other words."""
    found = NUMBER.fullmatch(words.replace("−", "-"))
    return (Decimal(found[1]), found[2]) if found else None


@dataclass(frozen=True)
class Difference:
    """A number or fact before and after, in words; `differs` where they do. of: the endpoint whose number it is."""

    words: str
    before: str
    after: str
    of: str = ""

    @property
    def short(self) -> str:
        """Its words beneath the title of the endpoint."""
        return self.words.removeprefix(f"{self.of}, ")

    @property
    def differs(self) -> bool:
        """Whether the two differ."""
        return self.before != self.after

    @property
    def change(self) -> str:
        """How far and which way a number moved: `+0.8`, `−2` or `−0.2 percentage points`; empty where one is none."""
        before, after = _read(self.before), _read(self.after)
        if before is None or after is None or before[1] != after[1] or not self.differs:
            return ""
        return f"{after[0] - before[0]:+}".replace("-", "−") + (" percentage points" if after[1] else "")

    @property
    def row(self) -> dict[str, Decimal | str | None]:
        """before, after and difference (of percent: in percentage points), numbers as numbers; and their unit."""
        before, after = _read(self.before), _read(self.after)
        units = {read[1] for read in (before, after) if read}
        if len(units) != 1:
            return {"before": self.before, "after": self.after, "difference": None, "unit": ""}
        return {"before": before[0] if before else self.before, "after": after[0] if after else self.after,
                "difference": after[0] - before[0] if before and after and self.differs else None, "unit": units.pop()}


def numbers(before: Result, after: Result) -> list[Difference]:
    """Every number of every endpoint in both results, in the order of the registry."""
    return [difference for endpoint in registry.ENDPOINTS for difference in _of_endpoint(endpoint, before, after)]


@dataclass(frozen=True)
class Headline:
    """What a reader of the dashboard is told of a comparison: in words, and how many other numbers differ."""

    words: tuple[str, ...]
    others: int


# Endpoint and words of each number whose change is told by name → what the dashboard calls it.
TOLD = {
    "Confirmed response rate, rate": "response", "Accrual, registered": "registered",
    "Deaths and serious adverse events, died of any cause": "deaths",
    "Deaths and serious adverse events, treatment-related death": "treatment-related deaths",
    "Deaths and serious adverse events, with a serious event": "with a serious event",
}  # fmt: skip


def headline(before: Result, after: Result) -> Headline:
    """The numbers that are told by name, who became or is no longer a confirmed responder, and how many others."""
    moved = [number for number in numbers(before, after)
             if number.differs and NOT_COMPUTED not in (number.before, number.after)]  # fmt: skip
    told = [f"{TOLD[number.words]} {number.before} → {number.after}" for number in moved if number.words in TOLD]
    was, now = (set(result["endpoints"]["response_rate"]["responders"]) for result in (before, after))
    told += [f"{number} is a confirmed responder" for number in sorted(now - was)]
    told += [f"{number} is no longer a confirmed responder" for number in sorted(was - now)]
    return Headline(tuple(told), sum(number.words not in TOLD for number in moved))


def in_one_line(before: Result, after: Result) -> str:
    """What of the numbers differs: the rate of the primary endpoint, and how many others."""
    every = numbers(before, after)
    name = f"{registry.PRIMARY.title}, rate"
    rate = next((number for number in every if number.words == name), None)
    others = sum(number.differs for number in every if number is not rate)
    if not others and (rate is None or not rate.differs):
        return "the same numbers"
    moved = [f"{registry.PRIMARY.title.lower()} {rate.before} → {rate.after}"] if rate and rate.differs else []
    moved += [f"{others} {'other ' if moved else ''}number{'s' if others > 1 else ''} changed"] if others else []
    return ", ".join(moved)


def _of_endpoint(endpoint: Endpoint, before: Result, after: Result) -> list[Difference]:
    earlier, later = _listed(endpoint, before), _listed(endpoint, after)
    if earlier is None and later is None:
        return [Difference(endpoint.title, NOT_COMPUTED, NOT_COMPUTED, endpoint.title)]
    words = dict.fromkeys([*(later or {}), *(earlier or {})])
    return [Difference(name, _value(earlier, later, name), _value(later, earlier, name), endpoint.title)
            for name in words]  # fmt: skip


def _listed(endpoint: Endpoint, result: Result) -> dict[str, str] | None:
    answer = result["endpoints"].get(endpoint.code)
    if answer is None:
        return None
    return {number.words: number.value for number in endpoint.listed(endpoint.arrange(answer))}


def _value(listed: dict[str, str] | None, other: dict[str, str] | None, words: str) -> str:
    """A row that only the other result has: nobody where rows are counts."""
    if listed is None:
        return NOT_COMPUTED
    return listed.get(words, "0" if other and other.get(words, "").isdigit() else "none")


def participants(before: Sequence[Outcome], after: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Study number and what differs in the facts that decide endpoints, for everyone in whom something does."""
    earlier = {outcome["number"]: _facts(outcome) for outcome in before}
    later = {outcome["number"]: _facts(outcome) for outcome in after}
    changed = []
    for number in sorted(earlier.keys() | later.keys()):
        differences = _differences(earlier.get(number, {}), later.get(number, {}))
        if differences:
            changed.append({"number": number, "differences": differences})
    return changed


def _differences(before: dict[str, str], after: dict[str, str]) -> list[Difference]:
    pairs = [Difference(words, before.get(words, "not in the group"), after.get(words, "not in the group"))
             for words in (after or before)]  # fmt: skip
    return [pair for pair in pairs if pair.differs]


def _facts(outcome: Outcome) -> dict[str, str]:
    """The deciding facts of one participant in words: those that several endpoints share, then each endpoint's own."""
    change = outcome["best_change_percent"]
    facts = {
        "Evaluable": "yes" if outcome["evaluable"] else f"no: {outcome['exclusion']}",
        "Best response": outcome["best"]["category"],
        "Best change of the sum": "none" if change is None else f"{change}%",
        "Cycles": str(outcome["treatment"]["cycles"]) if outcome["treatment"] else "none",
    }
    for endpoint in registry.ENDPOINTS:
        readable = endpoint.is_readable(outcome)
        facts |= endpoint.facts(outcome) if readable else {endpoint.title: NOT_COMPUTED}
    return facts
