"""The analysis groups: derived from tumor type and histology by program and database alike."""

import pytest
from django.db import DatabaseError, connection

from tests.cast import Cast
from trial.models import Participant
from trial.protocol import BY_HISTOLOGY, GROUPS, HISTOLOGIES, TUMOUR_TYPES, group_named, group_of
from trial.record import changes


@pytest.mark.parametrize(
    ("tumour_type", "histology", "group"),
    [
        ("metastatic_gi_carcinoid", "carcinoid", "A"),
        ("insulinoma", "carcinoid", "B"),  # the tumor type decides
        ("neuroendocrine_tumour", "carcinoid", "A"),
        ("neuroendocrine_tumour", "other_well_differentiated", "B"),
        ("neuroendocrine_tumour", "", None),
        ("", "carcinoid", None),
    ],
)
def test_the_group_follows_from_tumor_type_and_histology(tumour_type: str, histology: str, group: str | None) -> None:
    derived = group_of(tumour_type, histology)
    assert (derived.code if derived else None) == group


def test_every_condition_of_the_registry_belongs_to_one_group_or_is_decided_by_histology() -> None:
    assert len(TUMOUR_TYPES) == len({kind.code for kind in TUMOUR_TYPES}) == 10
    assert [kind.code for kind in TUMOUR_TYPES if kind.group is None] == [BY_HISTOLOGY[0]]
    assert {kind.group for kind in HISTOLOGIES} == set(GROUPS)


def test_an_unknown_group_is_named() -> None:
    with pytest.raises(ValueError, match="no group Z"):
        group_named("Z")


def test_a_correction_moves_the_participant_to_the_other_group(cast: Cast) -> None:
    one = cast.participant
    assert one.group == "A"
    with changes.record(None, "system", "for the test", participant=one, groups=("A", "B")):
        one.tumour_type = "insulinoma"
        one.save()
    assert Participant.objects.get(pk=one.pk).group == "B"


@pytest.mark.parametrize("column", ["\"group\" = 'B'", "tumour_type = 'insulinoma'"])
def test_the_database_refuses_a_group_that_does_not_follow(cast: Cast, column: str) -> None:
    with pytest.raises(DatabaseError, match="follows from tumor type and histology"):
        with changes.record(None, "system", "for the test", participant=cast.participant):
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE trial_participant SET {column} WHERE id = %s", [cast.participant.pk])
