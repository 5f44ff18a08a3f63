"""The matrix of participants as plain values: a row per participant, a cell per form, its status in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from capture.expedited import listing
from trial.models import NotDone, Participant
from trial.models.fields import in_a_sentence
from trial.protocol import Due, code_lists, schedule
from trial.rules.dates.partial_date import shown
from trial.rules.evaluation.evaluated import Evaluation

# The whole trial on one page; a larger study in pages that open at once.
PAGE_ROWS = 100


@dataclass(frozen=True)
class Cell:
    """One form of one participant in the matrix: its status and where to open it.

    opens: makes the address; of the many cells of a large study only those on the page are asked for theirs.
    """

    due: Due
    opens: Callable[[], str]
    not_done: NotDone | None = None

    @cached_property
    def url(self) -> str:
        """Where the form is opened."""
        return self.opens()

    @property
    def name(self) -> str:
        """What it is and how it stands: `Cycle 3: complete 12-JAN-2026`, `Week 8: overdue, 03-AUG-2026 to …`."""
        if self.not_done:
            return f"{self.due.what}: not done: {in_a_sentence(self.not_done.get_reason_display())}"
        if self.due.done_on:
            return f"{self.due.what}: {self.due.status} {shown(self.due.done_on)}"
        return f"{self.due.what}: {self.due.status}, {shown(self.due.window_from)} to {shown(self.due.window_to)}"

    @property
    def may_be_left_out(self) -> bool:
        """Open, and of a kind that can be not done: a baseline and an end cannot, and a cycle is held instead."""
        is_open = self.not_done is None and self.due.status in (schedule.DUE, schedule.OVERDUE, schedule.MISSED)
        return is_open and not self.due.what.startswith(("Baseline", "Cycle", "Off "))


def _turn(due: Due) -> int:
    """The end of treatment before anything else; what was taken before it last."""
    if due.what == schedule.CLOSING[schedule.OFF_TREATMENT]:
        return 0
    return 2 if schedule.is_about_doses(due.what) else 1


@dataclass(frozen=True)
class Step:
    """One thing to do next about a participant: what, its state in words, the status whose mark it takes, and where."""

    what: str
    state: str
    mark: str
    url: str


@dataclass(frozen=True)
class Row:
    """One participant of the matrix.

    evaluation: None before registration. entries: title of the form → its cells, of each form with a rule of its own
    (`capture.casebook.due`).
    """

    participant: Participant
    evaluation: Evaluation | None = None
    baseline: Cell | None = None
    cycles: tuple[Cell | None, ...] = ()
    assessments: tuple[Cell | None, ...] = ()
    follow_ups: tuple[Cell | None, ...] = ()
    entries: Mapping[str, tuple[Cell, ...]] = field(default_factory=dict)
    closing: tuple[Cell, ...] = ()

    @property
    def screening(self) -> str:
        """How the screening of a participant of the matrix stands, in words; empty once registered."""
        if self.participant.is_registered:
            return ""
        ended_on = getattr(self.participant, "screening_ended_on", None)
        reasons = dict(code_lists.SCREEN_FAILURE_REASONS)
        by = reasons.get(getattr(self.participant, "screening_ended_by", None) or "", "")
        return f"screen failure {shown(ended_on)}: {in_a_sentence(by)}" if ended_on else "in screening"

    @property
    def cells(self) -> tuple[Cell | None, ...]:
        """Baseline, cycles, assessments and follow-ups, each in order."""
        return (self.baseline, *self.cycles, *self.assessments, *self.follow_ups)

    @property
    def every(self) -> tuple[Cell | None, ...]:
        """The same, and the entries of the forms that a rule of the casebook asks for."""
        return (*self.cells, *chain.from_iterable(self.entries.values()), *self.closing)

    @property
    def parts(self) -> list[tuple[str, list[Cell]]]:
        """The forms by kind, with the name of the kind; only kinds of which something is on record or due."""
        named = (
            ("Tumor assessments", (self.baseline, *self.assessments)), ("Cycles", self.cycles),
            *self.entries.items(), ("Follow-up contacts", self.follow_ups),
            ("End of treatment and study", self.closing),
        )  # fmt: skip
        filled = [(name, [cell for cell in cells if cell]) for name, cells in named]
        return [(name, cells) for name, cells in filled if cells]

    @property
    def may_be_left_out(self) -> bool:
        """Whether several things can be said to be not done."""
        return sum(cell is not None and cell.may_be_left_out for cell in self.every) > 1

    @property
    def to_do(self) -> list[Cell]:
        """What is due or overdue: the end of treatment first, then the longest overdue, last doses in question."""
        found = [cell for cell in self.every if cell and cell.due.status in (schedule.DUE, schedule.OVERDUE)]
        return sorted(found, key=lambda cell: (_turn(cell.due), cell.due.status != schedule.OVERDUE, cell.due.due_on))

    def next_steps(self, clocks: Sequence[listing.Line]) -> list[Step]:
        """The open expedited reports, then what is due: the first is the next step on every page."""
        reports = [Step(each.what.partition(":")[0], each.state.lower(), each.mark, each.url)
                   for each in clocks if each.of.is_open]  # fmt: skip
        return reports + [Step(cell.due.what, cell.due.status, cell.due.status, cell.url) for cell in self.to_do]


@dataclass(frozen=True)
class Matrix:
    """The status of every form of the participants on one page; how many there are registered, and screened only."""

    rows: tuple[Row, ...]
    registered: int = 0
    screened: int = 0
    page: int = 1

    @property
    def in_all(self) -> int:
        """Participants on all pages."""
        return self.registered + self.screened

    @property
    def first(self) -> int:
        """The place of the first row among all."""
        return (self.page - 1) * PAGE_ROWS + 1

    @property
    def last(self) -> int:
        """The place of the last row."""
        return self.first + len(self.rows) - 1

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.in_all // PAGE_ROWS))
