"""The matrix by study week: each form of a participant as a sign in the weeks in which it was done or is due."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from capture.participants.matrix import Cell, Row
from trial.protocol import constant, schedule

# Sign of each kind of form, with its name for the legend.
SIGNS = {"B": "baseline", "C": "cycle", "S": "tumor assessment", "F": "follow-up contact", "D": "doses to be told"}
BEFORE = -1
# Today is shown where something is still to come.
ASKED = (schedule.DUE, schedule.OVERDUE, schedule.FUTURE)
EVERY = constant("cycle_days")


@dataclass(frozen=True)
class Mark:
    """One form in the matrix: the sign of its kind."""

    sign: str
    cell: Cell


@dataclass(frozen=True)
class WeekCell:
    """What lies in the weeks of one column; is_today: today is one of their days."""

    marks: tuple[Mark, ...]
    is_today: bool


@dataclass(frozen=True)
class StudyWeeks:
    """Rows of participants under columns that last a cycle each, from before treatment on."""

    lines: Mapping[int, Mapping[int, list[Mark]]]
    today: Mapping[int, int | None]

    @cached_property
    def blocks(self) -> list[int]:
        """The columns, without those in which nothing lies before the first and after the last."""
        used = [block for line in self.lines.values() for block in line]
        return list(range(min(used), max(used) + 1)) if used else []

    @property
    def titles(self) -> list[str]:
        """The headings of the columns."""
        return ["Before" if block == BEFORE else str(block * EVERY // 7) for block in self.blocks]

    def cells(self, participant_id: int) -> list[WeekCell]:
        """The row of a participant."""
        line, today = self.lines[participant_id], self.today[participant_id]
        return [WeekCell(tuple(line.get(block, ())), block == today) for block in self.blocks]


def study_weeks(rows: Sequence[Row], today: Callable[[int], date]) -> StudyWeeks:
    """Weeks are counted from day 1 of treatment, from registration while there is none. today: site id → its day."""
    lines: dict[int, dict[int, list[Mark]]] = {}
    days: dict[int, int | None] = {}
    for row in rows:
        key, start = row.participant.pk, _start(row)
        is_asked = any(cell and cell.due.status in ASKED for cell in row.every)
        lines[key] = {}
        days[key] = _block(today(row.participant.site_id), start) if start is not None and is_asked else None
        for mark in _marks(row):
            if start is not None:
                lines[key].setdefault(_block(mark.cell.due.done_on or mark.cell.due.due_on, start), []).append(mark)
    return StudyWeeks(lines, days)


def _start(row: Row) -> date | None:
    if row.evaluation is None:
        return None
    facts = row.evaluation.facts
    return min((each.started_on for each in facts.cycles), default=facts.registered_on)


def _block(on: date, start: date) -> int:
    return max(BEFORE, (on - start).days // EVERY)


def _marks(row: Row) -> Iterator[Mark]:
    parts = (("B", (row.baseline,)), ("C", row.cycles), ("S", row.assessments), ("F", row.follow_ups))
    for sign, cells in parts:
        for cell in cells:
            if cell is not None:
                yield Mark("D" if schedule.is_about_doses(cell.due.what) else sign, cell)
