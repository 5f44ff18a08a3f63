"""Time travel: a past moment is read as it was, by the code that reads the present; data cuts; what moved."""

import csv
import json
import re
import threading
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from analysis.endpoints import comparison
from analysis.models import GroupResult, ParticipantOutcome
from analysis.results import data_cuts, moments, outcome_store
from analysis.results.moments import Moment
from analysis.results.recompute import prepare, recompute
from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, dosing, entries
from tests.cast import Cast, cast_of, register
from trial.api.moments import change_at
from trial.models import Change, GroupSettings, Participant, Role
from trial.record import changes
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

DAY_1 = date(2026, 1, 12)
PAGES = ("/dashboard/", "/groups/A/", "/groups/A/behind/registered/")


def _assess(cast: Cast, participant: Participant, on: date, share: str) -> None:
    readings = [
        assessments.Reading(each.lesion_id, "measured", each.longest_diameter_mm * Decimal(share), "", None)
        for each in participant.assessments.get(kind="baseline").readings.order_by("id")
    ]
    nora = cast.people[Role.COORDINATOR]
    assessments.save_follow_up(
        Save(nora),
        participant,
        {"assessed_on": on, "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done", "new_lesions": "no"},
        readings,
    )


def _treat(cast: Cast, participant: Participant) -> None:
    nora = cast.people[Role.COORDINATOR]
    targets = [assessment.NewLesion("liver", f"segment {n}", Decimal(20 + n)) for n in range(2)]
    scanned = {"method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"}
    values = {"assessed_on": DAY_1 - timedelta(days=5), **scanned}
    assessments.save_baseline(Save(nora), participant, values, targets, [])
    dosing.save_cycle(
        Save(nora), participant, 1, {"started_on": DAY_1}, [treatment.Period(1, 28, 400, "twice_daily", "")]
    )


def _die(cast: Cast, participant: Participant, on: date) -> None:
    values = {"died_on": PartialDate(on.year, on.month, on.day), "cause": "disease", "because": ""}
    entries.save(Save(cast.people[Role.COORDINATOR]), participant, ENTRY_FORMS["death"], values)


@pytest.fixture
def cast(database: str) -> Cast:
    """A story of three participants, each step followed by a recompute of both groups; one moves from A to B."""
    made = cast_of()
    nora, first = made.people[Role.COORDINATOR], made.participant
    second, third = register(nora, made.north), register(nora, made.north)
    steps = [
        lambda: _treat(made, first),
        lambda: _assess(made, first, DAY_1 + timedelta(days=56), "0.7"),
        lambda: _assess(made, first, DAY_1 + timedelta(days=84), "0.7"),
        lambda: _treat(made, second),
        lambda: _assess(made, second, DAY_1 + timedelta(days=56), "1.3"),
        lambda: entries.strike_out(
            Save(nora, reason="wrong person"), third, ENTRY_FORMS["blood_pressure"], _pressure(made, third)
        ),
        lambda: _move_to_b(made, third),
        lambda: _die(made, second, DAY_1 + timedelta(days=70)),
        lambda: _settle(made, {"confirmation_days": 40}),
    ]
    for step in [lambda: None, *steps]:
        step()
        for group in "AB":
            recompute(group)
    return made


def _pressure(cast: Cast, participant: Participant) -> Any:
    values = {"measured_on": DAY_1, "systolic_mmhg": 128, "systolic_mmhg_missing": "", "diastolic_mmhg": 81,
              "diastolic_mmhg_missing": ""}  # fmt: skip
    return entries.save(Save(cast.people[Role.COORDINATOR]), participant, ENTRY_FORMS["blood_pressure"], values)


def _move_to_b(cast: Cast, participant: Participant) -> None:
    with changes.record(None, "correct", "histology review", participant=participant, groups=("A", "B")):
        participant.tumour_type = "insulinoma"
        participant.save(update_fields=["tumour_type", "group"])


def _settle(cast: Cast, chosen: dict[str, Any]) -> None:
    with changes.record(None, "settings", "a longer interval", groups=("A",)):
        row, _ = GroupSettings.objects.get_or_create(group="A")
        row.chosen = chosen
        row.save()


@pytest.mark.requirement("R57")
def test_every_past_result_is_found_again_to_the_byte(cast: Cast) -> None:
    stored = list(GroupResult.objects.order_by("id"))
    assert len(stored) >= 10
    for each in stored:
        text = json.dumps(each.result, sort_keys=True)
        GroupResult.objects.filter(pk=each.pk).delete()
        again = moments.compute(each.group, Moment(each.change))
        assert json.dumps(again.result, sort_keys=True) == text, (each.group, each.change)


