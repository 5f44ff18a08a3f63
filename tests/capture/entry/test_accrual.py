"""The gate at the door: asked under the writers' lock, opened by the record or by the chair, as the pages show it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from analysis.results.recompute import recompute
from capture.casebook.forms import assessment, treatment
from capture.entry.services import assessments, corrections, dosing, registration
from tests.cast import Cast, answers, cast_of, ceiling, details, register
from trial.models import Change, GroupSettings, Participant, Reopening, Role
from trial.protocol import AnalysisSettings, StagePlan
from trial.record import changes, in_force
from trial.record.save import Save
from trial.refused import Refused

SMALL = StagePlan((4, 8), (1, 2), (None, None))
DAY_1 = date(2026, 1, 12)


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; group A goes by a plan whose first stage has four places, one of them taken."""
    made = cast_of()
    _choose(replace(AnalysisSettings(), plan=SMALL))
    return made


def _choose(settings: AnalysisSettings) -> None:
    with changes.record(None, "settings", groups=("A",)):
        GroupSettings.objects.update_or_create(group="A", defaults={"chosen": settings.as_dict()})


def _dose(cast: Cast, participant: Participant) -> None:
    dosing.save_cycle(Save(cast.people[Role.COORDINATOR]), participant, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)


def _respond(cast: Cast, participant: Participant) -> None:
    """A dose, a target of 40 mm, and 20 mm twice."""
    nora = cast.people[Role.COORDINATOR]
    target = assessment.NewLesion("liver", "segment 4", Decimal(40))
    assessments.save_baseline(
        Save(nora),
        participant,
        {
            "assessed_on": DAY_1 - timedelta(days=3),
            "method": "spiral_ct",
            "slice_thickness_mm": 5,
            "marker": "not_done",
        },
        [target],
        [],
    )
    _dose(cast, participant)
    lesion = participant.lesions.get()
    for days in (56, 84):
        reading = assessments.Reading(lesion.pk, "measured", Decimal(20), "", None)
        assessments.save_follow_up(
            Save(nora),
            participant,
            {
                "assessed_on": DAY_1 + timedelta(days=days),
                "method": "spiral_ct",
                "slice_thickness_mm": 5,
                "marker": "not_done",
                "new_lesions": "no",
            },
            [reading],
        )


def _fill(cast: Cast) -> list[Participant]:
    """Stage 1 of group A with all four places taken."""
    more = [register(cast.people[Role.COORDINATOR], cast.north) for _ in range(3)]
    return [cast.participant, *more]


def _refused(cast: Cast) -> str:
    with pytest.raises(Refused) as caught:
        register(cast.people[Role.COORDINATOR], cast.north)
    return str(caught.value)


@pytest.mark.requirement("R52")
def test_parallel_registrations_never_pass_a_closing_gate(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]

    def one(_: int) -> bool:
        try:
            register(nora, cast.north)
            return True
        except Refused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        admitted = list(pool.map(one, range(30)))
    assert sum(admitted) == 3
    assert Participant.objects.filter(group="A", number__isnull=False).count() == 4
    assert Participant.objects.count() == 4, "a refused registration keeps nothing"


@pytest.mark.requirement("R52")
def test_parallel_registrations_stop_at_the_21_of_the_plan_in_force(cast: Cast) -> None:
    _choose(AnalysisSettings())
    nora = cast.people[Role.COORDINATOR]

    def one(place: int) -> bool:
        try:
            register(nora, cast.north)
            return True
        except Refused as refused:
            # Who waited too long for a turn on a crowded machine is told to save again, and does.
            return one(place) if refused.reasons == (changes.BUSY,) else False
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        assert sum(pool.map(one, range(30))) == 20
    assert in_force.gate_in_force("A").line == (
        "Closed after stage 1: 0 of 21 evaluable, 21 without a dose yet, 0 of 2 responders needed; "
        "21 outcomes still immature."
    )


def test_a_full_stage_refuses_in_words_and_leaves_the_other_group_open(cast: Cast) -> None:
    _fill(cast)
    assert _refused(cast) == (
        "Group A (Carcinoid) is closed: the 4 places of stage 1 are taken, and their outcomes are awaited."
    )
    assert register(cast.people[Role.COORDINATOR], cast.north, tumour_type="insulinoma").group == "B"


def test_a_screened_participant_is_kept_while_the_group_is_closed(cast: Cast) -> None:
    _fill(cast)
    screened = registration.screen(Save(cast.people[Role.COORDINATOR]), cast.north, details(), answers())
    with pytest.raises(Refused, match="closed: the 4 places"):
        registration.register(Save(cast.people[Role.COORDINATOR]), screened, date(2026, 1, 9))
    assert not Participant.objects.get(pk=screened.pk).is_registered


def test_enough_responders_open_the_group_by_themselves(cast: Cast) -> None:
    first, second, *_ = _fill(cast)
    _respond(cast, first)
    _refused(cast)
    assert "1 of 2 responders needed" in in_force.gate_in_force("A").line
    _respond(cast, second)
    assert register(cast.people[Role.COORDINATOR], cast.north).group == "A"


def test_one_found_ineligible_gives_its_place_to_the_next(cast: Cast) -> None:
    *_, last = _fill(cast)
    nora = cast.people[Role.COORDINATOR]
    registration.record_finding(Save(nora), last, "ineligible", date(2026, 2, 1), "Central pathology: G3.")
    register(nora, cast.north)
    _refused(cast)


