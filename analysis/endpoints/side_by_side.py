"""The groups of the trial beside each other and summed, out of their stored answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.endpoints.answers.enrollment import AGE, BASELINE, spread_of
from analysis.endpoints.answers.shapes import percent

Answer = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """A number of one group, or of all of them (letter and figure empty), and its share of that population."""

    value: str
    share: str = ""
    letter: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Row:
    """One line of the table in words, with a cell for each group and one for all."""

    words: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Beside:
    """A table of groups beside each other."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]


def baseline(answers: Sequence[tuple[str, Answer]]) -> Beside:
    """The first table of (letter, stored answer) of each group; no "All" beside a single one."""
    summed = len(answers) > 1
    sizes = [answer["denominator"] for _, answer in answers]
    heads = [f"{letter} ({size})" for (letter, _), size in zip(answers, sizes, strict=True)]
    counts = [{row["label"]: len(row["participants"]) for row in answer["rows"]} for _, answer in answers]
    ages = [answer["ages"] for _, answer in answers]
    spreads = [Cell(spread_of(each)) for each in (*ages, *([sorted(sum(ages, []))] * summed))]
    rows = [Row(AGE, tuple(spreads))]
    for label in _labels([answer for _, answer in answers]):
        found = [each.get(label, 0) for each in counts]
        cells = [Cell(str(count), _share(count, size), letter, f"row-{BASELINE.code}:{label}" if count else "")
                 for count, size, (letter, _) in zip(found, sizes, answers, strict=True)]  # fmt: skip
        cells += [Cell(str(sum(found)), _share(sum(found), sum(sizes)))] * summed
        rows.append(Row(label, tuple(cells)))
    return Beside((*heads, *([f"All ({sum(sizes)})"] * summed)), tuple(rows))


def _labels(answers: Sequence[Answer]) -> list[str]:
    """Every label of these answers in the declared order of variables and values."""
    found = {row["label"]: (row["place"], row["label"]) for answer in answers for row in answer["rows"]}
    return sorted(found, key=lambda label: found[label])


def _share(count: int, among: int) -> str:
    return percent(count / among if among else None)
