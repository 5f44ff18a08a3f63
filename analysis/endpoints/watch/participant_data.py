"""What the endpoints are computed from, one line a participant, and the dictionary of its columns. PURE."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analysis.endpoints.registry import CURVES
from analysis.outcomes.cohort import Outcome, left_out_because

Value = str | int | Decimal | None
YES_NO = "yes or no"


@dataclass(frozen=True)
class Column:
    """One column: its name in the file, its title on the page, what its values are, and the value of a participant."""

    name: str
    title: str
    values: str
    of: Callable[[Outcome], Value]


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _of(name: str, key: str) -> Callable[[Outcome], Value]:
    """A value of a part of the outcome that may be missing as a whole."""
    return lambda outcome: outcome[name][key] if outcome[name] else None


def _exact(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _times() -> Iterator[Column]:
    """Days, event and why of each curve of the registry."""
    for curve in CURVES:
        for key, title, values in (("days", "days", "whole days; empty where none can be told"),
                                   ("event", "event", "yes, no (censored); empty without a time"),
                                   ("because", "why", "what ends the time, or why it is censored")):  # fmt: skip
            yield Column(f"{curve.times}_{key}", f"{curve.title}, {title}", values, _time(curve.times, key))


def _time(name: str, key: str) -> Callable[[Outcome], Value]:
    def value(outcome: Outcome) -> Value:
        time = outcome[name]
        if time is None or (key == "event" and time["days"] is None):
            return None
        return _yes(time["event"]) if key == "event" else time[key]

    return value


COLUMNS: tuple[Column, ...] = (
    Column("participant", "Participant", "study number", lambda outcome: outcome["number"]),
    Column("site", "Site", "code of the site", lambda outcome: outcome["site"]),
    Column("registered_on", "Registered", "YYYY-MM-DD", lambda outcome: outcome["registered_on"]),
    Column("eligible", "Eligible", YES_NO, lambda outcome: _yes(outcome["eligible"])),
    Column("treated", "Treated", f"{YES_NO}: at least one dose", lambda outcome: _yes(outcome["treated"])),
    Column("evaluable", "Evaluable", YES_NO, lambda outcome: _yes(outcome["evaluable"])),
    Column("exclusion", "Why not evaluable", "kind of reason; empty for the evaluable", left_out_because),
    Column("age", "Age", "completed years at registration", _of("characteristics", "age")),
    Column("sex", "Sex", "code of the form", _of("characteristics", "sex")),
    Column("ecog", "ECOG", "0 to 4 at registration", _of("characteristics", "ecog")),
    Column("tumor_type", "Tumor type", "code of the form", _of("characteristics", "tumor_type")),
    Column("first_dose_on", "First dose", "YYYY-MM-DD", _of("treatment", "first_dose_on")),
    Column("last_dose_on", "Last dose", "YYYY-MM-DD", _of("treatment", "last_dose_on")),
    Column("cycles", "Cycles", "count", _of("treatment", "cycles")),
    Column("taken_mg", "Taken, mg", "milligrams", lambda outcome: _exact(outcome["treatment"]["taken_mg"])),
    Column("dose_intensity_percent", "Relative dose intensity", "percent of the planned dose",
           lambda outcome: _exact(outcome["treatment"]["dose_intensity_percent"])),
    Column("off_treatment_on", "Off treatment", "YYYY-MM-DD; empty without its form", _of("treatment", "off_on")),
    Column("off_treatment_reason", "Reason off treatment", "code of the form, or death without one",
           _of("treatment", "off_reason")),
    Column("best_response", "Best response", "CR, PR, SD, PD, early death or unknown", _of("best", "category")),
    Column("confirmed_response", "Confirmed response", "CR or PR; empty: none", _of("confirmed", "response")),
    Column("response_began_on", "Response began", "YYYY-MM-DD of the first scan of the pair",
           _of("confirmed", "began_on")),
    Column("best_change_percent", "Best change of the sum", "percent of the baseline sum",
           lambda outcome: _exact(outcome["best_change_percent"])),
    *_times(),
    Column("toxicity", "Toxicity", "yes, no or undetermined", _of("toxicity", "status")),
    Column("adverse_events", "Adverse events", "count of those since the first dose",
           lambda outcome: len(outcome["toxicity"]["events"])),
    Column("deviations", "Deviations", "count; empty in results older than it",
           lambda outcome: len(outcome["deviations"]) if "deviations" in outcome else None),
    Column("died_on", "Died", "YYYY-MM-DD, a partial date as it is read", _of("death", "on")),
    Column("cause_of_death", "Cause of death", "code of the form", _of("death", "cause")),
)  # fmt: skip
BY_NAME = {column.name: column for column in COLUMNS}


def rows(outcomes: Sequence[Outcome]) -> list[dict[str, Value]]:
    """One row a participant, in the order given."""
    return [{column.name: column.of(outcome) for column in COLUMNS} for outcome in outcomes]


def ordered(found: Sequence[dict[str, Value]], by: str, is_downwards: bool = False) -> list[dict[str, Value]]:
    """Sorted by a column; those without a value last, whichever way; equals by their order before.

    Study numbers keep the order given, which is that of registration.
    """
    if by == COLUMNS[0].name:
        return list(reversed(found)) if is_downwards else list(found)
    known = [row for row in found if row[by] not in (None, "")]
    return [*sorted(known, key=lambda row: _key(row[by]), reverse=is_downwards),
            *(row for row in found if row[by] in (None, ""))]  # fmt: skip


def _key(value: Any) -> tuple[int, Any]:
    """Numbers by size, text by the alphabet."""
    return (1, value) if isinstance(value, str) else (0, value)


def dictionary() -> list[dict[str, str]]:
    """Name, title and values of each column."""
    return [{"column": each.name, "title": each.title, "values": each.values} for each in COLUMNS]
