"""Tablets of a cycle: those gone against those of the dosing periods, as typed, when saved, and on the saved page."""

from typing import Any

import pytest

from capture.casebook.forms import treatment
from tests.capture.typed import signed_in
from tests.cast import Cast, cast_of
from trial.models import Cycle, Role
from trial.rules.dose.intensity import tablet_count

PAGE = "/participants/NET-001/cycles/1/"
LIVE = "/participants/NET-001/cycles/tablets/"
TYPED = {"started_on": "12-JAN-2026", "tablets_dispensed": "224", "tablets_returned": "0"}
PERIOD = {"1-from_day": "1", "1-to_day": "28", "1-dose_mg": "400", "1-frequency": "twice_daily"}
WORDS = "Tablets: planned 112 · gone 224 (200%)"


@pytest.fixture
def nora(database: object) -> Any:
    """Nora's browser, at the participant of the fixed cast."""
    cast: Cast = cast_of()
    return signed_in(cast.people[Role.COORDINATOR])


@pytest.mark.parametrize(
    ("periods", "given", "words", "is_off"),
    [
        (((1, 28, 400, "twice_daily"),), (112, 0), "planned 112 · gone 112 (100%)", False),
        (((1, 28, 400, "twice_daily"),), (112, 6), "planned 112 · gone 106 (94.6%)", True),
        (((1, 14, 400, "twice_daily"), (15, 28, 400, "once_daily")), (112, 28), "planned 84 · gone 84 (100%)", False),
        (((1, 28, 0, "held"),), (112, 112), "planned 0 · gone 0", False),
        (((1, 28, 0, "held"),), (112, 111), "planned 0 · gone 1", True),
    ],
)
def test_tablets_are_counted_from_the_milligrams_of_the_periods(
    periods: tuple[tuple[int, int, int, str], ...], given: tuple[int, int], words: str, is_off: bool
) -> None:
    count = tablet_count(periods, *given)
    assert count is not None and (count.in_words, count.is_off) == (words, is_off)


@pytest.mark.parametrize(("dispensed", "returned"), [(None, 0), (112, None)])
def test_nothing_is_said_of_tablets_that_are_not_known(dispensed: int | None, returned: int | None) -> None:
    assert treatment.tablets_of(treatment.AS_PLANNED, dispensed, returned) is None


def test_the_line_stands_beside_what_is_typed_and_a_difference_asks_with_both_numbers(nora: Any) -> None:
    assert WORDS in nora.post(LIVE, TYPED | PERIOD).content.decode()
    assert "Tablets" not in nora.post(LIVE, TYPED | PERIOD | {"tablets_returned": "x"}).content.decode()
    page = nora.post(PAGE, TYPED | PERIOD).content.decode()
    assert "differ by more than 5% from those of the dosing periods. " + WORDS in page
    assert not Cycle.objects.exists()
    saved = nora.post(PAGE, TYPED | PERIOD | {"acknowledge_DOSE-28": "two packs lost"}, follow=True).content.decode()
    assert f"Cycle 1, 12-JAN-2026, is saved. {WORDS}. Next due: Cycle 2, by 16-FEB-2026." in saved
    assert WORDS in nora.get(PAGE).content.decode(), "without scripts, too"


def test_tablets_that_agree_ask_nothing(nora: Any) -> None:
    agreeing = TYPED | {"tablets_dispensed": "112", "as_planned": "1"}
    saved = nora.post(PAGE, agreeing, follow=True).content.decode()
    assert "Cycle 1, 12-JAN-2026, is saved. Tablets: planned 112 · gone 112 (100%)." in saved