def test_a_corrected_measurement_closes_the_gate_again(cast: Cast) -> None:
    first, second, *_ = _fill(cast)
    _respond(cast, first)
    _respond(cast, second)
    assert in_force.gate_in_force("A").open
    newest = second.assessments.latest("assessed_on")
    assessments.strike_out(Save(cast.people[Role.COORDINATOR], reason="Entry error"), newest)
    _refused(cast)


def test_a_participant_corrected_into_the_other_group_gives_the_place_back(cast: Cast) -> None:
    *_, last = _fill(cast)
    corrections.correct_participant(
        Save(cast.people[Role.COORDINATOR], reason="Entry error"),
        last,
        {"tumour_type": "insulinoma", "histology": "islet_cell"},
    )
    assert in_force.gate_in_force("A").open


def test_the_chair_reopens_with_a_reason_and_takes_it_back(cast: Cast) -> None:
    _fill(cast)
    chris = cast.people[Role.CHAIR]
    made = registration.reopen(Save(chris), "A", "Outcomes are slow; the committee agrees.")
    change = Change.objects.latest("id")
    assert (change.act, change.groups, change.reason) == ("reopen", ["A"], "Outcomes are slow; the committee agrees.")
    assert register(cast.people[Role.COORDINATOR], cast.north).group == "A"
    registration.withdraw(Save(chris), made, "Enough were registered.")
    assert Change.objects.latest("id").groups == ["A"]
    _refused(cast)
    with pytest.raises(Refused, match="already revoked"):
        registration.withdraw(Save(chris), made, "again")


def test_only_the_chair_reopens_and_only_what_is_closed(cast: Cast) -> None:
    chris = cast.people[Role.CHAIR]
    with pytest.raises(Refused, match="cannot be reopened.*is open: 1 of 50"):
        registration.reopen(Save(chris), "A", "why not")
    _fill(cast)
    with pytest.raises(Refused, match="Only the study chair"):
        registration.reopen(Save(cast.people[Role.COORDINATOR]), "A", "please")
    with pytest.raises(Refused, match="needs a reason"):
        registration.reopen(Save(chris), "A", " ")
    made = registration.reopen(Save(chris), "A", "because")
    with pytest.raises(Refused, match="cannot be reopened"):
        registration.reopen(Save(chris), "A", "again")
    with pytest.raises(Refused, match="Only the study chair"):
        registration.withdraw(Save(cast.people[Role.COORDINATOR]), made, "no")
    assert Reopening.objects.count() == 1


def test_a_full_group_is_not_reopened(cast: Cast) -> None:
    ceiling("A", 1)
    with pytest.raises(Refused, match="closed to accrual: target reached"):
        registration.reopen(Save(cast.people[Role.CHAIR]), "A", "more")


def test_a_registration_in_error_takes_no_place_of_the_ceiling(cast: Cast) -> None:
    ceiling("A", 1)
    assert "closed to accrual: target reached (1 of 1)" in _refused(cast)
    registration.record_finding(Save(cast.people[Role.COORDINATOR]), cast.participant, "in_error", DAY_1, "Twice.")
    assert in_force.refusal("A") == ""
    assert "0 of 1 places are taken" in in_force.gate_in_force("A").because
    assert recompute("A").result["registered"] == 0


def test_futility_closes_a_group_that_was_reopened_while_it_waited(cast: Cast) -> None:
    members = _fill(cast)
    registration.reopen(Save(cast.people[Role.CHAIR]), "A", "slow")
    register(cast.people[Role.COORDINATOR], cast.north)
    for each in members:
        for number in range(6):
            started_on = DAY_1 - timedelta(days=4) + timedelta(days=28 * number)
            dosing.save_cycle(
                Save(cast.people[Role.COORDINATOR]), each, number + 1, {"started_on": started_on}, treatment.AS_PLANNED
            )
    assert "stage 1 is complete" in _refused(cast)
    line = "Closed after stage 1 for futility: 4 of 4 evaluable, 0 of 2 responders needed; every outcome is mature."
    assert in_force.gate_in_force("A").line == line


def test_the_dashboard_stores_the_gate_that_the_door_asks(cast: Cast) -> None:
    first, *_ = _fill(cast)
    _respond(cast, first)
    stored = recompute("A").result
    assert stored["gate"] == in_force.gate_in_force("A").as_dict()
    assert stored["gate"]["stage"]["responders"] == stored["endpoints"]["response_rate"]["numerator"] == 1
    assert stored["gate"]["stage"]["evaluable"] == stored["endpoints"]["response_rate"]["denominator"] == 1
    registration.reopen(Save(cast.people[Role.CHAIR]), "A", "slow")
    assert recompute("A").result["gate"]["open"]


def test_the_gate_as_of_a_change_is_the_gate_of_that_moment(cast: Cast) -> None:
    _fill(cast)
    full = Change.objects.latest("id").pk
    registration.reopen(Save(cast.people[Role.CHAIR]), "A", "slow")
    assert in_force.gate_in_force("A").open
    assert not in_force.gate_in_force("A", as_of=full).open
    assert in_force.gate_in_force("A", as_of=full - 1).open