def test_an_incremental_recompute_finds_what_a_full_one_finds(cast: Cast) -> None:
    for group in "AB":
        incremental = json.dumps(recompute(group).result, sort_keys=True)
        GroupResult.objects.all().delete()
        ParticipantOutcome.objects.all().delete()
        outcome_store.forget()
        assert json.dumps(recompute(group).result, sort_keys=True) == incremental


def test_only_those_who_changed_are_derived_again(cast: Cast) -> None:
    before = dict(ParticipantOutcome.objects.values_list("participant_id", "change"))
    _die(cast, cast.participant, DAY_1 + timedelta(days=100))
    recompute("A")
    after = dict(ParticipantOutcome.objects.values_list("participant_id", "change"))
    assert {one for one in after if after[one] != before[one]} == {cast.participant.pk}


def test_a_moment_that_a_page_asks_for_before_the_worker_looked_leaves_nobody_out(cast: Cast) -> None:
    """The result of the newest change, stored for a page, is no sign that the worker has derived what it changed."""
    _die(cast, cast.participant, DAY_1 + timedelta(days=100))
    moments.compute("A", moments.present())
    _pressure(cast, Participant.objects.filter(group="A").exclude(pk=cast.participant.pk)[0])
    assert recompute("A").result["endpoints"]["overall_survival"]["events"] == 2


def test_the_code_of_a_site_once_corrected_stands_in_every_outcome(cast: Cast) -> None:
    with changes.record(None, "system", "a wrong code", groups=("A", "B")):
        cast.north.code = "N"
        cast.north.save()
    recompute("A")
    outcomes = ParticipantOutcome.objects.filter(group="A").values_list("outcome", flat=True)
    assert {each["site"] for each in outcomes} == {"N"}


def test_a_result_equal_to_the_last_is_not_stored_again(cast: Cast) -> None:
    count = GroupResult.objects.count()
    with changes.record(None, "system", "nothing that an endpoint reads", groups=("A",)) as change:
        pass
    assert recompute("A").holds_to == change.number
    assert GroupResult.objects.count() == count


def test_a_past_moment_does_not_know_what_came_later(cast: Cast) -> None:
    confirmed = Change.objects.filter(participant=cast.participant, act="enter").order_by("-id")[0].id
    rate = moments.compute("A", Moment(confirmed)).result["endpoints"]["response_rate"]
    assert (rate["numerator"], rate["denominator"]) == (1, 1)
    earlier = moments.compute("A", Moment(confirmed - 1)).result["endpoints"]["response_rate"]
    assert (earlier["numerator"], earlier["denominator"]) == (0, 1)
    assert recompute("A").result["endpoints"]["response_rate"]["numerator"] == 0  # 40 days are asked for by now


def test_a_clinical_cut_off_leaves_out_what_is_dated_later(cast: Cast) -> None:
    last = Change.objects.order_by("-id")[0].id
    found = moments.compute("A", Moment(last, DAY_1 + timedelta(days=60)))
    assert found.result["endpoints"]["overall_survival"]["events"] == 0
    assert moments.compute("A", Moment(last)).result["endpoints"]["overall_survival"]["events"] == 1
    assert found.outcomes.count() == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0", "no change 0"), ("999999", "no change 999999"), ("31-FEB-2026", "calendar"), ("12-FEB-1999", "Nothing"),
        ("03/04/2026", "two ways"), ("12-FEB-2026 25:00", "no such time"), ("yesterday", "not a date"),
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused_in_words(cast: Cast, text: str, words: str) -> None:
    with pytest.raises(moments.WrongMoment, match=words):
        moments.asked({"as_of": text})


@pytest.mark.parametrize("beside", ["as_of", "cutoff"])
def test_a_data_cut_is_not_named_together_with_another_moment(cast: Cast, beside: str) -> None:
    data_cuts.make(Save(cast.people[Role.CHAIR]), "interim", "for the board", cutoff="01-FEB-2026")
    with pytest.raises(moments.WrongMoment, match="Name a data cut or a moment, not both"):
        moments.asked({"cut": "interim", beside: "12-FEB-2026"})


def test_an_instant_is_the_newest_change_known_then(cast: Cast) -> None:
    at = Change.objects.get(id=5).at
    assert change_at(at.strftime("%Y-%m-%d %H:%M:%S")) >= 5
    assert change_at(at.strftime("%d-%b-%Y")) == Change.objects.order_by("-id")[0].id


