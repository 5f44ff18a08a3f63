"""Dose proposals stand beside the event, the blood pressure and the cycle, and change nothing by themselves."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from capture.casebook.forms import treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import dosing, entries
from tests.capture.grading.test_event_proposals import EVENT, VISIT, signed_in
from tests.cast import Cast, cast_of
from trial.models import DosingPeriod, Role
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate
from trial.rules.dose.modification import LEVELS

HFS = "rash_hand_foot_skin_reaction"
FIRST_DAY = VISIT["visited_on"] - timedelta(days=10)


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast, with a first cycle: 14 days at level 0, then level −1."""
    found = cast_of()
    periods = [treatment.Period(1, 14, 400, "twice_daily"), treatment.Period(15, 28, 400, "once_daily", "skin")]
    dosing.save_cycle(Save(found.people[Role.COORDINATOR]), found.participant, 1, {"started_on": FIRST_DAY}, periods)
    return found


def event(cast: Cast, day: int, grade: int = 3, **changed: Any) -> Any:
    """An adverse event that began on this day of the cycle."""
    on = FIRST_DAY + timedelta(days=day - 1)
    values = {**EVENT, "term": HFS, "grade": grade, "onset_on": PartialDate(on.year, on.month, on.day), **changed}
    return entries.save(Save(), cast.participant, ENTRY_FORMS["adverse_event"], values)


def page(cast: Cast, address: str, role: str = Role.COORDINATOR) -> str:
    """The page as text."""
    return signed_in(cast, role).get(f"/participants/NET-001/{address}").content.decode().replace("\xa0", " ")


@pytest.mark.parametrize(("day", "level"), [(14, LEVELS[1]), (15, LEVELS[2])])
def test_the_proposal_goes_one_level_below_the_dose_that_was_taken_when_it_began(
    cast: Cast, day: int, level: Any
) -> None:
    row = event(cast, day)
    words = page(cast, f"adverse_event/{row.pk}/")
    assert f"then restart at level −{-level.number}: {level.words}" in words
    assert "Rule HAND-FOOT-3A: Label of 2005" in words and "Interpretation" in words


def test_the_strictest_stands_first_on_participant_and_cycle_page(cast: Cast) -> None:
    event(cast, 3, 3, term="lipase")
    event(cast, 4, 2, term="fatigue_asthenia_lethargy_malaise")
    event(cast, 5, 3, term="hemorrhage_gi", select="rectum")
    words = page(cast, "cycles/1/")
    assert words.index("BLEEDING-2") < words.index("OTHER-3") < words.index("OTHER-2")
    assert "PRESSURE-WEEKLY" in words and "SURGERY" in words
    summary = page(cast, "", Role.CHAIR)
    assert summary.index("BLEEDING-2") < summary.index("OTHER-3") and "OTHER-2" not in summary


def test_what_is_over_or_no_longer_the_last_episode_proposes_nothing_on_the_participant_page(cast: Cast) -> None:
    first = event(cast, 3)
    assert "HAND-FOOT-3A" in page(cast, "")
    event(cast, 9, 1, continues=first)
    assert "HAND-FOOT-3A" not in page(cast, "")
    over = FIRST_DAY + timedelta(days=12)
    event(cast, 11, 3, term="lipase", resolved_on=PartialDate(over.year, over.month, over.day), outcome="recovered")
    assert "OTHER-3" not in page(cast, "") and "OTHER-3" in page(cast, "cycles/1/")


def test_off_treatment_nothing_is_proposed_any_more(cast: Cast) -> None:
    event(cast, 3)
    off = {"off_on": FIRST_DAY + timedelta(days=40), "reason": "toxicity", "because": ""}
    entries.save(Save(), cast.participant, ENTRY_FORMS["off_treatment"], off)
    assert "HAND-FOOT-3A" not in page(cast, "")


@pytest.mark.parametrize(("diastolic", "shown"), [(109, False), (110, True)])
def test_a_dangerous_blood_pressure_proposes_a_hold_at_the_visit(cast: Cast, diastolic: int, shown: bool) -> None:
    values = {**VISIT, "diastolic_mmhg": diastolic, "systolic_mmhg": 170}
    row = entries.save(Save(), cast.participant, ENTRY_FORMS["visit"], values)
    assert ("PRESSURE-2B" in page(cast, f"visit/{row.pk}/")) is shown


def test_a_proposal_changes_no_dose(cast: Cast) -> None:
    before = list(DosingPeriod.objects.order_by("id").values())
    row = event(cast, 3)
    page(cast, f"adverse_event/{row.pk}/")
    assert list(DosingPeriod.objects.order_by("id").values()) == before


def test_a_dangerous_blood_pressure_is_said_as_it_is_typed(cast: Cast) -> None:
    typed = {"visited_on": "12-FEB-2026", "systolic_mmhg": "170", "diastolic_mmhg": "110"}
    answer = signed_in(cast).post("/participants/NET-001/visit/grades/", typed).content.decode()
    assert "Diastolic pressure 110\xa0mmHg" in answer and "PRESSURE-2B" in answer


def test_a_cycle_that_is_not_entered_yet_shows_what_goes_on(cast: Cast) -> None:
    event(cast, 3)
    words = page(cast, "cycles/2/")
    assert "HAND-FOOT-3A" in words and "SURGERY" in words


def test_an_event_proposed_by_a_value_names_the_cycle_of_its_day(cast: Cast) -> None:
    low = {"analyte": "HGB", "value": Decimal("9.4"), "value_missing": "", "unit": "g/dL",
           "lower_limit": Decimal(12), "upper_limit": Decimal(16)}  # fmt: skip
    row = entries.save(Save(), cast.participant, ENTRY_FORMS["visit"], VISIT, lines=[low])
    words = page(cast, f"adverse_event/new/?proposal=visit-{row.pk}-HGB")
    assert 'name="cycle_number" value="1"' in words
