"""Response and progression are derived once: pages, schedule, checks and endpoints say the same under any settings."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from analysis.outcomes import outcome
from capture.casebook.forms import assessment, treatment
from capture.casebook.forms.assessment_checks import off_schedule
from capture.entry import live_response
from capture.entry.facts import ParticipantFacts
from capture.entry.services import assessments, dosing
from capture.entry.services.assessments import Head, Reading, follow_up_facts
from capture.participants import selectors
from capture.participants.sections import course_of
from tests.analysis.results.acts import Study, do
from tests.analysis.results.typed import Act
from tests.capture.typed import signed_in
from tests.cast import Cast, cast_of
from tests.plugin_postgres import another_database
from trial.models import GroupSettings, Participant, Role
from trial.record import changes, snapshot
from trial.record.in_force import settings_in_force
from trial.record.save import Save
from trial.rules.evaluation.response_in_words import response_to_date

DAY_1 = date(2026, 1, 12)
SCAN = DAY_1 + timedelta(56)


def _choose(group: str, **chosen: Any) -> None:
    with changes.record(None, "settings", "for the test", groups=(group,)):
        GroupSettings.objects.update_or_create(group=group, defaults={"chosen": chosen})


@pytest.fixture
def cast(database: str) -> Cast:
    """The fixed cast; a marker above normal at baseline and at week 8, where the only lesion is gone."""
    found = cast_of()
    nora, one = found.people[Role.COORDINATOR], found.participant
    assessments.save_baseline(Save(nora), one, _head(date(2026, 1, 9), "above"),
                              [assessment.NewLesion("liver", "a", Decimal(40))], [])  # fmt: skip
    dosing.save_cycle(Save(nora), one, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    assessments.save_follow_up(Save(nora), one, _head(SCAN, "above") | {"new_lesions": "no"}, _gone(one))
    return found


def _head(on: date, marker: str) -> dict[str, Any]:
    return {"assessed_on": on, "method": "spiral_ct", "slice_thickness_mm": 5, "marker": marker}


def _gone(one: Participant) -> list[Reading]:
    return [Reading(each.pk, "absent") for each in one.lesions.all()]


def _said(cast: Cast) -> dict[str, str]:
    """What each place calls the response of week 8."""
    one, today = cast.participant, SCAN + timedelta(1)
    (facts,) = snapshot.participants([one.pk])
    (row,) = selectors.rows_of([one], lambda _: today)
    stored = outcome.derive(facts, settings_in_force(one.group))
    scan = one.assessments.get(kind="follow_up")
    typed = live_response.response_of(one, SCAN, _gone(one), "no", "above", assessment=scan)
    head = Head(SCAN, "above", "no", investigator_response="CR")
    readings = [Reading(each.lesion_id, each.state) for each in scan.readings.all()]
    page = course_of(one, row, [], today)
    assert row.evaluation is not None and typed is not None and page is not None
    return {
        "lesion table": row.evaluation.outcomes[scan.pk].overall.value,
        "headline": page.response.response,
        "typed": typed.overall.value,
        "check of the investigator's opinion": follow_up_facts(one, head, readings, scan)["computed_response"],
        "endpoint": stored["assessments"][0]["overall"],
    }


def test_a_setting_that_is_off_holds_on_every_page(cast: Cast) -> None:
    """With the marker needed, all lesions gone is a PR; without, it is a CR: on each page and in the endpoint."""
    assert set(_said(cast).values()) == {"PR"}
    _choose(cast.participant.group, marker_needed_for_complete=False)
    assert _said(cast) == dict.fromkeys(_said(cast), "CR")
    shown = signed_in(cast.people[Role.CHAIR]).get(f"/participants/{cast.participant.reference}/").content.decode()
    assert "response-badge response-CR" in shown and "response-badge response-PR" not in shown


def test_the_confirming_assessment_is_due_after_the_days_in_force(cast: Cast) -> None:
    for days in (28, 40):
        _choose(cast.participant.group, confirmation_days=days)
        (row,) = selectors.rows_of([cast.participant], lambda _: SCAN)
        due = next(cell.due for cell in row.every if cell and cell.due.what == "Confirmation")
        page = course_of(cast.participant, row, [], SCAN)
        assert due.due_on == SCAN + timedelta(days) and page is not None
        assert f"on {due.due_on:%d-%b-%Y}".upper() in page.response.headline.upper()
        head = Head(due.due_on + timedelta(1), "above", "no")
        known = follow_up_facts(cast.participant, head, [], None)
        assert (known["responses_on"], known["confirmation_days"]) == ([SCAN], days)
        assert not off_schedule(known) and off_schedule({**known, "assessed_on": due.due_on - timedelta(1)})


def test_disease_seen_again_is_progression_for_the_checks_as_for_the_endpoint(cast: Cast) -> None:
    """Without the marker week 8 is a complete response, so that the lesion seen again later is a progression."""
    one, later = cast.participant, SCAN + timedelta(56)
    again = [Reading(each.pk, "measured", Decimal(12)) for each in one.lesions.all()]
    assessments.save_follow_up(Save(), one, _head(later, "normal") | {"new_lesions": "no"}, again)
    for needed in (True, False):
        _choose(one.group, marker_needed_for_complete=needed)
        (facts,) = snapshot.participants([one.pk])
        stored = outcome.derive(facts, settings_in_force(one.group))
        assert stored["dates"]["progression"] == _iso(ParticipantFacts(one, {}, []).progressed_on) == later.isoformat()


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on else None


# Who was treated, scanned and contacted in any order, by any settings that response and progression depend on.
ACTS = some.builds(Act, some.sampled_from(("scan", "scan", "scan", "scan again", "dose", "follow_up", "treat locally")),
                   some.integers(0, 2), some.integers(0, 9), some.integers(20, 240))  # fmt: skip
SETTINGS = some.fixed_dictionaries({
    "marker_needed_for_complete": some.booleans(), "confirmation_days": some.sampled_from((28, 40)),
    "not_evaluated_between": some.integers(0, 1), "response_after_complete_counts": some.booleans(),
})  # fmt: skip


def test_pages_and_endpoint_say_the_same_of_any_assessments_by_any_settings(database: str) -> None:
    cast_of()
    for choice in (0, 0):
        do(Study(), Act("register", 0, choice, 0))
    for who in range(3):
        for each in (Act("baseline", who, 2 - who, 5), Act("dose", who, 0, 0)):
            do(Study(), each)
    compared = []

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True,
              phases=(Phase.explicit, Phase.reuse, Phase.generate))  # fmt: skip
    @given(some.lists(ACTS, min_size=6, max_size=20), SETTINGS)
    def play(story: list[Act], chosen: dict[str, Any]) -> None:
        with another_database(database, database):
            for act in story:
                do(Study(), act)
            _choose("A", **chosen)
            for one in Participant.objects.filter(group="A"):
                _compare(one)
                compared.append(one.assessments.count())

    play()
    assert sum(compared) > 20


def _compare(one: Participant) -> None:
    """What list, page, headline, checks and typed assessment say of a participant, and what the endpoints store."""
    (facts,), chosen = snapshot.participants([one.pk]), settings_in_force(one.group)
    stored = outcome.derive(facts, chosen)
    (row,) = selectors.rows_of([one], lambda _: DAY_1 + timedelta(300))
    overall = {each["id"]: each["overall"] for each in stored["assessments"]}
    assert row.evaluation is not None
    assert {key: each.overall.value for key, each in row.evaluation.outcomes.items()} == overall
    for scan in one.assessments.standing().filter(kind="follow_up"):
        readings = [Reading(each.lesion_id, each.state, each.longest_diameter_mm, each.not_evaluated_reason,
                            each.scanned_on) for each in scan.readings.standing()]  # fmt: skip
        typed = live_response.response_of(one, scan.assessed_on, readings, scan.new_lesions, scan.marker,
                                          scan.new_lesion_on, scan)  # fmt: skip
        assert (typed.overall.value if typed else None) == overall.get(scan.pk)
    known = ParticipantFacts(one, {}, [])
    assert _iso(known.progressed_on) == stored["dates"]["progression"]
    assert _iso(row.evaluation.disease.last_known_alive.on) == stored["dates"]["last_known_alive"]
    said = response_to_date(row.evaluation, [cell.due for cell in row.every if cell])
    if stored["confirmed"] and stored["dates"]["progression"] is None:
        assert said.response == stored["confirmed"]["response"]
    waits = [cell for cell in row.assessments if cell and cell.due.what == "Confirmation"]
    assert not (waits and stored["confirmed"]), "a response that is confirmed waits for no confirmation"
