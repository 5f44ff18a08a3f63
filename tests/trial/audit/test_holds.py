"""Freezes and locks hold in the database itself: against services, bulk writes and raw SQL of the application."""

from datetime import date

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from capture.casebook.registry import CASEBOOK, ENTRY_FORMS
from capture.entry.services import corrections, entries
from tests.cast import Cast, register
from trial.audit import holds
from trial.models import Deviation, Hold, Participant, Query, QueryMessage, Role
from trial.record import changes
from trial.record.save import Save
from trial.refused import Refused

DEVIATION = {"happened_on": date(2026, 1, 9), "kind": "assessment", "description": "Scan late", "action": ""}


def hold(cast: Cast, kind: str = "freeze", **where: object) -> Hold:
    """A freeze in force, or a lock that the monitor asked for and the chair approved."""
    monitor, chair = cast.people[Role.MONITOR], cast.people[Role.CHAIR]
    where = where or {"scope": "participant", "participant": cast.participant}
    with changes.record(Save(monitor), "freeze") as change:
        made = Hold.objects.create(kind=kind, state="in_force" if kind == "freeze" else "asked", asked_by=monitor,
                                   asked_at=change.at, asked_because="cleaned", **where)  # fmt: skip
    if kind == "lock":
        with changes.record(Save(chair), "lock"):
            made.state, made.decided_by, made.decided_because = "in_force", chair, "complete"
            made.save()
    return made


def _enter(cast: Cast) -> Deviation:
    return entries.save(Save(cast.people[Role.COORDINATOR]), cast.participant, ENTRY_FORMS["deviation"], DEVIATION)


@pytest.mark.requirement("R56")
def test_every_table_of_an_entry_is_known_by_its_form() -> None:
    tables = {form.model._meta.db_table: kind for kind, form in ENTRY_FORMS.items()}
    tables |= {"trial_cycle": "cycle", "trial_participant": "registration", "trial_assessment": "follow_up_scan"}
    assert {table: holds.form_of(table, {"kind": "follow_up"}) for table in holds.entries()} == tables
    assert set(tables.values()) | {holds.form_of("trial_assessment", {"kind": "baseline"})} == {
        form.kind for form in CASEBOOK
    }


@pytest.mark.requirement("R56")
@pytest.mark.parametrize("kind", ["freeze", "lock"])
@pytest.mark.parametrize("scope", ["form", "participant", "site", "study"])
def test_a_held_entry_can_neither_be_added_nor_corrected(cast: Cast, kind: str, scope: str) -> None:
    row = _enter(cast)
    where: dict[str, object] = {"scope": scope}
    if scope in ("form", "participant"):
        where["participant"] = cast.participant
    if scope == "form":
        where |= {"form": "deviation", "row_id": row.pk}
    if scope == "site":
        where["site"] = cast.north
    hold(cast, kind, **where)
    with pytest.raises(Refused, match="froz|lock"):
        entries.save(
            Save(cast.people[Role.COORDINATOR], reason="typed wrongly"),
            cast.participant,
            ENTRY_FORMS["deviation"],
            {**DEVIATION, "description": "Scan 9 days late"},
            row=row,
        )
    if scope == "form":
        assert _enter(cast).pk != row.pk
    else:
        with pytest.raises(Refused, match="frozen|locked"):
            _enter(cast)
    row.refresh_from_db()
    assert row.description == "Scan late"


def test_a_hold_of_one_site_leaves_the_other_free(cast: Cast) -> None:
    south = register(cast.elsewhere[Role.COORDINATOR], cast.south)
    hold(cast, "lock", scope="site", site=cast.north)
    entries.save(Save(cast.elsewhere[Role.COORDINATOR]), south, ENTRY_FORMS["deviation"], DEVIATION)
    with pytest.raises(Refused, match="frozen|locked"):
        register(cast.people[Role.COORDINATOR], cast.north)
    assert Participant.objects.filter(site=cast.north).count() == 1


@pytest.mark.requirement("R56")
@pytest.mark.parametrize(
    "text",
    [
        "UPDATE trial_participant SET ecog = 2",
        "UPDATE trial_participant SET site_id = (SELECT id FROM trial_site WHERE code = 'SOUTH')",
        "UPDATE trial_eligibilityanswer SET met = false",
        "UPDATE trial_deviation SET description = 'x'",
        "UPDATE trial_deviation SET struck_out_reason = 'x'",
        "INSERT INTO trial_death (participant_id, died_on, cause, struck_out_reason) SELECT id, '2026', 'disease', '' "
        "FROM trial_participant",
        "DELETE FROM trial_deviation",
        "TRUNCATE trial_deviation",
    ],
)
def test_raw_sql_of_the_application_does_not_pass_a_lock(cast: Cast, text: str) -> None:
    _enter(cast)
    hold(cast, "lock", scope="site", site=cast.north)
    with pytest.raises((DatabaseError, Refused)), changes.record(Save(cast.people[Role.ADMINISTRATOR]), "import"):
        with connection.cursor() as cursor:
            cursor.execute(text)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text)
    assert Deviation.objects.get().description == "Scan late"