@pytest.mark.requirement("R57")
def test_a_data_cut_keeps_its_numbers_whatever_comes_later(cast: Cast) -> None:
    statistician = cast.people[Role.STATISTICIAN]
    made = data_cuts.make(Save(statistician), "Interim 1", "first look of the committee")
    assert data_cuts.compute_missing() == ["Interim 1"]
    assert data_cuts.compute_missing() == []
    moment = moments.of_cut("Interim 1")
    before = moments.stored_at("A", moment)
    assert before is not None
    _die(cast, cast.participant, DAY_1 + timedelta(days=100))
    recompute("A")
    after = moments.stored_at("A", moment)
    assert after is not None and after.result == before.result
    assert made.head_seal == bytes(Change.objects.get(id=made.as_of_change).seal or b"").hex()


def test_what_moved_names_the_participant_and_the_fact(cast: Cast) -> None:
    last = Change.objects.order_by("-id")[0].id
    before = moments.compute("A", Moment(last))
    _die(cast, cast.participant, DAY_1 + timedelta(days=100))
    after = moments.compute("A", Moment(last + 1))
    moved = {each.words for each in comparison.numbers(before.result, after.result) if each.differs}
    assert "Overall survival, events" in moved
    (who,) = comparison.participants(_outcomes(before), _outcomes(after))
    assert who["number"] == cast.participant.number
    assert "Overall survival" in {each.words for each in who["differences"]}


def _outcomes(stored: GroupResult) -> list[Any]:
    return list(stored.outcomes.order_by("number").values_list("outcome", flat=True))


def test_pages_show_the_moment_that_is_asked_for(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.people[Role.CHAIR])
    last = Change.objects.order_by("-id")[0].id
    compared = f"/moments/compare/?group=A&from={last - 1}&to={last - 1}"
    for page in (*(f"{each}?as_of={last - 1}" for each in PAGES), compared):
        waiting = client.get(page)
        assert waiting.status_code == 202 and "alculating" in waiting.content.decode(), page
    for group in "AB":
        moments.compute(group, Moment(last - 1))
    for page in PAGES:
        answer = client.get(f"{page}?as_of={last - 1}")
        words = answer.content.decode()
        assert answer.status_code == 200 and f"as of change {last - 1}" in words and "Past results" in words
    assert client.get("/dashboard/?as_of=31-FEB-2026").status_code == 404
    assert "None: no fact" in client.get(compared).content.decode()
    assert client.post("/moments/cut/", {"name": "x", "because": "y"}).status_code == 403


def test_the_statistician_names_a_data_cut_in_the_browser(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.people[Role.STATISTICIAN])
    sent = {"name": "Interim 1", "because": "first look", "as_of": "", "cutoff": "12-FEB-2026"}
    assert client.post("/moments/cut/", sent).url == "/dashboard/?cut=Interim+1"
    refused = client.post("/moments/cut/", sent)
    assert refused.status_code == 422 and "exists. Choose another name" in refused.text
    assert 'value="Interim 1"' in refused.text, "what was typed stays"
    assert moments.of_cut("Interim 1").cutoff == date(2026, 2, 12)


