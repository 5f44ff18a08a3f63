"""The statistician proposes a setting after a look at its effect, the chair approves it; the old result stays."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client

from analysis.endpoints.answers import monitoring
from analysis.models import GroupResult
from analysis.results import settings_effect, settings_history
from analysis.results.recompute import is_behind, recompute
from analysis.views.settings_form import SettingsForm
from capture.casebook.forms import assessment, treatment
from capture.entry.services import assessments, dosing
from tests.cast import Cast, cast_of
from tests.conftest import keeps_files_in
from trial.audit import verify
from trial.models import Change, FileJob, GroupSettings, JournalEntry, Role, SettingsProposal
from trial.operations import file_jobs
from trial.protocol import AnalysisSettings, settings_of
from trial.record import changes, in_force
from trial.record.in_force import settings_in_force
from trial.record.save import Save
from trial.refused import Refused

SCANS = (date(2026, 3, 9), date(2026, 4, 8))  # 30 days apart


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Effects are not computed by a process of their own, but when a test says so; their files are the test's."""
    monkeypatch.setattr(file_jobs.subprocess, "Popen", lambda *_, **__: SimpleNamespace(wait=lambda: 0))
    monkeypatch.setattr(file_jobs.os, "nice", lambda _: 0)
    with keeps_files_in(tmp_path / "files"):
        yield


@pytest.fixture
def cast(database: str) -> Cast:
    """One participant of group A whose response is seen again after 30 days."""
    made = cast_of()
    nora, participant = made.people[Role.COORDINATOR], made.participant
    target = [assessment.NewLesion("liver", "segment 4", Decimal(50))]
    scanned = {"method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"}
    assessments.save_baseline(Save(nora), participant, {"assessed_on": date(2026, 1, 6), **scanned}, target, [])
    periods = [treatment.Period(1, 28, 400, "twice_daily")]
    dosing.save_cycle(Save(nora), participant, 1, {"started_on": date(2026, 1, 12)}, periods)
    reading = assessments.Reading(participant.lesions.get().pk, "measured", Decimal(30), "", None)
    for on in SCANS:
        values = {"assessed_on": on, **scanned, "new_lesions": "no"}
        assessments.save_follow_up(Save(nora), participant, values, [reading])
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


def propose(cast: Cast, letter: str = "A", **changed: Any) -> SettingsProposal:
    """The statistician goes through the form, the effect and the proposal."""
    client = client_of(cast)
    typed = filled(client, letter, **changed)
    client.post(f"/settings/{letter}/", typed)
    job = FileJob.objects.latest("asked_at")
    call_command("file_job", job.pk)
    answer = client.post(f"/settings/{letter}/", {**typed, "effect": job.pk, "confirmed": "yes"})
    assert answer.status_code == 302, answer.content.decode()
    return SettingsProposal.objects.latest("id")


def put_in_force(cast: Cast, letter: str = "A", **changed: Any) -> None:
    """Proposed by the statistician, looked at and approved by the chair."""
    asked = propose(cast, letter, **changed)
    chair, page = client_of(cast, Role.CHAIR), f"/settings/proposals/{asked.pk}/"
    chair.get(page)
    effect = FileJob.objects.latest("asked_at").pk
    answer = chair.post(page, {"decision": "approve", "because": "Agreed with the board", "effect": effect})
    assert answer.status_code == 302, answer.content.decode()
    decided = chair.get(page).content.decode()
    assert "Approved by Chris" in decided and "<td><strong>" in decided, "before and after"


def responders() -> int:
    """Confirmed responders of group A in the newest result."""
    return int(recompute("A").result["endpoints"]["response_rate"]["numerator"])


def test_a_longer_confirmation_moves_the_result_and_the_old_one_stays_stored(cast: Cast) -> None:
    assert responders() == 1
    before = settings_in_force("A").version()
    put_in_force(cast, confirmation_days="35")
    change, asked = Change.objects.order_by("-id")[:2]
    assert (asked.act, asked.reason, asked.groups) == ("settings", "The strict reading", [])
    assert asked.person == cast.people[Role.STATISTICIAN]
    assert (change.act, change.reason, change.groups) == ("approve", "Agreed with the board", ["A"])
    assert change.person == cast.people[Role.CHAIR]
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
    put_in_force(cast, confirmation_days="35")
    assert settings_in_force("B") == settings_of("B")


