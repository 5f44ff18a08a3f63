"""One line of words for an entry, where entries are listed: what it says, without its date."""

from collections.abc import Callable
from typing import Any

from trial.protocol import ctcae_v3


def _event(row: Any) -> str:
    grade = f"grade {row.grade}" if row.grade else f"grade {row.get_grade_missing_display().lower()}"
    serious = "" if row.seriousness == "no" else ", serious"
    return f"{event_name(row)}, {grade}{serious}"


def event_name(row: Any) -> str:
    """The term, its select, and the words of an “other” event."""
    try:
        term = ctcae_v3.term(row.term)
    except KeyError:
        return str(row.term)
    select = next((each.words for each in term.selects if each.code == row.select), "")
    return ": ".join(filter(None, (row.other_words or term.short_name, select)))


def _hormone(row: Any) -> str:
    if row.value is None:
        return f"{row.get_marker_display()}: {row.get_value_missing_display().lower()}"
    limit = "" if row.upper_limit is None else f" (upper limit {_plain(row.upper_limit)})"
    return f"{row.get_marker_display()} {_plain(row.value)} {row.get_unit_display()}{limit}"


def _plain(value: Any) -> str:
    return format(value.normalize(), "f")


def _pressure(row: Any) -> str:
    if row.systolic_mmhg is None or row.diastolic_mmhg is None:
        return "blood pressure not complete"
    return f"{row.systolic_mmhg}/{row.diastolic_mmhg} mmHg"


def _follow_up(row: Any) -> str:
    return f"{row.get_alive_display()}; {row.get_progression_display().lower()}"


LINES: dict[str, Callable[[Any], str]] = {
    "visit": lambda row: f"Cycle {row.cycle_number}, {_pressure(row)}" if row.cycle_number else "Screening",
    "blood_pressure": _pressure,
    "adverse_event": _event,
    "hormone": _hormone,
    "medication": lambda row: " ".join(filter(None, (row.name, row.dose))),
    "history": lambda row: row.condition,
    "deviation": lambda row: f"{row.get_kind_display()}: {row.description[:80]}",
    "off_treatment": lambda row: row.get_reason_display(),
    "follow_up": _follow_up,
    "death": lambda row: row.get_cause_display(),
    "withdrawal": lambda row: row.get_scope_display(),
    "off_study": lambda row: row.get_reason_display(),
}


def one_line(kind: str, row: Any) -> str:
    """The entry in one line."""
    return LINES[kind](row)
