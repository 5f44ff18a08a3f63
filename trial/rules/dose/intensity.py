"""Planned and taken dose of a cycle, and the relative dose intensity. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from trial import protocol
from trial.rules.typed_text import plain

DOSES_PER_DAY = {
    "twice_daily": Decimal(2),
    "once_daily": Decimal(1),
    "every_other_day": Decimal("0.5"),
    "held": Decimal(0),
}


@dataclass(frozen=True)
class CycleDose:
    """Milligrams planned at level 0 and taken as recorded; intensity in percent of planned (None: nothing planned)."""

    planned_mg: Decimal
    taken_mg: Decimal

    @property
    def intensity_percent(self) -> Decimal | None:
        """Taken over planned."""
        if not self.planned_mg:
            return None
        return (self.taken_mg * 100 / self.planned_mg).quantize(Decimal("0.1"))


@dataclass(frozen=True)
class TabletCount:
    """Tablets that the dosing periods of a cycle plan, and those that are gone: dispensed and not returned."""

    planned: Decimal
    gone: int

    @property
    def is_off(self) -> bool:
        """Whether the two differ by more than the tolerance [our reading]."""
        return abs(self.gone - self.planned) * 100 > self.planned * protocol.constant("tablets_tolerance_percent")

    @property
    def in_words(self) -> str:
        """`planned 112 · gone 224 (200%)`; without a percentage where nothing was planned."""
        share = ""
        if self.planned:
            percent = (self.gone * 100 / self.planned).quantize(Decimal("0.1")).normalize()
            share = f" ({percent:f}%)"
        return f"planned {plain(self.planned)} · gone {self.gone}{share}"


def tablet_count(
    periods: Sequence[tuple[int, int, int, str]], dispensed: int | None, returned: int | None
) -> TabletCount | None:
    """The tablets of a cycle; None while its periods, or what was dispensed or returned, are not known."""
    if not periods or dispensed is None or returned is None:
        return None
    return TabletCount(cycle_dose(periods).taken_mg / protocol.constant("tablet_mg"), dispensed - returned)


def cycle_dose(periods: Sequence[tuple[int, int, int, str]], days: int | None = None) -> CycleDose:
    """What one cycle planned and took.

    periods: (from day, to day, dose in mg, frequency); an every-other-day period starts with a dose day. days: how
    many are planned (None: those of a whole cycle).
    """
    days = protocol.constant("cycle_days") if days is None else days
    planned = Decimal(days * 2 * protocol.constant("full_dose_mg"))
    taken = sum((_taken(*period) for period in periods), Decimal(0))
    return CycleDose(planned, taken)


def days_planned(
    periods: Sequence[tuple[int, int, int, str]], is_running: bool, next_after: int | None = None
) -> int:
    """Days from day 1 that the dose is planned for: a whole cycle, or to the last dose after it.

    A cycle that still runs is planned up to its last day with a dosing record; one that the next cycle ends, which
    began so many days after it (next_after), up to the day before.
    """
    last = max((to_day for _, to_day, _, _ in periods), default=0)
    if is_running:
        return last
    planned = max(last, protocol.constant("cycle_days"))
    return planned if next_after is None else min(planned, next_after)


def _taken(from_day: int, to_day: int, dose_mg: int, frequency: str) -> Decimal:
    days = to_day - from_day + 1
    if frequency == "every_other_day":
        return Decimal((days + 1) // 2 * dose_mg)
    return DOSES_PER_DAY[frequency] * days * dose_mg
