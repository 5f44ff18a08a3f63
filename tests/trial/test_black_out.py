"""Words blacked out in the database: by two people, everywhere, with the chain whole, and in no other way."""

import psycopg
import pytest
from django.db import DatabaseError, connection

from capture.conduct import black_outs
from tests.cast import Cast, cast_of
from trial import audit, changes
from trial.models import Deviation, Redaction, Role, Version

Owner = psycopg.Connection[tuple[object, ...]]
NAME = "Margarete Sommer"


@pytest.fixture
def cast(database: str) -> Cast:
    """The fixed cast, with a deviation that names somebody."""
    made = cast_of()
    with changes.record(made.people[Role.COORDINATOR], "enter", participant=made.participant):
        Deviation.objects.create(participant=made.participant, happened_on="2026-02-01", kind="other",
                                 description=f"Called {NAME} at home.", action="none")  # fmt: skip
    return made


def test_x(cast: Cast) -> None:
    v = Version.objects.get(table_name="trial_deviation")
    asked = black_outs.ask(cast.people[Role.MONITOR], cast.participant, black_outs.Source(v.change_id, v.pk, "description"), NAME, "a name was typed")
    assert audit.verify(connection).first_break is None
    black_outs.approve(cast.people[Role.CHAIR], asked, "identifying")
    report = audit.verify(connection)
    assert report.first_break is None
    print(report)
    v.refresh_from_db()
    assert v.row["description"] == "Called [blacked out] at home."
    assert Deviation.objects.get().description == "Called [blacked out] at home."
    print(Redaction.objects.get().versions)
