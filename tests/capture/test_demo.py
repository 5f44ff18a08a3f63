"""The demo cohort: loaded through the services, continued after an interruption, varied as a study is."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from capture.demo.cohort import cohort
from capture.demo.second_half import EVENTS, entries_of
from trial import ctcae_v3
from trial.models import AdverseEvent, Change, HormoneLevel, Participant, Visit, Waiver

SITES = ("NORTH", "SOUTH", "EAST", "WEST", "LAKE", "HILL")
TODAY = date(2026, 6, 1)


def test_a_load_that_was_interrupted_is_finished_and_a_finished_one_is_left_alone(database: object) -> None:
    call_command("load_demo", participants=7)
    call_command("load_demo", participants=12)
    assert Participant.objects.filter(number__isnull=False).count() == 12
    assert HormoneLevel.objects.exists() and Visit.objects.exists() and AdverseEvent.objects.exists()
    assert Waiver.objects.get().decision == "open"
    before = Change.objects.count()
    call_command("load_demo", participants=12)
    assert Change.objects.count() == before


def test_the_same_day_gives_the_same_entries() -> None:
    made = cohort(TODAY, SITES)
    assert entries_of(made[3], 4, TODAY) == entries_of(cohort(TODAY, SITES)[3], 4, TODAY)


def test_the_whole_cohort_holds_what_a_study_holds() -> None:
    found = [each for place, made in enumerate(cohort(TODAY, SITES), 1) for each in entries_of(made, place, TODAY)]
    kinds = {each.kind for each in found}
    assert kinds == {"hormone", "visit", "adverse_event", "medication", "off_treatment", "follow_up", "death"}
    events = [each.values for each in found if each.kind == "adverse_event"]
    assert any(each["grade"] is None for each in events) and any(each["grade"] == 3 for each in events)
    assert any(not each["onset_on"].is_complete for each in events)
    deaths = [each.values["died_on"] for each in found if each.kind == "death"]
    assert any(not died.is_complete for died in deaths)
    assert {each.values["reason"] for each in found if each.kind == "off_treatment"} >= {"progression", "toxicity"}


@pytest.mark.parametrize("term", [term for term, _, _ in EVENTS])
def test_every_demo_event_is_a_term_of_the_dictionary_with_that_grade(term: str) -> None:
    grades = next(each for name, _, each in EVENTS if name == term)
    assert set(grades) <= set(ctcae_v3.grades_of(term))


def test_the_demo_is_never_loaded_in_production(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.PRODUCTION", True)
    with pytest.raises(CommandError, match="not loaded in production"):
        call_command("load_demo", participants=1)
    assert not Participant.objects.exists()