def test_the_command_answers_as_of_a_moment(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("endpoints", "--group", "A", "--as-of", "4", "--json")
    assert json.loads(capsys.readouterr().out)["as_of"] == 4
    with pytest.raises(CommandError, match="no data cut"):
        call_command("endpoints", "--group", "A", "--cut", "nobody's")


def test_a_recompute_from_nothing_shows_progress_and_finds_the_same(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    before = recompute("A").result
    call_command("recompute", "--group", "A", "--from-nothing")
    assert "A: 2 of 2" in capsys.readouterr().out
    assert recompute("A").result == before


def test_an_interrupted_recompute_keeps_what_it_has(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.results.recompute.AT_ONCE", 1)
    ParticipantOutcome.objects.all().delete()
    GroupResult.objects.all().delete()

    def stop(done: int, of: int) -> None:
        if done > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recompute("A", stop)
    assert ParticipantOutcome.objects.count() == 1
    told: list[tuple[int, int]] = []
    recompute("A", lambda done, of: told.append((done, of)))
    assert told == [(1, 1)]


def test_an_interrupted_recompute_reads_nothing_more(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trial.record.snapshot.PART", 1)
    ParticipantOutcome.objects.all().delete()
    GroupResult.objects.all().delete()

    def stop(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as interrupted:
        recompute("A", stop)
    # What was interrupted is still in hand here, with its frames, as it is where an error is logged.
    assert interrupted.tb is not None
    assert not [each for each in threading.enumerate() if each.name.startswith("read-ahead")]


def test_a_change_that_moves_no_endpoint_makes_nobody_stale(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query names its participant and no group: it is newer than the newest change of the group, and stays so."""
    for participant in Participant.objects.filter(group="A"):
        with changes.record(None, "query", participant=participant):
            pass
    ParticipantOutcome.objects.all().delete()
    GroupResult.objects.all().delete()
    monkeypatch.setattr("analysis.results.recompute.AT_ONCE", 1)
    told: list[tuple[int, int]] = []

    def note(done: int, of: int) -> None:
        told.append((done, of))
        assert len(told) < 5, "derives the same participants for ever"

    recompute("A", note)
    assert told == [(1, 2), (2, 2)]


def test_a_prepared_worker_answers_as_one_that_was_not(cast: Cast) -> None:
    outcome_store.forget()
    prepare("A")
    _die(cast, cast.participant, DAY_1 + timedelta(days=100))
    prepared = recompute("A").result
    ParticipantOutcome.objects.all().delete()
    GroupResult.objects.all().delete()
    outcome_store.forget()
    assert recompute("A").result == prepared


def test_a_download_of_results_that_are_not_ready_is_no_page(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.people[Role.CHAIR])
    last = Change.objects.order_by("-id")[0].id
    for ending in ("csv", "svg"):
        asked = client.get(f"/groups/A/plots/overall_survival.{ending}?as_of={last - 1}")
        assert (asked.status_code, asked["Retry-After"]) == (202, "2")
        assert asked["Content-Type"] == "text/plain; charset=utf-8"
        assert "are being calculated" in asked.content.decode()
    moments.compute("A", Moment(last - 1))
    assert client.get(f"/groups/A/plots/overall_survival.csv?as_of={last - 1}").status_code == 200


def test_past_pages_have_no_links_that_act_and_say_what_they_are(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.people[Role.CHAIR])
    last = Change.objects.order_by("-id")[0].id
    for group in "AB":
        recompute(group)
        moments.compute(group, Moment(last))
    for page in PAGES:
        now, then = (client.get(page + query).content.decode() for query in ("", f"?as_of={last}"))
        assert ("is-past" in then, "is-past" in now) == (True, False)
        assert "/groups/A/registration/" not in then and ">entry</a>" not in then, page
        assert "Up to date" not in then
    assert "/groups/A/registration/" in client.get("/groups/A/").content.decode()
    assert ">entry</a>" in client.get("/groups/A/behind/registered/").content.decode()


def test_two_sides_that_only_the_cutoff_parts_say_so_and_numbers_have_a_direction(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.people[Role.CHAIR])
    last = Change.objects.order_by("-id")[0].id
    for cutoff in (None, date(2026, 1, 20)):
        moments.compute("A", Moment(last, cutoff))
    address = f"/moments/compare/?group=A&from={last}&to={last}"
    cut = client.get(f"{address}&to_cutoff=20-JAN-2026").content.decode()
    assert "The difference is the clinical cut-off alone" in cut and "censored: censored" not in cut
    assert re.search(r'class="is-moved"><th [^>]+>[^<]+</th><td>\d+</td><td>\d+</td><td>[−+]\d+</td>', cut)
    assert "cut-off alone" not in client.get(address).content.decode()
    assert "<h1>What changed in group A</h1>" in cut
    assert cut.index('rowgroup" colspan="4">Confirmed response rate<') < cut.index('rowgroup" colspan="4">Accrual<')
    file = client.get(f"{address}&to_cutoff=20-JAN-2026".replace("/compare/", "/compare.csv"))
    cut_then = f"cutoff-2026-01-20-as-of-change-{last}"
    assert f"group-A-as-of-change-{last}-to-{cut_then}.csv" in file["Content-Disposition"]
    rows = list(csv.DictReader(StringIO(file.content.decode())))
    moved = [row for row in rows if row["difference"]]
    assert moved and all(float(row["after"]) - float(row["before"]) == pytest.approx(float(row["difference"]))
                         for row in moved), "numbers are written as numbers"
    assert {row["unit"] for row in rows} <= {"", "%"}
    assert {"Confirmed response rate", "NET-001"} <= {row["of"] for row in rows}
    assert all((row["before"] == row["after"]) == (row["differs"] == "no") for row in rows)
    assert {row["after_is"] for row in rows} == {f"as of change {last}, clinical cut-off 20-JAN-2026"}
