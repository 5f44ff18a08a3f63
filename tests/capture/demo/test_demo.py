"""The demo's story and its loading: possible, repeatable, taken up after an interruption, never in production."""

from collections import Counter
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from capture.demo import entering
from capture.demo.cohort import COURSES, cohort
from capture.demo.participant import IN_GROUP
from capture.demo.story import story
from capture.demo.toxicity import EVENTS
from capture.management.commands import load_demo
from trial.models import AdverseEvent, Change, HormoneLevel, Participant, Version, Visit, Waiver
from trial.protocol import ctcae_v3

SITES = ("NORTH", "SOUTH", "EAST", "WEST", "LAKE", "HILL")
TODAY = date(2026, 6, 1)


def _values(kind: str) -> list[dict[str, object]]:
    return [step.values for _, step in story(TODAY, SITES) if step.kind == kind]


def test_a_load_that_was_interrupted_is_finished_and_a_finished_one_is_left_alone(database: object) -> None:
    call_command("load_demo", participants=7)
    call_command("load_demo", participants=12)
    assert Participant.objects.filter(number__isnull=False).count() == 12
    assert HormoneLevel.objects.exists() and Visit.objects.exists() and AdverseEvent.objects.exists()
    assert Waiver.objects.get().decision == "open"
    before = Change.objects.count()
    call_command("load_demo", participants=12)
    assert Change.objects.count() == before


def test_an_interruption_at_any_step_leaves_no_gap_and_nothing_twice(
    database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stop_after in (1, 40, 41):
        left = iter(range(stop_after))

        def enter_or_stop(entry: entering.Entry, left: object = left) -> None:
            next(left)  # type: ignore[call-overload]
            entering.enter(entry)

        with monkeypatch.context() as patch, pytest.raises(StopIteration):
            patch.setattr(load_demo, "enter", enter_or_stop)
            call_command("load_demo", participants=3)
    call_command("load_demo", participants=3)
    programs = Change.objects.filter(version_of_program__contains=load_demo.MARK)
    done = Counter(name.partition(load_demo.MARK)[2] for name in programs.values_list("version_of_program", flat=True))
    assert done == Counter(key for key, _ in story(load_demo.began_on(), load_demo.SITE_CODES, 3))
    entered = Version.objects.filter(act="insert", table_name="trial_visit").values_list("row__participant_id",
                                                                                         "row__visited_on")  # fmt: skip
    assert len(set(entered)) == len(entered)
    assert Participant.objects.filter(number__isnull=False).count() == 3


def test_the_same_day_gives_the_same_story_and_nothing_lies_in_the_future() -> None:
    told = story(TODAY, SITES)
    assert told == story(TODAY, SITES)
    assert max(step.on for _, step in told) <= TODAY
    assert [step.on for _, step in told] == sorted(step.on for _, step in told)


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2026, 12, 31), date(2027, 3, 1)])
def test_the_story_is_possible_on_any_day_of_loading(today: date) -> None:
    for key, step in story(today, SITES):
        assert step.on <= today, (key, step)


def test_the_cohort_is_50_and_43_at_six_sites_with_every_course() -> None:
    made = cohort(TODAY, SITES)
    registered = [each for each in made if each.is_registered]
    assert Counter(each.group for each in registered) == IN_GROUP == {"A": 50, "B": 43}
    assert {each.site for each in registered} == set(SITES)
    assert {each.course_name for each in registered} == {*COURSES, "stable"}
    assert [each.registered_on for each in made] == sorted(each.registered_on for each in made)
    assert (TODAY - registered[-1].registered_on).days < 40


def test_the_whole_cohort_holds_what_a_study_holds() -> None:
    kinds = {step.kind for _, step in story(TODAY, SITES)}
    assert kinds >= {"hormone", "visit", "adverse_event", "medication", "off_treatment", "follow_up", "death",
                     "withdrawal", "off_study", "history", "deviation", "blood_pressure", "finding", "waiver",
                     "decision", "correction", "strike_out", "scan_again", "count_again", "local_treatment",
                     "reopening", "reopening_withdrawn", "expedited_report"}  # fmt: skip
    events = _values("adverse_event")
    assert any(each["grade"] is None for each in events) and {each["grade"] for each in events} >= {1, 2, 3, 4, 5}
    assert any(each["attribution"] is None for each in events) and any("continues" in each for each in events)
    assert any(each["onset_on"] is None for each in events)
    assert any(each["onset_on"] is not None and not each["onset_on"].is_complete for each in events)  # type: ignore[attr-defined]
    assert any(not each["died_on"].is_complete for each in _values("death"))  # type: ignore[attr-defined]
    assert {each["reason"] for each in _values("off_treatment")} >= {"progression", "toxicity", "refusal", "death"}
    assert {each["progression"] for each in _values("follow_up")} == {"none", "radiological", "clinical", "not_known"}
    assert {each["scope"] for each in _values("withdrawal")} >= {"treatment", "all"}
    assert {each["reason"] for each in _values("off_study")} >= {"completed", "death", "withdrawal"}
    assert {each["kind"] for each in _values("finding")} == {"ineligible", "cancelled", "in_error"}
    assert {each["approve"] for each in _values("decision")} == {True, False}
    missing = {name for kind in ("visit", "hormone", "medication", "history") for each in _values(kind)
               for name, value in each.items() if name.endswith("_missing") and value}  # fmt: skip
    assert missing >= {"weight_kg_missing", "ecog_missing", "value_missing", "upper_limit_missing"}


@pytest.mark.parametrize("term", [term for term, _, _ in EVENTS])
def test_every_demo_event_is_a_term_of_the_dictionary_with_that_grade(term: str) -> None:
    grades = next(each for name, _, each in EVENTS if name == term)
    assert set(grades) <= set(ctcae_v3.grades_of(term))


def test_the_demo_is_never_loaded_in_production(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.PRODUCTION", True)
    with pytest.raises(CommandError, match="not loaded in production"):
        call_command("load_demo", participants=1)
    assert not Participant.objects.exists()
