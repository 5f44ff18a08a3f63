"""Old results go once they can be computed again; what is cited stays, and what went is found again to the byte."""

import json
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection

from analysis.models import GroupResult, OutcomeThen, ParticipantOutcome
from analysis.results import data_cuts, moments, pruning
from analysis.results.moments import Moment
from analysis.results.recompute import recompute
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import entries
from tests.cast import Cast, cast_of
from trial.models import Role
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

NOW = datetime(2026, 12, 31, 3, 0, tzinfo=UTC)
NOON = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)


def _die(cast: Cast, on: date) -> int:
    """Moves a curve by correcting the day of death; returns the change that the result then stands for."""
    form = ENTRY_FORMS["death"]
    row = form.model.objects.filter(participant=cast.participant).first()
    values = {"died_on": PartialDate(on.year, on.month, on.day), "cause": "disease", "because": ""}
    entries.save(Save(reason="misread" if row else ""), cast.participant, form, values, row=row)
    return recompute("A").holds_to


@pytest.fixture
def changes_of_results(database: str) -> tuple[Cast, list[int]]:
    """Six results of group A: three of 1 October, two of 2 October, one of the last month."""
    cast = cast_of()
    found = [recompute("A").holds_to, *(_die(cast, date(2026, 3, day)) for day in range(1, 6))]
    for days, change in zip((0, 0, 0, 1, 1, 80), found, strict=True):
        GroupResult.objects.filter(group="A", change=change).update(computed_at=NOON + timedelta(days=days))
    assert list(_stored()) == found
    return cast, found


def _stored() -> list[int]:
    return list(GroupResult.objects.filter(group="A").order_by("change").values_list("change", flat=True))


def test_the_last_result_of_each_day_and_the_newest_stay(changes_of_results: tuple[Cast, list[int]]) -> None:
    _, made = changes_of_results
    assert pruning.prune(NOW) == 3
    assert _stored() == [made[2], made[4], made[5]]
    assert pruning.prune(NOW) == 0


def test_nothing_younger_than_thirty_days_goes(changes_of_results: tuple[Cast, list[int]]) -> None:
    assert pruning.prune(NOON + timedelta(days=30)) == 0
    assert len(_stored()) == 6


def test_what_went_is_computed_again_to_the_byte(changes_of_results: tuple[Cast, list[int]]) -> None:
    _, made = changes_of_results
    before = json.dumps(GroupResult.objects.get(group="A", change=made[1]).result, sort_keys=True)
    pruning.prune(NOW)
    assert made[1] not in _stored()
    again = moments.compute("A", Moment(made[1]))
    again.refresh_from_db()
    assert json.dumps(again.result, sort_keys=True) == before


def test_a_data_cut_keeps_its_results_and_outcomes_and_an_asked_moment_its_result_only(
    changes_of_results: tuple[Cast, list[int]],
) -> None:
    cast, made = changes_of_results
    data_cuts.make(Save(cast.people[Role.STATISTICIAN]), "Interim 1", "first look", as_of=str(made[0]))
    data_cuts.make(
        Save(cast.people[Role.STATISTICIAN]), "Interim 2", "second", as_of=str(made[1]), cutoff="01-FEB-2026"
    )
    data_cuts.compute_missing()
    asked = moments.compute("A", Moment(made[2]))
    GroupResult.objects.exclude(change=made[5]).update(computed_at=NOON)
    pruning.prune(NOW)
    for name in ("Interim 1", "Interim 2"):
        kept = moments.stored_at("A", moments.of_cut(name))
        assert kept is not None and kept.outcomes.count() == 1
    assert not OutcomeThen.objects.filter(result=asked).exists()
    assert moments.stored_at("A", Moment(made[2])) is None
    assert data_cuts.compute_missing() == []


def test_the_database_keeps_what_a_data_cut_names_whoever_would_delete_it(
    changes_of_results: tuple[Cast, list[int]], database_owner: psycopg.Connection
) -> None:
    cast, made = changes_of_results
    data_cuts.make(Save(cast.people[Role.STATISTICIAN]), "Interim 1", "first look", as_of=str(made[0]))
    data_cuts.compute_missing()
    kept = moments.stored_at("A", moments.of_cut("Interim 1"))
    assert kept is not None
    for words in (
        f"DELETE FROM analysis_outcomethen WHERE result_id = {kept.pk}",
        f"DELETE FROM analysis_groupresult WHERE id = {kept.pk}",
        f"UPDATE analysis_groupresult SET result = '{{}}' WHERE id = {kept.pk}",
        f"UPDATE analysis_groupresult SET has_outcomes = false WHERE id = {kept.pk}",
        f"UPDATE analysis_outcomethen SET outcome = '{{}}' WHERE result_id = {kept.pk}",
    ):
        with pytest.raises(DatabaseError, match="a data cut names this result"), connection.cursor() as cursor:
            cursor.execute(words)
        with pytest.raises(psycopg.Error, match="a data cut names this result"):
            database_owner.execute(words.encode())
    GroupResult.objects.filter(group="A", change=made[3]).delete()
    assert made[3] not in _stored(), "others are free"


def test_results_of_an_earlier_engine_stay(changes_of_results: tuple[Cast, list[int]]) -> None:
    """This engine could not compute them again."""
    GroupResult.objects.update(engine="1")
    assert pruning.prune(NOW) == 0
    assert len(_stored()) == 6


def test_the_worker_goes_on_from_what_is_left(changes_of_results: tuple[Cast, list[int]]) -> None:
    cast, _ = changes_of_results
    GroupResult.objects.update(computed_at=NOON)
    pruning.prune(NOW)
    _die(cast, date(2026, 3, 20))
    after = recompute("A").result
    GroupResult.objects.all().delete()
    ParticipantOutcome.objects.all().delete()
    assert recompute("A").result == after
