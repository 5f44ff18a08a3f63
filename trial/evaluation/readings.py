"""How the analysis reads a date whose day or month is unknown; the record itself is never completed. PURE.

Each reading is our own, stands in the settings, and is said in words wherever it was used.
"""

from dataclasses import dataclass
from datetime import date

from trial.partial_date import PartialDate, shown


@dataclass(frozen=True)
class ReadDate:
    """The day an analysis uses; `words` is empty when the date on record was complete."""

    on: date
    words: str = ""


def read(partial: PartialDate, reading: str, not_before: date | None = None) -> ReadDate:
    """A partial date as one day.

    reading: `earliest`, `latest`, or any other name for "the earliest day it can mean that is not before `not_before`".
    """
    if partial.is_complete:
        return ReadDate(partial.earliest())
    on = partial.latest() if reading == "latest" else partial.earliest()
    if reading not in {"earliest", "latest"} and not_before is not None:
        on = min(max(on, not_before), partial.latest())
    return ReadDate(on, f"partial date {partial} read as {shown(on)}")


def surely_before(partial: PartialDate, on: date) -> bool:
    """Whether every day that the date can mean lies before `on`."""
    return partial.latest() < on
