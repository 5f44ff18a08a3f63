"""The statistician changes a setting after a look at before and after; the result moves and the old one stays."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from analysis.models import GroupResult
from analysis.results.recompute import is_behind, recompute
from analysis.views.settings_form import SettingsForm
from capture.casebook.forms import assessment, treatment
from capture.entry.services import assessments, dosing
from tests.cast import Cast, cast_of
from trial.audit import verify
from trial.models import Change, GroupSettings, Role
from trial.protocol import AnalysisSettings, settings_of
from trial.record.in_force import choose, settings_in_force
from trial.record.save import Save
from trial.refused import Refused

SCANS = (date(2026, 3, 9), date(2026, 4, 8))  # 30 days apart


@pytest.fixture
def cast(database: str) -> Cast:
    """One participant of group A whose response is seen again after 30 days."""
    made = cast_of()
    nora, participant = made.people[Role.COORDINATOR], made.participant
    target = [assessment.NewLesion("liver", "segment 4", Decimal(50))]
    assessments.save_baseline(
        Save(nora),
        participant,
        {"assessed_on": date(2026, 1, 6), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        target,
        [],
    )
    dosing.save_cycle(
        Save(nora), participant, 1, {"started_on": date(2026, 1, 12)}, [treatment.Period(1, 28, 400, "twice_daily")]
    )
    lesion = participant.lesions.get()
    for on in SCANS:
        reading = assessments.Reading(lesion.pk, "measured", Decimal(30), "", None)
        assessments.save_follow_up(
            Save(nora),
            participant,
            {
                "assessed_on": on,
                "method": "spiral_ct",
                "slice_thickness_mm": 5,
                "marker": "not_done",
                "new_lesions": "no",
            },
            [reading],
        )
    return made


def client_of(cast: Cast, role: str = Role.STATISTICIAN) -> Client:
    """A browser in which this role has signed in."""
    client = Client()
    client.force_login(cast.people[role], backend="django.contrib.auth.backends.ModelBackend")
    return client


def filled(client: Client, letter: str = "A", **changed: Any) -> dict[str, Any]:
    """What the form shows, with some values typed over."""
    current = settings_in_force(letter)
    form = SettingsForm(letter, current)
    shown = {name: "" if (value := form[name].value()) is None else value for name in form.fields}
    page = client.get(f"/settings/{letter}/").content.decode()
    assert all(f'name="{name}"' in page for name in (*shown, "seen_version"))
    return {**shown, "seen_version": current.version(), "reason": "The strict reading", **changed}


def responders() -> int:
    """Confirmed responders of group A in the newest result."""
    return int(recompute("A").result["endpoints"]["response_rate"]["numerator"])


def test_a_longer_confirmation_moves_the_result_and_the_old_one_stays_stored(cast: Cast) -> None:
    assert responders() == 1
    before = settings_in_force("A").version()
    client = client_of(cast)
    answer = client.post("/settings/A/", filled(client, confirmation_days="35", confirmed="yes"))
    assert answer.status_code == 302
    change = Change.objects.latest("id")
    assert (change.act, change.reason, change.groups) == ("settings", "The strict reading", ["A"])
    assert change.person == cast.people[Role.STATISTICIAN]
    assert is_behind("A")
    assert responders() == 0
    assert not is_behind("A")
    old = GroupResult.objects.get(settings_version=before, group="A")
    assert old.result["endpoints"]["response_rate"]["numerator"] == 1


def test_nothing_is_written_before_it_was_shown(cast: Cast) -> None:
    client = client_of(cast)
    page = client.post("/settings/A/", filled(client, confirmation_days="35")).content.decode()
    assert "not saved yet" in page
    assert "<td>28</td><td><strong>35</strong></td>" in page
    assert not GroupSettings.objects.exists()


def test_going_back_from_the_look_keeps_what_was_typed(cast: Cast) -> None:
    client = client_of(cast)
    page = client.post("/settings/A/", filled(client, confirmation_days="35", back="yes")).content.decode()
    assert 'value="35"' in page and not GroupSettings.objects.exists()


def test_the_other_group_keeps_its_settings(cast: Cast) -> None:
    client = client_of(cast)
    client.post("/settings/A/", filled(client, confirmation_days="35", confirmed="yes"))
    assert settings_in_force("B") == settings_of("B")


def test_the_settings_of_a_past_change_can_be_read(cast: Cast) -> None:
    past = Change.objects.latest("id").id
    client = client_of(cast)
    client.post("/settings/A/", filled(client, confirmation_days="35", confirmed="yes"))
    assert settings_in_force("A", as_of=past).confirmation_days == 28
    assert settings_in_force("A").confirmation_days == 35


def test_the_plan_is_edited_as_stages_and_bounds(cast: Cast) -> None:
    client = client_of(cast)
    stages = {"stage_1_participants": "18", "stage_1_futility": "2", "stage_2_participants": "43",
              "stage_2_futility": "7", "stage_2_efficacy": "", "p0_percent": "10", "p1_percent": "25"}  # fmt: skip
    assert client.post("/settings/A/", filled(client, **stages, confirmed="yes")).status_code == 302
    plan = settings_in_force("A").plan
    assert (plan.participants, plan.futility, plan.efficacy) == ((18, 43), (2, 7), (None, None))
    assert (plan.p0, plan.p1) == (0.10, 0.25)
    assert recompute("A").result["settings"]["plan"]["participants"] == [18, 43]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"confirmation_days": "soon"}, "“soon” is not a number. Type digits 0 to 9, such as 42."),
        ({"toxicity_grade": "6"}, "“Lowest grade that counts as toxicity” lies between 1 and 5, not 6."),
        ({"stage_1_futility": "30"}, "A bound of 30 is impossible among 21 participants."),
        ({"stage_2_participants": "20"}, "Stages grow"),
        ({"stage_2_participants": ""}, "Each stage of the plan needs its number of participants"),
        ({"p0_percent": "30"}, "The rates of a plan lie between 0 and 1 in order"),
        ({"interval_rule": "mine"}, "Select a valid choice"),
        ({"reason": " "}, "A reason is required."),
    ],
)
def test_what_cannot_be_is_refused_in_words(cast: Cast, typed: dict[str, str], words: str) -> None:
    client = client_of(cast)
    answer = client.post("/settings/A/", filled(client, **typed, confirmed="yes"))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not GroupSettings.objects.exists()


def test_two_people_changing_settings_at_once_do_not_overwrite_each_other(cast: Cast) -> None:
    client = client_of(cast)
    first, second = filled(client, confirmation_days="35"), filled(client, stable_minimum_days="49")
    client.post("/settings/A/", {**first, "confirmed": "yes"})
    answer = client.post("/settings/A/", {**second, "confirmed": "yes"})
    assert answer.status_code == 409 and "Another user changed these settings" in answer.content.decode()
    assert settings_in_force("A").stable_minimum_days == 42


def test_the_settings_in_force_are_not_written_again(cast: Cast) -> None:
    with pytest.raises(Refused, match="already in use"):
        choose(Save(cast.people[Role.STATISTICIAN]), "A", AnalysisSettings(), "again", AnalysisSettings().version())


def test_returning_to_the_protocols_value_keeps_nothing_chosen(cast: Cast) -> None:
    client = client_of(cast)
    client.post("/settings/A/", filled(client, confirmation_days="35", confirmed="yes"))
    client.post("/settings/A/", filled(client, confirmation_days="28", confirmed="yes"))
    assert GroupSettings.objects.get(group="A").chosen == {}
    page = client.get("/settings/").content.decode()
    assert "<del>28</del> <ins>35</ins>" in page and "<del>35</del> <ins>28</ins>" in page


def test_the_chair_reads_settings_and_is_offered_no_change(cast: Cast) -> None:
    chair = client_of(cast, Role.CHAIR)
    page = chair.get("/settings/").content.decode()
    assert "Days until a response can be confirmed" in page and "Edit group A" not in page
    assert chair.get("/settings/A/").status_code == 403


def test_the_record_is_sound_after_a_change_of_settings(cast: Cast) -> None:
    from django.db import connection

    client = client_of(cast)
    client.post("/settings/A/", filled(client, confirmation_days="35", confirmed="yes"))
    assert verify.verify(connection).first_break is None
