"""The table of expedited reporting in force: the sponsor's newest edition on record, else the shipped one."""

from collections.abc import Iterable
from dataclasses import dataclass

from trial import changes
from trial.models import ExpeditedTable
from trial.rules import expedited_table
from trial.rules.expedited_table import Rule


@dataclass(frozen=True)
class TableInForce:
    """Its rules, where they come from, and whose word they are."""

    rules: tuple[Rule, ...]
    source: str
    mark: str


def table_in_force() -> TableInForce:
    """One SQL statement."""
    row = ExpeditedTable.objects.filter(struck_out_reason="").last()
    if row is None:
        return TableInForce(expedited_table.shipped(), expedited_table.SOURCE, expedited_table.TO_BE_CONFIRMED)
    mark = expedited_table.CONFIRMED if row.is_confirmed else expedited_table.TO_BE_CONFIRMED
    return TableInForce(expedited_table.from_cells(row.rules), row.source, mark)


def put_in_force(lines: Iterable[str], source: str, is_confirmed: bool) -> tuple[Rule, ...]:
    """Puts the table of a file in force, all of it or nothing; every clock is then counted by it.

    Raises expedited_table.TableRefused, changes.RecordBusy.
    """
    rules = expedited_table.read(lines)
    with changes.record(None, "settings", f"Table of expedited reporting: {source}"):
        ExpeditedTable.objects.create(
            source=source, is_confirmed=is_confirmed, rules=[each.as_cells() for each in rules]
        )
    return rules


def back_to_shipped(reason: str) -> int:
    """Strikes every edition out, so that the shipped table is in force again; returns how many there were."""
    standing = list(ExpeditedTable.objects.filter(struck_out_reason=""))
    if standing:
        with changes.record(None, "strike_out", reason):
            for each in standing:
                each.struck_out_reason = reason
                each.save()
    return len(standing)
