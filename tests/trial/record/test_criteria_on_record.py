"""The criteria of response are chosen at set-up and stand once somebody is registered."""

from datetime import date

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction

from tests.cast import cast_of, register
from trial.models import Change, CriteriaOnRecord, Participant, Role, Site
from trial.record import in_force
from trial.refused import Refused
from trial.rules.response.recist_1_1 import RECIST_1_1


def test_before_anybody_is_registered_the_protocol_may_choose_either(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert in_force.contradiction() == ""
    monkeypatch.setattr(in_force, "IN_FORCE", RECIST_1_1)
    in_force.refuse_to_start()
    cast_of()
    assert CriteriaOnRecord.objects.get().name == "RECIST 1.1"


def test_once_somebody_is_registered_other_criteria_neither_start_nor_register(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = cast_of()
    north, nora = Site.objects.get(code="NORTH"), cast.people[Role.COORDINATOR]
    register(nora, north)
    assert [each.name for each in CriteriaOnRecord.objects.all()] == ["RECIST 1.0"]
    monkeypatch.setattr(in_force, "IN_FORCE", RECIST_1_1)
    before = Change.objects.count(), Participant.objects.count()
    with pytest.raises(Refused, match=r"is RECIST 1\.1, but participants were registered under RECIST"):
        register(nora, north, date(2026, 1, 9))
    assert (Change.objects.count(), Participant.objects.count()) == before
    with pytest.raises(ImproperlyConfigured, match="or start a separate study"):
        in_force.refuse_to_start()


def test_tables_of_an_earlier_edition_have_nothing_noted_and_are_no_obstacle(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast_of()
    monkeypatch.setattr(in_force, "IN_FORCE", RECIST_1_1)
    monkeypatch.setattr(CriteriaOnRecord._meta, "db_table", "trial_of_later")
    in_force.refuse_to_start()


@pytest.mark.parametrize("sql", ["UPDATE trial_criteriaonrecord SET name = 'RECIST 1.1'",
                                 "DELETE FROM trial_criteriaonrecord",
                                 "INSERT INTO trial_criteriaonrecord (name, noted_at, is_only) "
                                 "VALUES ('RECIST 1.1', now(), true)"])  # fmt: skip
def test_what_was_noted_cannot_be_altered_deleted_or_doubled(database: str, sql: str) -> None:
    from django.db import connection

    cast_of()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert CriteriaOnRecord.objects.get().name == "RECIST 1.0"