def test_the_settings_of_a_past_change_can_be_read(cast: Cast) -> None:
    past = Change.objects.latest("id").id
    put_in_force(cast, confirmation_days="35")
    assert settings_in_force("A", as_of=past).confirmation_days == 28
    assert settings_in_force("A").confirmation_days == 35


def test_the_plan_is_edited_as_stages_and_bounds(cast: Cast) -> None:
    stages = {"stage_1_participants": "18", "stage_1_futility": "2", "stage_2_participants": "43",
              "stage_2_futility": "7", "stage_2_efficacy": "", "p0_percent": "10", "p1_percent": "25"}  # fmt: skip
    put_in_force(cast, **stages)
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
    assert not SettingsProposal.objects.exists() and not GroupSettings.objects.exists()


def test_two_people_proposing_settings_at_once_do_not_overwrite_each_other(cast: Cast) -> None:
    client = client_of(cast)
    second = filled(client, stable_minimum_days="49")
    put_in_force(cast, confirmation_days="35")
    client.post("/settings/A/", second)
    job = FileJob.objects.latest("asked_at")
    call_command("file_job", job.pk)
    answer = client.post("/settings/A/", {**second, "confirmed": "yes", "effect": job.pk})
    assert answer.status_code == 409 and "Other settings came into force meanwhile" in answer.content.decode()
    assert settings_in_force("A").stable_minimum_days == 42


def test_one_proposal_of_a_group_waits_at_a_time(cast: Cast) -> None:
    stella, now = Save(cast.people[Role.STATISTICIAN]), settings_of("A")
    first = in_force.propose(stella, "A", replace(now, confirmation_days=35), "strict", now.version())
    with pytest.raises(Refused, match="await the study chair"):
        in_force.propose(stella, "A", replace(now, confirmation_days=42), "stricter", now.version())
    in_force.withdraw(stella, first, "The other one is meant")
    in_force.propose(stella, "A", replace(now, confirmation_days=42), "stricter", now.version())


def test_the_settings_in_force_are_not_proposed_again(cast: Cast) -> None:
    with pytest.raises(Refused, match="already in use"):
        in_force.propose(Save(cast.people[Role.STATISTICIAN]), "A", AnalysisSettings(), "again",
                         AnalysisSettings().version())  # fmt: skip


def test_returning_to_the_protocols_value_keeps_nothing_chosen(cast: Cast) -> None:
    put_in_force(cast, confirmation_days="35")
    put_in_force(cast, confirmation_days="28")
    assert GroupSettings.objects.get(group="A").chosen == {}
    page = client_of(cast).get("/settings/").content.decode()
    assert "<del>28</del> <ins>35</ins>" in page and "<del>35</del> <ins>28</ins>" in page


def test_the_chair_reads_settings_and_is_offered_no_change(cast: Cast) -> None:
    chair = client_of(cast, Role.CHAIR)
    page = chair.get("/settings/").content.decode()
    assert "Days until a response can be confirmed" in page and "Edit group A" not in page
    assert chair.get("/settings/A/").status_code == 403


def test_the_record_is_sound_after_a_change_of_settings(cast: Cast) -> None:
    from django.db import connection

    put_in_force(cast, confirmation_days="35")
    assert verify.verify(connection).first_break is None


def test_the_effect_on_every_figure_is_shown_before_the_change_and_nothing_is_stored(cast: Cast) -> None:
    client = client_of(cast)
    stored = recompute("A")
    before = Change.objects.count()
    typed = filled(client, confirmation_days="35")
    page = client.post("/settings/A/", typed).content.decode()
    job = FileJob.objects.get()
    assert "Being calculated" in page and f'name="effect" value="{job.pk}"' in page
    call_command("file_job", job.pk)
    again = {**typed, "effect": job.pk, "look": "yes"}
    page = " ".join(client.post("/settings/A/", again).content.decode().split())
    rate = "Confirmed response rate, participants"
    assert f'<tr><th scope="row">{rate}</th><td>1</td><td>0</td><td>−1</td></tr>' in page
    assert "Facts differ in NET-001." in page and "Propose analysis settings of group A" in page
    assert "Overall survival, participants" not in page, "what stays the same"
    assert (FileJob.objects.count(), Change.objects.count()) == (1, before)
    assert settings_in_force("A").confirmation_days == 28
    assert list(GroupResult.objects.filter(group="A")) == [stored]
    assert JournalEntry.objects.latest("id").words == "Effect of other settings on group A, not saved"


