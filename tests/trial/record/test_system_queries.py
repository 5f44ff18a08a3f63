"""Automatic queries open when something is found and close by themselves when it is gone."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from analysis.results.automatic_queries import ask
from analysis.results.recompute import recompute
from analysis.tasks import recompute_group, sweep
from capture.casebook.fields import today
from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, dosing, entries
from tests.cast import Cast, register
from trial.models import Change, Query, Role
from trial.record import changes, system_queries
from trial.record.save import Save

Finding = system_queries.Finding


def _finding(found: str = "39 mm and 41 mm", row_id: int = 7) -> Finding:
    return Finding("response_differs", "follow_up_scan", row_id, "investigator_response", found)


def test_a_finding_becomes_one_query_however_often_it_is_found(cast: Cast) -> None:
    assert system_queries.settle(cast.participant, [_finding()])
    assert not system_queries.settle(cast.participant, [_finding()])
    query = Query.objects.get()
    assert (query.state, query.raised_by, query.row_id, query.field) == ("open", None, 7, "investigator_response")
    assert "39 mm" in query.finding and "39 mm" not in query.words
    assert Change.objects.latest("id").act == "query"


def test_a_finding_that_is_gone_closes_its_query_and_opens_again_when_it_returns(cast: Cast) -> None:
    for found in ([_finding()], [], [_finding()]):
        assert system_queries.settle(cast.participant, found)
    assert list(Query.objects.values_list("state", flat=True)) == ["closed", "open"]
    assert [each.words for each in Query.objects.first().messages.all()][-1] == system_queries.GONE


def test_what_a_monitor_closed_is_asked_again_only_when_something_else_is_found(cast: Cast) -> None:
    system_queries.settle(cast.participant, [_finding()])
    with changes.record(Save(cast.people[Role.MONITOR]), "query", participant=cast.participant) as change:
        system_queries.move(Query.objects.get(), "closed", "seen in the source", cast.people[Role.MONITOR], change.at)
    assert not system_queries.settle(cast.participant, [_finding()])
    assert system_queries.settle(cast.participant, [_finding("39 mm and 52 mm")])
    assert Query.objects.filter(state="open").count() == 1


def test_a_soft_check_nobody_looked_at_asks_and_is_closed_by_a_value_that_passes(cast: Cast) -> None:
    nora, started = cast.people[Role.COORDINATOR], today() - timedelta(days=40)
    dosing.save_cycle(
        Save(), cast.participant, 1, {"started_on": started}, [treatment.Period(1, 20, 400, "twice_daily")]
    )
    query = Query.objects.get()
    assert (query.check_id, query.form, query.state) == ("DOSE-10", "cycle", "open")
    whole = [treatment.Period(1, 28, 400, "twice_daily")]
    dosing.save_cycle(Save(nora, reason="source", acknowledged={}), cast.participant, 1, {"started_on": started}, whole)
    query.refresh_from_db()
    assert query.state == "closed" and query.closed_by is None


def test_the_reason_given_to_a_soft_check_answers_its_query(cast: Cast) -> None:
    nora, started = cast.people[Role.COORDINATOR], today() - timedelta(days=40)
    periods = [treatment.Period(1, 20, 400, "twice_daily")]
    dosing.save_cycle(Save(), cast.participant, 1, {"started_on": started}, periods)
    dosing.save_cycle(
        Save(nora, reason="lot was missing", acknowledged={"DOSE-10": "the diary was lost"}),
        cast.participant,
        1,
        {"started_on": started, "lot": "7"},
        periods,
    )
    last = Query.objects.get().messages.last()
    assert (Query.objects.get().state, last.words, last.said_by) == ("answered", "the diary was lost", nora)


def _treated(cast: Cast, opinion: str) -> int:
    """A baseline, a cycle, and a follow-up whose computed response is SD."""
    one, nora = cast.participant, cast.people[Role.COORDINATOR]
    assessments.save_baseline(
        Save(nora),
        one,
        {"assessed_on": date(2026, 1, 6), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        [assessment.NewLesion("liver", "segment 4", Decimal(40))],
        [],
    )
    dosing.save_cycle(Save(nora), one, 1, {"started_on": date(2026, 1, 9)}, treatment.AS_PLANNED)
    return _scan(cast, opinion).pk


def _scan(cast: Cast, opinion: str, assessment: Any = None, **said: Any) -> Any:
    lesion = cast.participant.lesions.get()
    values = {"assessed_on": date(2026, 3, 6), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done",
              "new_lesions": "no", "investigator_response": opinion}  # fmt: skip
    readings = [assessments.Reading(lesion.pk, "measured", Decimal(40))]
    save = Save(cast.people[Role.COORDINATOR], **said)
    return assessments.save_follow_up(save, cast.participant, values, readings, assessment)


def test_the_worker_asks_when_responses_differ_and_closes_after_the_correction(cast: Cast) -> None:
    key = _treated(cast, "PR")
    group = cast.participant.group
    recompute_group(group)
    query = Query.objects.get(check_id="response_differs")
    assert (query.form, query.row_id, query.state) == ("follow_up_scan", key, "open")
    assert "PR" in query.finding and "PR" not in query.words
    _scan(cast, "SD", assessment=cast.participant.assessments.get(pk=key), reason="typed wrongly", acknowledged={})
    recompute_group(group)
    query.refresh_from_db()
    assert query.state == "closed" and query.closed_by is None


def test_the_sweep_asks_what_a_crash_left_unasked(cast: Cast) -> None:
    _treated(cast, "PR")
    recompute(cast.participant.group)
    assert not Query.objects.filter(check_id="response_differs").exists()
    sweep()
    assert Query.objects.filter(check_id="response_differs", state="open").count() == 1
    before = Change.objects.count()
    sweep()
    assert Change.objects.count() == before


def test_a_result_that_is_due_goes_before_queries(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an import thousands of findings wait: whoever saves meanwhile sees the number first."""
    monkeypatch.setattr("analysis.results.automatic_queries.AT_ONCE", 1)
    _treated(cast, "PR")
    cast.participant = register(cast.people[Role.COORDINATOR], cast.north)
    _treated(cast, "PR")
    recompute("A")
    with changes.record(None, "system", groups=("A",)):
        pass
    assert ask("A") == 1
    recompute("A")
    assert ask("A") == 1
    assert Query.objects.filter(check_id="response_differs", state="open").count() == 2


