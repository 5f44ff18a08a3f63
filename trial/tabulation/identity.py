"""Who and which row: identifiers that never move, and the way back to the entry. PURE."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]


def usubjid(study: str, site: str, reference: str) -> str:
    """`NET-NORTH-001`: study, the site of the screening, and study number (screening number before registration).

    A number that begins with the study is not named twice.
    """
    return f"{study}-{site}-{reference.removeprefix(f'{study}-')}"


def spid(table: str, row: int) -> str:
    """`adverse_event/38`: the entry, by which its form and history are found."""
    return f"{table}/{row}"


def places(rows: Sequence[Row]) -> Mapping[int, int]:
    """Row id → its rank from 1 among all rows that a participant ever had of a table, struck-out ones counted."""
    return {each: rank for rank, each in enumerate(sorted(row["id"] for row in rows), start=1)}
