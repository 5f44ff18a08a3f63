"""The first pass: rows of every data set to files of lines, with what the headers of the second pass must know.

A format that writes lengths before rows cannot be written in one pass; memory holds one part of the subjects.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO

from trial.rules.typed_text import plain
from trial.tabulation import texts
from trial.tabulation.declarations import DAY, DECIMAL, Core, DataSet, Kind, Variable
from trial.tabulation.subject import Study, Subject


@dataclass
class Seen:
    """What was seen of one variable: how many values, the longest, how many texts need letters replaced.

    longest: of a text its bytes in ASCII, of a number its digits. decimals: the most digits behind the point.
    """

    values: int = 0
    longest: int = 0
    decimals: int = 0
    replaced: int = 0


@dataclass
class Written:
    """One data set as lines: the file, its rows, and each variable as seen, in order."""

    data_set: DataSet
    lines: Path
    rows: int = 0
    seen: dict[str, Seen] = field(default_factory=dict)

    @cached_property
    def columns(self) -> list[tuple[Seen, Kind, bool]]:
        """What is seen of each variable, its kind, and whether its values are text."""
        return [(self.seen[each.name], each.kind, not each.is_number) for each in self.data_set.variables]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Those that stand in the files: a permissible one only where it carries data."""
        every = self.data_set.variables
        return tuple(each for each in every if each.core != Core.PERMISSIBLE or self.seen[each.name].values)

    def values(self) -> Iterator[list[Any]]:
        """The rows again, with the values of these variables; decimals exact."""
        wanted = [(place, each.kind is DECIMAL) for place, each in enumerate(self.data_set.variables)
                  if each in self.variables]  # fmt: skip
        with self.lines.open(encoding="utf-8") as file:
            for line in file:
                row, _ = READ(line)
                yield [Decimal(row[place]) if exact and row[place] is not None else row[place]
                       for place, exact in wanted]  # fmt: skip


class FirstPass:
    """The open files of all data sets; what is written is in `written` afterwards."""

    def __init__(self, data_sets: Sequence[DataSet], folder: Path) -> None:
        self.written = [
            Written(each, folder / f"{each.name}.lines", seen={one.name: Seen() for one in each.variables})
            for each in data_sets
        ]

    def write(self, parts: Iterable[list[Subject]], study: Study) -> list[Written]:
        """Writes the rows of every subject in their order, and last those of the design."""
        with ExitStack() as stack:
            files = [(each, stack.enter_context(each.lines.open("w", encoding="utf-8"))) for each in self.written]
            of_subjects = [one for one in files if not one[0].data_set.is_design]
            for part in parts:
                for subject in part:
                    study.count(subject)
                    for each, file in of_subjects:
                        self._rows(each, file, subject)
                    subject.memo.clear()  # the rows of a whole part would fill the memory
            for each, file in files:
                if each.data_set.is_design:
                    self._rows(each, file, study)
        return self.written

    def _rows(self, written: Written, file: TextIO, subject: Subject | Study) -> None:
        columns = written.columns
        for row in written.data_set.values(subject):
            for (seen, kind, is_text), value in zip(columns, row, strict=True):
                if value is not None:
                    seen.values += 1
                    if not is_text:
                        _see_number(seen, kind, value)
                    elif not value.isascii():
                        _see_letters(seen, value)
                    elif len(value) > seen.longest:
                        seen.longest = len(value)
            file.write(AS_TEXT(row) + "\n")
            written.rows += 1


READ = json.JSONDecoder().raw_decode
AS_TEXT = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=str).encode


def _see_letters(seen: Seen, value: str) -> None:
    seen.replaced += 1
    # What has no replacement is refused where the transport file is written, with its subject.
    seen.longest = max(seen.longest, len(texts.without_accents(value).encode()))


def _see_number(seen: Seen, kind: Kind, value: Any) -> None:
    """Digits, and those behind the point; of a day those of its number."""
    shown = "20000" if kind is DAY else plain(value) if isinstance(value, Decimal) else str(value)
    whole, _, part = shown.lstrip("-").partition(".")
    seen.longest = max(seen.longest, len(whole) + len(part))
    seen.decimals = max(seen.decimals, len(part))