@pytest.mark.requirement("R56")
def test_an_import_does_not_pass_a_lock_and_nothing_of_it_is_kept(cast: Cast) -> None:
    hold(cast, "lock", scope="study")
    with pytest.raises(Refused, match="frozen|locked"), changes.record(None, "import"):
        Deviation.objects.bulk_create(Deviation(participant=cast.participant, **DEVIATION) for _ in range(3))
    assert not Deviation.objects.exists()


@pytest.mark.parametrize(("kind", "passes"), [("freeze", True), ("lock", False)])
def test_a_query_is_written_about_frozen_and_not_about_locked_entries(cast: Cast, kind: str, passes: bool) -> None:
    hold(cast, kind)
    monitor = cast.people[Role.MONITOR]

    def ask() -> None:
        with changes.record(Save(monitor), "query") as change:
            query = Query.objects.create(participant=cast.participant, form="registration", words="Please compare.",
                                         raised_by=monitor, raised_at=change.at)  # fmt: skip
            QueryMessage.objects.create(query=query, state="open", said_by=monitor, said_at=change.at)

    if passes:
        ask()
    else:
        with pytest.raises(Refused, match="locked"):
            ask()
    assert Query.objects.count() == passes


def test_after_a_freeze_is_lifted_the_site_writes_again(cast: Cast) -> None:
    made = hold(cast)
    with changes.record(Save(cast.people[Role.MONITOR]), "freeze"):
        made.state, made.lifted_by, made.lifted_because = "lifted", cast.people[Role.MONITOR], "a late report"
        made.save()
    assert _enter(cast).pk


@pytest.mark.requirement("R56")
@pytest.mark.parametrize(
    "text",
    [
        "UPDATE trial_hold SET state = 'lifted', lifted_by_id = %(me)s, lifted_because = 'x'",
        "UPDATE trial_hold SET state = 'lifted', lifted_by_id = %(me)s, lifted_because = 'x', "
        "lift_asked_by_id = %(me)s, lift_asked_because = 'x'",
        "UPDATE trial_hold SET state = 'lifted', lifted_by_id = %(me)s, lifted_because = 'x', "
        "lift_asked_by_id = %(other)s, lift_asked_because = 'x'",
        "UPDATE trial_hold SET struck_out_reason = 'x'",
        "DELETE FROM trial_hold",
    ],
)
def test_one_person_cannot_lift_a_lock_by_raw_sql(cast: Cast, text: str) -> None:
    hold(cast, "lock")
    monitor, chair = cast.people[Role.MONITOR], cast.people[Role.CHAIR]
    with pytest.raises(DatabaseError), changes.record(Save(monitor), "lock"), connection.cursor() as cursor:
        cursor.execute(text, {"me": monitor.pk, "other": chair.pk})
    assert Hold.objects.get().state == "in_force"


def test_nobody_approves_a_lock_in_anothers_name(cast: Cast) -> None:
    monitor, chair = cast.people[Role.MONITOR], cast.people[Role.CHAIR]
    with pytest.raises(DatabaseError, match="name of another person"), changes.record(Save(monitor), "lock") as change:
        Hold.objects.create(kind="lock", scope="study", state="in_force", asked_by=monitor, asked_at=change.at,
                            decided_by=chair, decided_because="x")  # fmt: skip
    assert not Hold.objects.exists()


@pytest.mark.requirement("R56")
def test_the_owner_of_the_schema_does_not_pass_a_lock_either(
    cast: Cast, database_owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    hold(cast, "lock")
    with pytest.raises(psycopg.Error, match="locked"), database_owner.transaction():
        database_owner.execute("SELECT endpoint_open_change(NULL, 'system', '', NULL, NULL, '{}', 'test')")
        database_owner.execute("UPDATE trial_participant SET ecog = 2")


def test_a_refused_save_says_what_is_held_in_words(cast: Cast) -> None:
    hold(cast)
    with pytest.raises(Refused, match="frozen|locked") as caught:
        corrections.correct_participant(
            Save(cast.people[Role.COORDINATOR], reason="typed wrongly"), cast.participant, {"ecog": 2}
        )
    assert str(caught.value) == "The participant is frozen: nothing was saved."