def test_a_missing_grade_is_asked_for_at_its_event(cast: Cast) -> None:
    dosing.save_cycle(
        Save(cast.people[Role.COORDINATOR]), cast.participant, 1, {"started_on": date(2026, 1, 9)}, treatment.AS_PLANNED
    )
    row = entries.save(Save(), cast.participant, ENTRY_FORMS["adverse_event"], {
        "term": "nausea", "select": "", "other_words": "", "grade": None, "grade_missing": "unknown", "attribution": 4,
        "attribution_missing": "", "onset_on": None, "onset_on_missing": "unknown", "resolved_on": None,
        "present_at_baseline": False, "seriousness": "no", "action_taken": "none", "outcome": "not_recovered",
        "continues": None})  # fmt: skip
    recompute_group(cast.participant.group)
    query = Query.objects.get(check_id="grade_missing")
    assert (query.form, query.row_id, query.field) == ("adverse_event", row.pk, "grade")


LEADING = re.compile(
    r"should (be|read)|must be|change (it|this|the value)? ?to|correct (it )?to|\bset to\b|isn't|wasn't it|surely|"
    r"presumably|probably|\d",
    re.IGNORECASE,
)


@pytest.mark.requirement("R44")
@pytest.mark.parametrize(
    "words", [*system_queries.FINDINGS.values(), *system_queries.TEMPLATES, system_queries.OTHER_FINDING,
              system_queries.AFTER_A_CHECK],
)  # fmt: skip
def test_no_wording_suggests_an_answer(words: str) -> None:
    assert not LEADING.search(words)
    assert words.endswith(".") and "lease" in words


@pytest.mark.requirement("R44")
@pytest.mark.parametrize("words", ["The weight should be 70 kg.", "Please change it to PD.", "Surely this was SD?"])
def test_the_lint_of_wordings_finds_leading_words(words: str) -> None:
    assert LEADING.search(words)
