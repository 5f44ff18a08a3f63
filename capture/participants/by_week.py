"""The casebook of one participant in one list by study week: what the schedule asks for and what was entered."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from capture.participants.band import Entry
from capture.participants.entry_lists import EntryList, Listed
from capture.participants.matrix import Cell, Row
from trial.protocol import constant
from trial.rules.dates.partial_date import PartialDate

SCANS, CYCLES, OTHER = "Tumor assessment", "Cycle", "Other entries"


@dataclass(frozen=True)
class Item:
    """One form of the casebook, filled or asked for. cell: None where the schedule does not ask for it; listed: None
    where it is not one entry. on: the day that places it; None: not known.
    """

    column: str
    on: date | None
    words: str
    url: str
    cell: Cell | None = None
    listed: Listed | None = None
    key: Entry | None = None
    response: str = ""


@dataclass(frozen=True)
class Week:
    """The items of a few weeks: (column, its items) for each."""

    title: str
    begins_on: date | None
    cells: list[tuple[str, list[Item]]] = field(default_factory=list)


@dataclass(frozen=True)
class ByWeek:
    """The whole casebook; columns in order."""

    columns: tuple[str, ...]
    weeks: tuple[Week, ...]


def by_week(row: Row, lists: Sequence[EntryList]) -> ByWeek:
    """Weeks are counted from day 1 of treatment, from registration while there is none, and shown as cycles last."""
    assert row.evaluation is not None
    facts, every = row.evaluation.facts, constant("cycle_days")
    start = min((each.started_on for each in facts.cycles), default=facts.registered_on)
    columns = (SCANS, CYCLES, *row.entries, OTHER)
    of_block: dict[int | None, list[Item]] = defaultdict(list)
    for item in _items(row, lists):
        of_block[_block(item.on, start, every)].append(item)
    weeks = [
        Week(_title(block, every), start + timedelta(days=block * every) if block is not None and block >= 0 else None,
             [(column, _in_order(of_block[block], column)) for column in columns])
        for block in sorted(of_block, key=lambda each: (each is None, each or 0))
    ]  # fmt: skip
    return ByWeek(columns, tuple(weeks))


def _in_order(items: Sequence[Item], column: str) -> list[Item]:
    return sorted((each for each in items if each.column == column), key=lambda each: each.on or date.max)


def _block(on: date | None, start: date, every: int) -> int | None:
    return None if on is None else max(-1, (on - start).days // every)


def _title(block: int | None, every: int) -> str:
    if block is None:
        return "Date not known"
    return f"Week {block * every // 7}" if block >= 0 else "Before treatment"


def _items(row: Row, lists: Sequence[EntryList]) -> Iterator[Item]:
    """What the schedule asks for, joined with its entry, then the entries that it does not ask for."""
    listed = {each.url: (of.form, each) for of in lists for each in of.entries}
    keys, responses = _keys(row), _responses(row)
    for column, cells in _columns(row).items():
        for cell in cells:
            form, entry = listed.pop(cell.url, (None, None))
            key = (form.kind, entry.row.pk) if form and entry else keys.get(cell.url)
            yield Item(column, cell.due.done_on or cell.due.due_on, cell.due.what.rpartition(", ")[2], cell.url, cell,
                       entry, key, responses.get(key, "") if key else "")  # fmt: skip
    for form, entry in listed.values():
        column = form.title if form.title in row.entries else OTHER
        yield Item(column, _day(entry, form.dated_by), form.title, entry.url, None, entry, (form.kind, entry.row.pk))


def _columns(row: Row) -> Mapping[str, Sequence[Cell]]:
    parts = {SCANS: (row.baseline, *row.assessments), CYCLES: row.cycles, **row.entries,
             OTHER: (*row.follow_ups, *row.closing)}  # fmt: skip
    return {column: [cell for cell in cells if cell] for column, cells in parts.items()}


def _keys(row: Row) -> dict[str, Entry]:
    """Address → entry, of the forms with pages of their own."""
    assert row.evaluation is not None
    ids = {each.number: each.id for each in row.evaluation.facts.cycles}
    cycles = {cell.url: ("cycle", ids[n]) for n, cell in enumerate(row.cycles, start=1) if cell and n in ids}
    of_day = {each.assessed_on: ("baseline" if each.kind == "baseline" else "follow_up_scan", each.id)
              for each in row.evaluation.facts.assessments}  # fmt: skip
    scans = {cell.url: of_day[cell.due.done_on] for cell in (row.baseline, *row.assessments)
             if cell and cell.due.done_on in of_day}  # fmt: skip
    return {**cycles, **scans}


def _responses(row: Row) -> dict[Entry, str]:
    assert row.evaluation is not None
    outcomes = row.evaluation.outcomes
    return {("follow_up_scan", key): outcome.overall.value for key, outcome in outcomes.items()}


def _day(entry: Listed, dated_by: str) -> date | None:
    when = getattr(entry.row, dated_by)
    if isinstance(when, PartialDate):
        return when.earliest()
    return when if isinstance(when, date) else None
