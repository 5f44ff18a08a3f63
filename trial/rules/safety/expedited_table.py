"""Which adverse events need an expedited report, and how soon: a table of rules, as data. PURE.

`expedited_table.csv`, one line per rule. from_day, to_day: days after the last dose, 0 while treatment goes on, to_day
empty for an open end. expectedness, hospital_stay (24 hours or more, or a longer stay), attribution (related: possible,
probable or definite): a value, or `any`. notify_within_hours: a first notification, counted from the moment the site
became aware; report_within_days: the complete report, in calendar days. What no line asks for needs no report.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from trial.refused import Refused

_PLACE = Path(__file__).with_name("expedited_table.csv")
SOURCE = "CTEP's table for phase 2 and 3, as protocols of 2005 to 2011 printed it; not compared with a copy"
TO_BE_CONFIRMED, CONFIRMED = "to be confirmed by the sponsor", "confirmed by the sponsor"
ANY = "any"
# Column → its words, and what each stands for.
FACTS: dict[str, dict[str, bool]] = {
    "expectedness": {"expected": True, "unexpected": False},
    "hospital_stay": {"yes": True, "no": False},
    "attribution": {"related": True, "unrelated": False},
}
WHOLE_NUMBERS = ("from_day", "to_day", "grade", "notify_within_hours", "report_within_days")
COLUMNS = ("from_day", "to_day", "grade", *FACTS, "notify_within_hours", "report_within_days")
MAY_BE_EMPTY = ("to_day", "notify_within_hours")


@dataclass(frozen=True)
class Rule:
    """One line; None stands for `any`, for an open end, and for no first notification."""

    from_day: int
    to_day: int | None
    grade: int
    expected: bool | None
    hospital_stay: bool | None
    related: bool | None
    notify_within_hours: int | None
    report_within_days: int

    @property
    def demand(self) -> str:
        """What is to be sent, in words."""
        report = f"complete report within {self.report_within_days} calendar days"
        if self.notify_within_hours is None:
            return report
        return f"notification within {self.notify_within_hours} hours, {report} of it"

    @property
    def condition(self) -> str:
        """When it applies, in words."""
        until = f"day {self.from_day} or later" if self.to_day is None else f"days {self.from_day} to {self.to_day}"
        words = (
            f"grade {self.grade}", _say(self.expected, "expected", "unexpected"),
            _say(self.related, "related", "unrelated or unlikely"),
            _say(self.hospital_stay, "in hospital for 24 hours or more", "not in hospital for 24 hours"),
            f"{until} after the last dose",
        )  # fmt: skip
        return ", ".join(filter(None, words))

    def as_cells(self) -> dict[str, str]:
        """The line as it stands in a file."""
        words = dict(zip(FACTS, (self.expected, self.hospital_stay, self.related), strict=True))
        cells = {name: _cell(name, value) for name, value in words.items()}
        for name in WHOLE_NUMBERS:
            value = getattr(self, name)
            cells[name] = "" if value is None else str(value)
        return {name: cells[name] for name in COLUMNS}


def _say(value: bool | None, yes: str, no: str) -> str:
    return "" if value is None else yes if value else no


def _cell(column: str, value: bool | None) -> str:
    return next((word for word, meaning in FACTS[column].items() if meaning is value), ANY)


@cache
def shipped() -> tuple[Rule, ...]:
    """The rules that come with the product, in order."""
    with _PLACE.open(encoding="utf-8", newline="") as lines:
        return read(lines)


def read(lines: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of a CSV file with the columns of `COLUMNS`; all of it, or Refused."""
    table = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        raise Refused(f"The header lacks {', '.join(missing)}.")
    return from_cells(list(table))


def from_cells(rows: Iterable[dict[str, str | None]]) -> tuple[Rule, ...]:
    """The rules of lines that are read already; Refused for a line that is wrong and for two that overlap."""
    found, wrong = [], []
    for line, cells in enumerate(rows, start=2):
        problems = [words for name in COLUMNS if (words := _problem(name, (cells.get(name) or "").strip()))]
        wrong += [f"Line {line}: {words}" for words in problems]
        if not problems:
            found.append(_rule({name: (cells.get(name) or "").strip() for name in COLUMNS}))
    wrong += [f"Two rules apply to the same event: {one.condition}; {other.condition}."
              for one, other in combinations(found, 2) if _overlap(one, other)]  # fmt: skip
    if not found and not wrong:
        wrong = ["The table has no rules."]
    if wrong:
        raise Refused("\n".join(wrong))
    return tuple(found)


def _problem(column: str, cell: str) -> str:
    if column in FACTS:
        known = (*FACTS[column], ANY)
        return "" if cell in known else f"{column} is one of {', '.join(known)}, not “{cell}”."
    if not cell and column in MAY_BE_EMPTY:
        return ""
    if not (cell.isascii() and cell.isdigit() and len(cell) < 5):
        return f"{column} is a whole number, not “{cell}”."
    if column == "grade" and not 1 <= int(cell) <= 5:
        return "grade is 1 to 5."
    return "" if int(cell) > 0 or column in ("from_day", "to_day") else f"{column} is more than 0."


def _rule(cells: dict[str, str]) -> Rule:
    number = {name: int(cells[name]) if cells[name] else None for name in WHOLE_NUMBERS}
    from_day, grade, days = number["from_day"], number["grade"], number["report_within_days"]
    assert from_day is not None and grade is not None and days is not None
    expected, stay, related = (FACTS[name].get(cells[name]) for name in FACTS)
    return Rule(from_day, number["to_day"], grade, expected, stay, related, number["notify_within_hours"], days)


def _overlap(one: Rule, other: Rule) -> bool:
    facts = ((one.expected, other.expected), (one.hospital_stay, other.hospital_stay), (one.related, other.related))
    meet = all(a is None or b is None or a is b for a, b in facts)
    apart = any(first.to_day is not None and first.to_day < second.from_day
                for first, second in ((one, other), (other, one)))  # fmt: skip
    return one.grade == other.grade and meet and not apart