def test_an_effect_is_that_of_its_own_settings_and_group(cast: Cast) -> None:
    client = client_of(cast)
    client.post("/settings/A/", filled(client, confirmation_days="35"))
    first = FileJob.objects.get()
    call_command("file_job", first.pk)
    other = filled(client, confirmation_days="60", effect=first.pk)
    page = client.post("/settings/A/", other).content.decode()
    assert "Being calculated" in page and FileJob.objects.count() == 2, "computed for other settings"
    chosen = replace(settings_of("A"), confirmation_days=35)
    assert settings_effect.of(first.pk, "A", chosen) == settings_effect.newest("A", chosen) == first
    assert settings_effect.of(first.pk, "B", chosen) is settings_effect.newest("A", settings_of("A")) is None
    page = client.post("/settings/A/", filled(client, confirmation_days="70")).content.decode()
    assert "Another effect is under way" in page and "Propose analysis settings" not in page


def test_an_effect_that_failed_says_so_and_is_calculated_again_when_it_is_asked_for(cast: Cast) -> None:
    client = client_of(cast)
    typed = filled(client, confirmation_days="35")
    client.post("/settings/A/", typed)
    FileJob.objects.update(state=file_jobs.FAILED, words="It broke off.")
    asked = {**typed, "effect": FileJob.objects.get().pk}
    for look in ("yes", ""):
        page = client.post("/settings/A/", {**asked, "look": look}).content.decode()
        assert "Failed. It broke off." in page and FileJob.objects.count() == 1
    refused = client.post("/settings/A/", {**asked, "confirmed": "yes"}).content.decode()
    assert "Propose analysis settings" not in refused and not SettingsProposal.objects.exists(), "nothing was shown"
    assert "Being calculated" in client.post("/settings/A/", {**asked, "look": "again"}).content.decode()
    assert FileJob.objects.count() == 2


