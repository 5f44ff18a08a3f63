"""The grades of what a visit measured: laboratory, weight and blood pressure of one participant, in order of time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from trial.models import BloodPressure, Participant, Visit
from trial.record.rows import standing
from trial.rules.safety.blood_pressure import Pressure, grade_pressure
from trial.rules.safety.laboratory import Grading, Measured, grade

PRESSURE, WEIGHT = "BP", "WEIGHT"
# Weight and blood pressure at screening or at the start of cycle 1 are what later ones are held against [our reading].
LAST_CYCLE_OF_BASELINE = 1
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Past:
    """What was measured of one participant on any day; rules look only at what lies before the day they grade."""

    weights_before_treatment: tuple[tuple[date, Decimal], ...]
    pressures: tuple[Pressure, ...]

    def weight_before(self, day: date) -> Decimal | None:
        """The last weight before treatment that was taken before this day, in kg."""
        return next((kg for on, kg in reversed(self.weights_before_treatment) if on < day), None)


def past_of(visits: Iterable[Visit], pressures: Iterable[BloodPressure]) -> Past:
    """From the standing visits and blood pressures of one participant."""
    visits = sorted(visits, key=lambda each: each.visited_on)
    measured = [_pressure(vars(each), each.visited_on) for each in visits]
    measured += [_pressure({**vars(each), "cycle_number": None}, each.measured_on) for each in pressures]
    weights = [(each.visited_on, each.weight_kg) for each in visits
               if each.weight_kg is not None and each.cycle_number <= LAST_CYCLE_OF_BASELINE]  # fmt: skip
    return Past(tuple(weights), tuple(each for each in measured if each is not None))


def past_on_record(participant: Participant) -> Past:
    """The past of a participant as it stands in the record."""
    return past_of(standing(participant, Visit), standing(participant, BloodPressure))


def _pressure(values: Values, day: date) -> Pressure | None:
    systolic, diastolic = values.get("systolic_mmhg"), values.get("diastolic_mmhg")
    if systolic is None or diastolic is None:
        return None
    number = values.get("cycle_number")
    return Pressure(day, systolic, diastolic, number is not None and number <= LAST_CYCLE_OF_BASELINE)


def grade_body(values: Values, day: date, past: Past) -> dict[str, Grading]:
    """The grades of weight and blood pressure measured on this day, as far as they were."""
    found = {}
    pressure = _pressure(values, day)
    if pressure is not None:
        found[PRESSURE] = grade_pressure(pressure, past.pressures)
    weight, before = values.get("weight_kg"), past.weight_before(day)
    if weight is not None and before is not None:
        found[WEIGHT] = grade(Measured(WEIGHT, weight, "kg", baseline=before))
    return found
