"""Guards that nothing else would miss: each test fails when its guard is broken (`tests/mutation` breaks them)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.http import Http404
from django.test import Client

from capture.conduct import redactions
from tests.blacked import NAME, typed
from tests.cast import Cast, register
from trial.audit import install, triggers_check, verify
from trial.models import Change, Delegation, Draft, Participant, Query, Redaction, Role
from trial.record import access, changes
from trial.record.save import Save
from trial.refused import Refused

BACKEND = "django.contrib.auth.backends.ModelBackend"


def client_of(person: Any) -> Client:
    """Somebody signed in."""
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def of_the_south(cast: Cast) -> Participant:
    """A participant of the other site."""
    return register(cast.elsewhere[Role.COORDINATOR], cast.south, born_on=date_of_birth())


def date_of_birth() -> Any:
    """Another day than that of the cast's participant."""
    from trial.rules.dates.partial_date import PartialDate

    return PartialDate(1961, 7, 9)


@pytest.mark.requirement("R31")
def test_a_text_of_another_participant_of_the_own_site_is_neither_shown_nor_redacted(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    other = register(nora, cast.north, born_on=date_of_birth())
    change, version, _ = typed(other, nora)
    address = f"/participants/{cast.participant.reference}/black-out/{change}/{version}/description/"
    client = client_of(nora)
    for answer in (client.get(address), client.post(address, {"words": NAME, "because": "a name was entered"})):
        assert answer.status_code == 404 and NAME not in answer.content.decode()
    for source in (redactions.Source(change, version, "description"), redactions.Source(change, None, "")):
        with pytest.raises(Refused, match="no such entry"):
            redactions.text_of(cast.participant, source)
    assert not Redaction.objects.exists()


@pytest.mark.requirement("R02", "R07")
@pytest.mark.parametrize("role", [Role.MONITOR, Role.CHAIR, Role.STATISTICIAN])
def test_who_reads_the_registration_does_not_correct_it(cast: Cast, role: Role) -> None:
    before, client = Change.objects.count(), client_of(cast.people[role])
    address = f"/participants/{cast.participant.reference}/registration/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"sex": "male", "reason_code": "entry_error"}).status_code == 403
    assert Change.objects.count() == before and Participant.objects.get(pk=cast.participant.pk).sex == "female"


@pytest.mark.requirement("R02")
def test_queries_to_many_are_raised_at_the_own_sites_only(cast: Cast) -> None:
    south, mona = of_the_south(cast), cast.people[Role.MONITOR]
    with changes.record(None, "account", "for the test"):
        mona.all_sites = False
        mona.save()
        mona.sites.set([cast.north])
    sent = {"who": [south.pk, cast.participant.pk], "words": "Please compare with the source."}
    assert client_of(mona).post("/queries/raise/?form=registration", sent).status_code == 302
    assert {each.participant_id for each in Query.objects.all()} == {cast.participant.pk}
    assert client_of(mona).post("/queries/raise/?form=registration", {**sent, "who": [south.pk]}).status_code == 422
    assert not Query.objects.filter(participant=south).exists()


@pytest.mark.requirement("R09")
def test_a_kept_form_of_somebody_else_does_not_go_with_ones_own(cast: Cast) -> None:
    kept = Draft.objects.create(person=cast.people[Role.COORDINATOR], path="/work/", fields=[["a", "b"]], is_sent=True)
    for person in (cast.elsewhere[Role.COORDINATOR], cast.people[Role.INVESTIGATOR], cast.people[Role.CHAIR]):
        client_of(person).post("/problems/new/", {"kept_form": kept.pk})
    Client().post("/sign-in/", {"kept_form": kept.pk})
    assert Draft.objects.filter(pk=kept.pk).exists()


@pytest.mark.requirement("R14")
@pytest.mark.parametrize("page", ["/work/", "/participants/", "/account/", "/protocol/", "/participants/NET-999/"])
def test_no_cache_keeps_what_a_signed_in_person_sees(cast: Cast, page: str) -> None:
    answer = client_of(cast.people[Role.COORDINATOR]).get(page)
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.requirement("R14")
def test_the_content_policy_lets_nothing_run_that_is_not_a_file_of_the_product(cast: Cast) -> None:
    for answer in (Client().get("/sign-in/"), client_of(cast.people[Role.CHAIR]).get("/dashboard/")):
        policy = dict(each.strip().split(" ", 1) for each in answer.headers["Content-Security-Policy"].split(";"))
        assert policy == {
            "default-src": "'self'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
            "object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'", "form-action": "'self'",
        }  # fmt: skip


@pytest.mark.requirement("R21")
def test_a_change_that_is_earlier_than_the_one_before_it_is_found(
    database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 1, 5, 9, tzinfo=UTC)
    chain = [(1, None, b"1", b"1", now), (2, b"1", b"2", b"2", now - timedelta(seconds=1))]
    assert list(verify._breaks_of_chain(chain)) == ["Change 2 is earlier than the Change before it"]
    assert list(verify._breaks_of_chain([chain[0], (2, b"1", b"2", b"2", now)])) == []
    broken = [chain[0], (2, b"x", b"2", b"2", now), (3, b"2", None, b"3", now)]
    assert list(verify._breaks_of_chain(broken)) == [
        "Change 2 does not follow the seal of the Change before it",
        "Change 3 or one of its versions is not what was sealed"]  # fmt: skip


@pytest.mark.requirement("R38")
def test_a_delegation_ends_with_the_site(cast: Cast) -> None:
    ines, day = cast.people[Role.INVESTIGATOR], date(2026, 3, 2)
    with changes.record(None, "account", "for the test"):
        Delegation.objects.create(person=ines, site=cast.north, from_on=date(2026, 1, 1))
    assert access.may_sign(ines, cast.north, day)
    with changes.record(Save(cast.people[Role.ADMINISTRATOR]), "account", "Moved to the other hospital"):
        ines.sites.set([cast.south])
    assert not access.may_sign(ines, cast.north, day)


@pytest.mark.requirement("R02", "R38")
def test_each_door_looks_at_the_role_itself(cast: Cast) -> None:
    people, day = cast.people, date(2026, 3, 2)
    reads = {role for role in Role if access.changes_for(people[role]).exists()}
    assert reads == {Role.INVESTIGATOR, Role.MONITOR, Role.CHAIR, Role.STATISTICIAN}
    assert {role for role in Role if access.reads_journal(people[role])} == {
        Role.MONITOR, Role.CHAIR, Role.STATISTICIAN}  # fmt: skip
    with changes.record(None, "account", "for the test"):
        for role in (Role.COORDINATOR, Role.INVESTIGATOR):
            Delegation.objects.create(person=people[role], site=cast.north, from_on=date(2026, 1, 1))
    assert not access.may_sign(people[Role.COORDINATOR], cast.north, day)
    assert access.may_sign(people[Role.INVESTIGATOR], cast.north, day)
    screened = f"S-{cast.participant.screening_number:04d}"
    assert access.participant_for(people[Role.COORDINATOR], screened) == cast.participant
    with pytest.raises(Http404):
        access.participant_for(cast.elsewhere[Role.COORDINATOR], screened)


@pytest.mark.requirement("R19")
def test_triggers_are_looked_for_where_they_are_asked_for_and_their_tables_stand(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = install.Trigger("later_table", "endpoint_keep", "BEFORE DELETE", "endpoint_refuse()")
    monkeypatch.setattr(install, "triggers", lambda: (later,))
    assert triggers_check.missing() == ["endpoint_keep on later_table"]
    triggers_check.after_migrate("default")  # a migration of one application, before that of the table
    assert triggers_check.look(databases=[]) == [] == triggers_check.look()
    assert [each.id for each in triggers_check.look(databases=["default"])] == ["trial.E001"]


@pytest.mark.requirement("R10")
def test_pages_of_the_own_account_lead_to_what_comes_first(cast: Cast) -> None:
    client = client_of(cast.people[Role.COORDINATOR])
    assert client.get("/account/recovery-codes/").headers["Location"] == "/account/second-factor/"
    assert client.get("/sign-in/").headers["Location"] == "/"
    kept = Draft.objects.create(person=cast.people[Role.COORDINATOR], path="/work/", fields=[["a", "b"]], is_sent=True)
    page = f"/account/kept/{kept.pk}/"
    assert client.get(page).status_code == 200 and Draft.objects.filter(pk=kept.pk).exists()
    assert client.post(page).status_code == 302 and not Draft.objects.filter(pk=kept.pk).exists()