def test_a_change_after_a_look_says_so_with_its_reason(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(cast)
    stored = recompute("A")
    assert settings_history.last_look("A") == 0
    looks = stored.result["endpoints"]["monitoring"]["looks"]
    looks[0]["state"] = monitoring.PASSED
    GroupResult.objects.filter(pk=stored.pk).update(result=stored.result)
    typed = filled(client, confirmation_days="35")
    assert "Changed after interim analysis 1" in client.post("/settings/A/", typed).content.decode()
    FileJob.objects.all().delete()
    put_in_force(cast, confirmation_days="35")
    after = "(changed after interim analysis 1)"
    proposed, approved = f"The strict reading {after}", f"Agreed with the board {after}"
    assert [each.reason for each in Change.objects.order_by("-id")[:2]] == [approved, proposed]
    page = client_of(cast, Role.CHAIR).get("/settings/").content.decode()
    assert f"{proposed} · Approved: {approved}" in page
    assert "A_Statistician, approved by Chris" in page


def test_the_look_is_that_of_the_settings_in_force_although_others_were_tried_in_between(cast: Cast) -> None:
    first = recompute("A")
    first.result["endpoints"]["monitoring"]["looks"][0]["state"] = monitoring.PASSED
    GroupResult.objects.filter(pk=first.pk).update(result=first.result)
    assert settings_history.last_look("A") == 1
    put_in_force(cast, confirmation_days="35")
    assert settings_history.last_look("A") == 1, "nothing is computed yet: the look that was decided stands"
    recompute("A")
    assert settings_history.last_look("A") == 0
    put_in_force(cast, confirmation_days="28")
    GroupResult.objects.filter(pk=first.pk).update(holds_to=Change.objects.latest("id").pk)
    assert settings_history.last_look("A") == 1


def test_nothing_moves_before_the_chair_approves_and_a_refusal_stays_on_the_trail(cast: Cast) -> None:
    assert responders() == 1
    asked = propose(cast, confirmation_days="35")
    assert not is_behind("A") and settings_in_force("A").confirmation_days == 28
    chair, page = client_of(cast, Role.CHAIR), f"/settings/proposals/{asked.pk}/"
    assert "Refuse" in chair.get(page).content.decode()
    assert chair.post(page, {"decision": "refuse", "because": " "}).status_code == 422
    answer = chair.post(page, {"decision": "refuse", "because": "Not after the first look"}, follow=True)
    assert "Refused by Chris" in answer.content.decode()
    assert not is_behind("A") and not GroupSettings.objects.exists()
    change = Change.objects.latest("id")
    assert (change.act, change.groups, change.reason) == ("approve", [], "Not after the first look")
    shown = " ".join(client_of(cast).get("/settings/").content.decode().split())
    assert "Proposals not in force" in shown and "Refused by Chris: Not after the first look" in shown
    assert "<del>28</del> <ins>35</ins>" in shown
    assert chair.post(page, {"decision": "approve", "because": "after all"}).status_code == 409
    assert not GroupSettings.objects.exists()


def test_the_statistician_withdraws_and_neither_decides_nor_is_decided_for(cast: Cast) -> None:
    asked = propose(cast, confirmation_days="35")
    page, stella, chair = f"/settings/proposals/{asked.pk}/", client_of(cast), client_of(cast, Role.CHAIR)
    effect = FileJob.objects.get().pk
    for who, decision in ((stella, "approve"), (stella, "refuse"), (chair, "withdraw")):
        answer = who.post(page, {"decision": decision, "because": "I say so", "effect": effect})
        assert answer.status_code == 409, decision
    assert stella.post(page, {"decision": "withdraw", "because": "A typing error"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("withdrawn", cast.people[Role.STATISTICIAN])
    assert not GroupSettings.objects.exists()
    assert chair.post(page, {"decision": "melt", "because": "x"}).status_code == 409, "nothing is left to decide"


def test_the_chair_sees_the_effect_before_approving(cast: Cast) -> None:
    asked = propose(cast, confirmation_days="35")
    chair, page = client_of(cast, Role.CHAIR), f"/settings/proposals/{asked.pk}/"
    shown = chair.get(page).content.decode()
    assert "Confirmed response rate, participants" in shown and "Approve; put in force" in shown
    FileJob.objects.all().delete()
    shown = chair.get(page).content.decode()
    assert "Not calculated yet" in shown and "Approve; put in force" not in shown
    answer = chair.post(page, {"decision": "approve", "because": "unseen"})
    assert answer.status_code == 409 and "look at it first" in answer.content.decode()
    assert not FileJob.objects.exists(), "a decision starts no calculation"
    chair.post(page, {"look": "yes"})
    job = FileJob.objects.get()
    assert "Approve" not in chair.post(page, {"effect": job.pk, "look": "yes", "because": "mine"}).content.decode()
    call_command("file_job", job.pk)
    shown = chair.post(page, {"effect": job.pk, "look": "yes", "because": "mine"}).content.decode()
    assert "Approve; put in force" in shown and 'value="mine"' in shown
    assert chair.post(page, {"decision": "approve", "because": "seen", "effect": job.pk}).status_code == 302
    assert settings_in_force("A").confirmation_days == 35


def test_a_proposal_is_not_confirmed_before_its_effect_was_shown(cast: Cast) -> None:
    client = client_of(cast)
    page = client.post("/settings/A/", filled(client, confirmation_days="35", confirmed="yes")).content.decode()
    assert "Not calculated yet" in page and not SettingsProposal.objects.exists() and not FileJob.objects.exists()


def test_the_chair_is_told_and_led_to_the_decision(cast: Cast) -> None:
    asked = propose(cast, confirmation_days="35")
    chair, page = client_of(cast, Role.CHAIR), f"/settings/proposals/{asked.pk}/"
    for where in ("/work/", "/dashboard/"):
        shown = chair.get(where).content.decode()
        assert page in shown and "Analysis settings of group A" in shown, where
    assert page not in client_of(cast).get("/dashboard/").content.decode()
    chair.post(page, {"decision": "refuse", "because": "no"})
    assert page not in chair.get("/work/").content.decode() + chair.get("/dashboard/").content.decode()


def test_the_database_refuses_settings_approved_by_who_proposed_them(cast: Cast) -> None:
    asked = propose(cast, confirmation_days="35")
    stella = cast.people[Role.STATISTICIAN]
    with (
        pytest.raises(IntegrityError, match="approved_by_another_person"),
        changes.record(Save(stella), "settings", "mine"),
    ):
        SettingsProposal.objects.filter(pk=asked.pk).update(
            state="approved", decided_by=stella, decided_because="mine", decided_in=1
        )
