"""Accounts, roles, sites and delegations: who changes them, what is refused, and how a past day is rebuilt."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection

from tests.cast import Cast
from trial.accounts import administration
from trial.accounts.access_rights import access_rights
from trial.audit import verify
from trial.models import Change, Person, Role, Site, Version
from trial.record import access
from trial.record.access import may_sign
from trial.record.save import Save
from trial.refused import Refused

TODAY = datetime.now(UTC).date()


def administrator(cast: Cast) -> Person:
    """The administrator of the cast."""
    return cast.people[Role.ADMINISTRATOR]


def newest(person: Person) -> dict[str, Any]:
    """The newest version of an account."""
    return Version.objects.filter(table_name="trial_person", row_id=person.pk).order_by("-id")[0].row


@pytest.mark.requirement("R06")
def test_no_role_both_enters_and_locks() -> None:
    assert not set(access.ENTERS) & set(access.LOCKS)
    assert Role.ADMINISTRATOR not in {*access.READS_RECORD, *access.READS_RESULTS, *access.LOCKS, *access.DECIDES}


@pytest.mark.requirement("R04")
def test_a_new_account_is_one_change_by_the_administrator_with_its_reason(cast: Cast) -> None:
    given = ("olga", "Olga Ruiz", Role.COORDINATOR, [cast.north], "New")
    person, password = administration.add(Save(administrator(cast)), *given)
    change = Change.objects.latest("id")
    assert (change.act, change.reason, change.person) == ("account", "New", administrator(cast))
    assert newest(person) == {
        "id": person.pk, "username": "olga", "full_name": "Olga Ruiz", "role": "coordinator", "is_active": True,
        "sites": [cast.north.pk], "all_sites": False,
    }  # fmt: skip
    assert person.must_change_password and person.check_password(password) and len(password) >= 20


@pytest.mark.requirement("R11")
def test_no_password_hash_is_ever_in_the_history(cast: Cast) -> None:
    person, password = administration.add(Save(administrator(cast)), "olga", "Olga", Role.CHAIR, [], "New")
    person.set_password("another quiet password")
    person.save()
    administration.give_password(Save(administrator(cast)), person, "Forgotten")
    texts = [str(row) for row in Version.objects.values_list("row", flat=True)]
    assert texts and not [text for text in texts if "argon2" in text or "password" in text or password in text]


def test_signing_in_or_choosing_a_password_is_no_change_of_the_record(cast: Cast) -> None:
    before = Change.objects.count()
    nora = cast.people[Role.COORDINATOR]
    nora.set_password("another quiet password")
    nora.last_login = datetime.now(UTC)
    nora.save()
    assert Change.objects.count() == before


@pytest.mark.requirement("R03")
@pytest.mark.parametrize("username", ["nora", "Nora", "NORA"])
def test_a_username_is_never_used_again_however_it_is_written(cast: Cast, username: str) -> None:
    administration.deactivate(Save(administrator(cast)), cast.people[Role.COORDINATOR], "Left the hospital")
    with pytest.raises(Refused):
        administration.add(Save(administrator(cast)), username, "Another Nora", Role.COORDINATOR, [cast.north], "New")
    with pytest.raises(DatabaseError):
        Person.objects.create_person(username, None, full_name="Another", role=Role.CHAIR)


@pytest.mark.requirement("R03")
def test_the_database_refuses_to_rename_or_delete_an_account(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    with pytest.raises(DatabaseError, match="keeps its username"):
        Person.objects.filter(pk=nora.pk).update(username="eleonora")
    with pytest.raises(DatabaseError):
        nora.delete()


@pytest.mark.requirement("R04", "R28")
def test_an_account_written_outside_a_change_is_on_record_as_the_systems(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    Person.objects.filter(pk=nora.pk).update(role=Role.CHAIR)
    change = Change.objects.latest("id")
    assert (change.act, change.person, newest(nora)["role"]) == ("system", None, "chair")
    assert "endpoint_app" in change.reason
    nora.sites.clear()
    assert newest(nora)["sites"] == []
    assert verify.verify(connection).first_break is None


@pytest.mark.requirement("R04")
@pytest.mark.parametrize(
    "text",
    ["UPDATE trial_person SET role = 'chair' WHERE username = 'nora'", "DELETE FROM trial_person_sites"],
)
def test_an_account_altered_behind_the_triggers_is_found(
    cast: Cast, database_owner: psycopg.Connection[tuple[object, ...]], text: str
) -> None:
    for table in ("trial_person", "trial_person_sites"):
        database_owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    database_owner.execute(text)
    assert "trial_person" in str(verify.verify(connection).first_break)
    for table in ("trial_person", "trial_person_sites"):
        database_owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    assert "is not what its newest version says" in str(verify.verify(connection).first_break)


@pytest.mark.requirement("R04")
def test_switched_off_recording_of_sites_is_found(
    cast: Cast, database_owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    database_owner.execute("ALTER TABLE trial_person_sites DISABLE TRIGGER endpoint_record")
    assert "trial_person_sites are missing or disabled" in str(verify.verify(connection).first_break)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_nobody_but_an_administrator_changes_accounts(cast: Cast, role: Role) -> None:
    with pytest.raises(PermissionError):
        administration.add(Save(cast.people[role]), "olga", "Olga", Role.CHAIR, [], "New")
    with pytest.raises(PermissionError):
        administration.deactivate(Save(cast.people[role]), cast.elsewhere[Role.COORDINATOR], "Because")
    assert not Person.objects.filter(username="olga").exists()


@pytest.mark.requirement("R06")
def test_an_account_never_holds_entry_and_lock_rights_even_one_after_the_other(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    for role in access.LOCKS:
        with pytest.raises(Refused, match="cannot change between roles"):
            administration.change(Save(administrator(cast)), nora, "Nora", role, [], "Promotion")


@pytest.mark.parametrize(
    ("role", "sites"), [(Role.COORDINATOR, 0), (Role.MONITOR, 0), (Role.CHAIR, 1), (Role.ADMINISTRATOR, 1)]
)
def test_a_role_and_its_sites_fit_together(cast: Cast, role: Role, sites: int) -> None:
    with pytest.raises(Refused):
        administration.add(Save(administrator(cast)), "olga", "Olga", role, [cast.north][:sites], "New")


def test_the_last_administrator_stays(cast: Cast) -> None:
    adam = administrator(cast)
    with pytest.raises(Refused, match="own account"):
        administration.deactivate(Save(adam), adam, "Tired")
    with pytest.raises(Refused, match="last administrator"):
        administration.change(Save(adam), adam, "Adam", Role.STATISTICIAN, [], "Tired")


@pytest.mark.requirement("R02")
def test_a_monitor_has_the_sites_that_are_named_or_all_that_are_stated_and_never_all_by_their_lack(cast: Cast) -> None:
    adam, mona = Save(administrator(cast)), cast.people[Role.MONITOR]
    assert access.sees_every_site(mona) and access.participants_for(mona).exists()
    administration.change(adam, mona, "Mona", Role.MONITOR, [cast.south], "Moved")
    mona.refresh_from_db()
    assert not access.sees_every_site(mona) and list(access.sites_for(mona)) == [cast.south]
    with pytest.raises(Refused, match="All sites"):
        administration.change(adam, mona, "Mona", Role.MONITOR, [], "Site closed")
    mona.sites.clear()
    assert not access.sees_every_site(mona) and not access.sites_for(mona).exists()
    assert not access.participants_for(mona).exists() and not access.changes_for(mona).exists()
    administration.change(adam, mona, "Mona", Role.MONITOR, None, "For the study")
    mona.refresh_from_db()
    assert access.sees_every_site(mona) and newest(mona)["all_sites"] is True
    for role in (Role.COORDINATOR, Role.CHAIR):
        with pytest.raises(Refused, match="Only a monitor"):
            administration.add(adam, "olga", "Olga", role, None, "New")


@pytest.mark.requirement("R07")
def test_an_administrator_cannot_enter_or_read_a_participant(cast: Cast) -> None:
    assert not access.participants_for(administrator(cast)).exists()
    assert not access.sites_for(administrator(cast)).exists()


def test_a_site_is_added_and_renamed_under_a_change(cast: Cast) -> None:
    site = administration.save_site(Save(administrator(cast)), None, "lake", "Lakeside", "Opened")
    assert site.code == "LAKE"
    administration.save_site(Save(administrator(cast)), site, "", "Lakeside Clinic", "Renamed by the hospital")
    assert Site.objects.get(code="LAKE").name == "Lakeside Clinic"
    assert Change.objects.latest("id").site == site
    with pytest.raises(Refused, match="already"):
        administration.save_site(Save(administrator(cast)), None, "Lake", "Another", "Opened")


@pytest.mark.requirement("R39")
def test_an_investigator_signs_from_the_first_to_the_last_day_of_the_delegation(cast: Cast) -> None:
    ines, first, last = cast.people[Role.INVESTIGATOR], date(2026, 3, 1), date(2026, 3, 31)
    assert not may_sign(ines, cast.north, first)
    administration.delegate(Save(administrator(cast)), ines, cast.north, first, last, "Delegation log of 1 March")
    days = [first - timedelta(days=1), first, last, last + timedelta(days=1)]
    assert [may_sign(ines, cast.north, day) for day in days] == [False, True, True, False]
    assert not may_sign(ines, cast.south, first)
    assert not may_sign(cast.people[Role.COORDINATOR], cast.north, first)


@pytest.mark.requirement("R39")
def test_a_deactivated_investigator_signs_no_more(cast: Cast) -> None:
    ines = cast.people[Role.INVESTIGATOR]
    administration.delegate(Save(administrator(cast)), ines, cast.north, date(2026, 3, 1), None, "Delegation log")
    administration.deactivate(Save(administrator(cast)), ines, "Left")
    ines.refresh_from_db()
    assert not may_sign(ines, cast.north, date(2026, 3, 2))


def test_only_an_investigator_of_the_site_is_delegated(cast: Cast) -> None:
    for person, site in ((cast.people[Role.COORDINATOR], cast.north), (cast.people[Role.INVESTIGATOR], cast.south)):
        with pytest.raises(Refused, match="not an investigator"):
            administration.delegate(Save(administrator(cast)), person, site, TODAY, None, "By mistake")


def test_a_delegation_is_ended_and_not_before_it_began(cast: Cast) -> None:
    ines = cast.people[Role.INVESTIGATOR]
    row = administration.delegate(Save(administrator(cast)), ines, cast.north, date(2026, 3, 1), None, "Delegation log")
    with pytest.raises(Refused, match="before the first"):
        administration.end_delegation(Save(administrator(cast)), row, date(2026, 2, 28), "By mistake")
    administration.end_delegation(Save(administrator(cast)), row, date(2026, 3, 10), "Left the team")
    assert [may_sign(ines, cast.north, date(2026, 3, day)) for day in (10, 11)] == [True, False]


@pytest.mark.requirement("R05")
def test_access_rights_of_a_past_day_are_rebuilt(cast: Cast, database_owner: psycopg.Connection[Any]) -> None:
    """The changes up to now are dated back a month, as a clock that stood there would have dated them."""
    from trial.accounts import access_rights as module

    moved = Change.objects.latest("id").id
    nora = cast.people[Role.COORDINATOR]
    administration.change(Save(administrator(cast)), nora, "Nora Berg", Role.COORDINATOR, [cast.south], "Moved")
    administration.delegate(Save(administrator(cast)), cast.people[Role.INVESTIGATOR], cast.north, TODAY, None, "Log")
    administration.deactivate(Save(administrator(cast)), cast.people[Role.MONITOR], "Left")
    now = {right.username: right for right in access_rights(TODAY)}
    assert (now["nora"].full_name, now["nora"].sites) == ("Nora Berg", ("SOUTH",))
    assert not now["a_monitor"].is_active
    assert now["a_investigator"].signs_for[0].startswith("NORTH (from ")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "newest_change_on", lambda day: moved)
        then = {right.username: right for right in access_rights(TODAY)}
    assert (then["nora"].full_name, then["nora"].sites) == ("Nora", ("NORTH",))
    assert then["a_monitor"].is_active and then["a_investigator"].signs_for == ()
    assert access_rights(TODAY - timedelta(days=1)) == []


def test_a_new_password_of_the_administrators_making_ends_all_sessions(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    before = nora.get_session_auth_hash()
    administration.give_password(Save(administrator(cast)), nora, "Forgotten")
    nora.refresh_from_db()
    assert nora.get_session_auth_hash() != before and nora.must_change_password


@pytest.mark.requirement("R04")
def test_an_account_without_a_reason_is_not_changed(cast: Cast) -> None:

    with pytest.raises(Refused, match="Enter a reason"):
        administration.deactivate(Save(administrator(cast)), cast.people[Role.CHAIR], " ")
