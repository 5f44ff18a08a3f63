"""Severe related toxicity one treated participant after the other, against a boundary that the settings name. PURE.

The registry record names no limit of toxicity, so that the boundary is off until the protocol does [interpretation].
"""

from collections.abc import Sequence
from typing import Any

from analysis.endpoints.answers.shapes import TREATED, Number, Table, percent
from analysis.outcomes.cohort import Cohort, Outcome, numbers
from analysis.outcomes.toxicity import UNDETERMINED, YES
from analysis.statistics.continuous import boundary, crossing
from analysis.statistics.intervals import MOST_PARTICIPANTS
from trial.protocol import OUR_READING
from trial.rules.accrual import many

LETTERS = {YES: "T", UNDETERMINED: "u"}
OFF, LARGE, CROSSED, UNCERTAIN, KEPT = "off", "not computed", "crossed", "not certain", "not crossed"
# The properties of the boundary are told at the tolerable rate and so many points of percent above it.
ABOVE = (0, 10, 20)
SEEN, UNKNOWN = "with severe related toxicity", "toxicity not determined"


def answer(cohort: Cohort) -> dict[str, Any]:
    """path: T (toxicity), u (undetermined) or n for each treated, by day of the first dose; treated: their numbers.

    bounds: for 1, 2 … treated the fewest with toxicity that stop (None: none would); empty while it is off. design:
    chance of stopping and participants on average under the tolerable rate and above it.
    """
    treated = sorted(cohort.treated, key=lambda outcome: outcome["treatment"]["first_dose_on"])
    path = "".join(LETTERS.get(outcome["toxicity"]["status"], "n") for outcome in treated)
    tolerable, error = cohort.settings.toxicity_stop_percent, cohort.settings.toxicity_stop_error_percent
    size = max(cohort.settings.accrual_ceiling, len(treated))
    is_on = tolerable is not None and size <= MOST_PARTICIPANTS
    bounds = boundary(size, tolerable / 100, error / 100) if is_on and tolerable is not None else ()
    state = OFF if tolerable is None else _state(path, bounds) if is_on else LARGE
    return {
        "denominator": len(treated),
        "treated": numbers(treated),
        "path": path,
        "tolerable_percent": tolerable,
        "error_percent": error,
        "bounds": list(bounds),
        "state": state,
        "words": _words(state, path, bounds),
        "design": _design(bounds, tolerable or 0),
        "rows": [{"label": SEEN, "participants": _with_status(treated, YES)},
                 {"label": UNKNOWN, "participants": _with_status(treated, UNDETERMINED)}],
    }  # fmt: skip


def _with_status(treated: Sequence[Outcome], status: str) -> list[str]:
    return numbers([outcome for outcome in treated if outcome["toxicity"]["status"] == status])


def crossed_at(path: str, bounds: Sequence[int | None], counted: str) -> int | None:
    """The first participant (from 1) at whom the boundary is reached by those of these letters; None: never."""
    seen = 0
    for place, (letter, bound) in enumerate(zip(path, bounds, strict=False), start=1):
        seen += letter in counted
        if bound is not None and seen >= bound:
            return place
    return None


def _state(path: str, bounds: Sequence[int | None]) -> str:
    if crossed_at(path, bounds, "T"):
        return CROSSED
    return UNCERTAIN if crossed_at(path, bounds, "Tu") else KEPT


def _words(state: str, path: str, bounds: Sequence[int | None]) -> str:
    seen, treated = path.count("T"), len(path)
    there = f"{seen} of {treated} treated with severe related toxicity"
    if state in (OFF, LARGE):
        why = "the protocol names no limit of toxicity" if state == OFF else "too many participants for exact sums"
        return f"{there}; no stopping boundary: {why}."
    if state == CROSSED:
        return f"The boundary was reached at participant {crossed_at(path, bounds, 'T')}: {there}."
    if state == UNCERTAIN:
        unknown = many(path.count("u"), "participant")
        return (f"{there}; with the {unknown} whose toxicity is not determined the boundary would be reached at "
                f"participant {crossed_at(path, bounds, 'Tu')}.")  # fmt: skip
    bound = bounds[treated - 1] if treated else None
    return f"The boundary was not reached: {there}{'' if bound is None else f', {bound} would stop'}."


def _design(bounds: Sequence[int | None], tolerable: int) -> list[dict[str, float]]:
    rates = [(tolerable + more) / 100 for more in ABOVE if bounds and tolerable + more <= 100]
    found = [(rate, crossing(bounds, rate)) for rate in rates]
    return [{"rate": rate, "stopped": each.probability, "participants": each.participants} for rate, each in found]


def rows(stored: dict[str, Any]) -> list[Number]:
    """How many have it, the state of the boundary, and the chance of stopping under each rate."""
    return [
        *(Number(row["label"], str(len(row["participants"])), f"row-toxicity_boundary:{row['label']}")
          for row in stored["rows"]),
        Number("stopping boundary", stored["state"]),
        *(Number(f"chance of ever stopping at {row['rate']:.0%}", percent(row["stopped"])) for row in stored["design"]),
    ]  # fmt: skip


TOXICITY_BOUNDARY = Table(
    code="toxicity_boundary", title="Toxicity stopping boundary", population=TREATED, source=OUR_READING, answer=answer,
    rows=rows, looks_at=("toxicity", "treatment"), line=lambda stored: str(stored["words"]),
    headline=lambda stored: str(stored["state"]), template="watch/toxicity_boundary",
)  # fmt: skip
