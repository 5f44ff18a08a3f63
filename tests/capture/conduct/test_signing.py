"""Signatures: by the delegated investigator, with the password, bound to versions, stale by item, one of two tabs."""

import re
from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import queries, signing
from capture.entry.services import assessments, dosing, entries
from tests.cast import Cast, cast_of, register
from trial.models import AdverseEvent, Change, Delegation, Person, Role, Signature
from trial.record import changes, site_clock
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates.partial_date import shown

DEVIATION = {"happened_on": date(2026, 1, 9), "kind": "assessment", "description": "Scan late", "action": ""}
PASSWORD = "a-long-Pass-of-words-2026"
ADDRESS = "/participants/NET-001/signature/"


def delegate(person: Person, site: object, from_on: date, to_on: date | None = None) -> Delegation:
    """The right to sign for a site."""
    with changes.record(None, "system", "delegation of the test"):
        return Delegation.objects.create(person=person, site=site, from_on=from_on, to_on=to_on)


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; the investigator of Site North is delegated and has a password."""
    cast = cast_of()
    ines = cast.people[Role.INVESTIGATOR]
    ines.set_password(PASSWORD)
    ines.save()
    delegate(ines, cast.north, date(2026, 1, 1))
    return cast


def client_of(person: Person) -> Client:
    """Somebody signed in."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None, page
    return found[1]


def _sign(cast: Cast) -> Signature:
    ines = cast.people[Role.INVESTIGATOR]
    return signing.sign(Save(ines), cast.participant, signing.standing(cast.participant).content_hash)


def _filled(cast: Cast) -> None:
    nora, one = cast.people[Role.COORDINATOR], cast.participant
    assessments.save_baseline(
        Save(nora),
        one,
        {"assessed_on": date(2026, 1, 6), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        [assessment.NewLesion("liver", "segment 4", Decimal(40))],
        [],
    )
    dosing.save_cycle(Save(nora), one, 1, {"started_on": date(2026, 1, 9)}, treatment.AS_PLANNED)
    entries.save(Save(nora), one, ENTRY_FORMS["deviation"], DEVIATION)


@pytest.mark.requirement("R23", "R33", "R34")
def test_the_whole_casebook_is_signed_by_one_act(cast: Cast) -> None:
    _filled(cast)
    client = client_of(cast.people[Role.INVESTIGATOR])
    page = client.get(ADDRESS).content.decode()
    for words in ("Screening and registration", "Baseline tumor assessment 06-JAN-2026", "Cycle 1",
                  "Protocol deviation 09-JAN-2026", signing.MEANING):  # fmt: skip
        assert words in page, words
    assert client.post(ADDRESS, {"seen": _seen(page), "password": PASSWORD}).status_code == 302
    signature = Signature.objects.get()
    assert (signature.printed_name, signature.meaning) == ("A_Investigator", signing.MEANING)
    # 1 participant, 23 answers, 1 waiver, baseline + lesion + reading, cycle + period, deviation.
    assert len(signature.versions) == 31
    change = Change.objects.latest("id")
    assert (change.act, change.id) == ("sign", signature.at_change)
    assert bytes(change.previous_seal).hex() == signature.head_seal
    assert signing.standing(cast.participant).state == "signed" and signing.is_bound(signature)


@pytest.mark.requirement("R37")
def test_a_later_change_makes_it_stale_and_names_only_what_changed(cast: Cast) -> None:
    _filled(cast)
    _sign(cast)
    dosing.save_cycle(
        Save(cast.people[Role.COORDINATOR], reason="typed wrongly"),
        cast.participant,
        1,
        {"started_on": date(2026, 1, 10)},
        treatment.AS_PLANNED,
    )
    standing = signing.standing(cast.participant)
    assert standing.state == "changed" and [each.place.title for each in standing.items] == ["Cycle 1"]
    assert signing.states([cast.participant]) == {cast.participant.pk: "changed"}
    page = client_of(cast.people[Role.INVESTIGATOR]).get(ADDRESS).content.decode()
    listed = page[page.index('id="h-items"') : page.index('id="h-casebook"')]
    assert "Sign changed entries" in page and "Protocol deviation 09-JAN-2026" not in listed
    assert "<del>09-JAN-2026</del> <ins>10-JAN-2026</ins>" in page and page.count("changed after signature</span>") == 1
    second = _sign(cast)
    assert signing.standing(cast.participant).state == "signed"
    assert signing.states([cast.participant]) == {cast.participant.pk: "signed"}
    assert Signature.objects.count() == 2 and second.content_hash != Signature.objects.first().content_hash


@pytest.mark.requirement("R33")
def test_the_page_shows_every_value_that_is_signed_and_what_is_open(cast: Cast) -> None:
    _filled(cast)
    nora, one = cast.people[Role.COORDINATOR], cast.participant
    pressure = {"measured_on": date(2026, 1, 12), "systolic_mmhg": 162, "systolic_mmhg_missing": "",
                "diastolic_mmhg": 104, "diastolic_mmhg_missing": ""}  # fmt: skip
    entries.save(Save(nora, acknowledged={}), one, ENTRY_FORMS["blood_pressure"], pressure)
    with changes.record(None, "system", "an event", participant=one, groups=("A",)):
        AdverseEvent.objects.create(participant=one, term="diarrhea", grade=4, attribution=4, seriousness="no",
                                    onset_on_missing="unknown", action_taken="none", outcome="recovered")  # fmt: skip
    queries.raise_query(Save(cast.people[Role.MONITOR]), one, queries.Where("cycle", one.cycles.get().pk), "Which lot?")
    page = client_of(cast.people[Role.INVESTIGATOR]).get(ADDRESS).content.decode()
    opened, read = page[page.index('id="h-open"') : page.index('id="h-items"')], page[page.index('id="h-casebook"') :]
    for words in ("Which lot?", "Visit, cycle 1", "Week 8", "Proposed adverse event", "status-incomplete",
                  "Diarrhea, grade 4", "Expectedness missing"):  # fmt: skip
        assert words in opened, words
    for words in ("segment 4", "40", "Scan late", "<dd>162</dd>", "<dd>104</dd>", "<td>400</td>", "Carcinoid"):
        assert words.casefold() in read.casefold(), words
    assert page.index('id="h-casebook"') < page.index('name="password"')


@pytest.mark.requirement("R37")
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.MONITOR, Role.CHAIR, Role.INVESTIGATOR])
def test_the_signature_is_seen_by_all_who_see_the_participant(cast: Cast, role: str) -> None:
    client = client_of(cast.people[role])
    assert "Signed by" not in client.get("/participants/NET-001/").content.decode()
    _sign(cast)
    signed = f"Signed by A_Investigator {shown(site_clock.today())}"
    pages = [client.get(address).content.decode() for address in ("/participants/NET-001/", "/participants/", ADDRESS)]
    assert signed in pages[0] and signed in pages[1] and "A_Investigator" in pages[2]
    assert ">Sign casebook<" not in pages[0] and ">Sign changed entries<" not in pages[0]
    for _ in range(2):
        entries.save(Save(cast.people[Role.COORDINATOR]), cast.participant, ENTRY_FORMS["deviation"], DEVIATION)
    pages = [client.get(address).content.decode() for address in ("/participants/NET-001/", "/participants/")]
    assert all(f"{signed}, 2 changes since" in page for page in pages)


@pytest.mark.requirement("R37")
def test_queries_and_verification_do_not_make_a_signature_stale(cast: Cast) -> None:
    _sign(cast)
    queries.raise_query(Save(cast.people[Role.MONITOR]), cast.participant,
                        queries.Where("registration", cast.participant.pk), "Please look.")  # fmt: skip
    assert signing.standing(cast.participant).state == "signed"
    assert signing.states([cast.participant]) == {cast.participant.pk: "signed"}


@pytest.mark.requirement("R41")
def test_two_tabs_make_one_signature(cast: Cast) -> None:
    client = client_of(cast.people[Role.INVESTIGATOR])
    seen = [_seen(client.get(ADDRESS).content.decode()) for _ in range(2)]
    for each in seen:
        assert client.post(ADDRESS, {"seen": each, "password": PASSWORD}).status_code == 302
    assert Signature.objects.count() == 1 and Change.objects.filter(act="sign").count() == 1


@pytest.mark.requirement("R36")
def test_what_changed_while_the_page_was_open_is_not_signed(cast: Cast) -> None:
    client = client_of(cast.people[Role.INVESTIGATOR])
    seen = _seen(client.get(ADDRESS).content.decode())
    entries.save(Save(cast.people[Role.COORDINATOR]), cast.participant, ENTRY_FORMS["deviation"], DEVIATION)
    page = client.post(ADDRESS, {"seen": seen, "password": PASSWORD})
    assert page.status_code == 422 and b"was changed while this page was open" in page.content
    assert not Signature.objects.exists() and not Change.objects.filter(act="sign").exists()


@pytest.mark.requirement("R34", "R35")
def test_a_wrong_password_never_signs_and_counts_towards_the_lockout(cast: Cast) -> None:
    client = client_of(cast.people[Role.INVESTIGATOR])
    seen = _seen(client.get(ADDRESS).content.decode())
    answers = [client.post(ADDRESS, {"seen": seen, "password": "wrong"}).content.decode() for _ in range(5)]
    assert "The password is wrong" in answers[0] and "Too many wrong passwords" in answers[-1]
    late = client.post(ADDRESS, {"seen": seen, "password": PASSWORD})
    assert late.status_code == 422 and b"Too many wrong passwords" in late.content
    assert not Signature.objects.exists()


@pytest.mark.requirement("R07", "R38", "R39")
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.MONITOR, Role.CHAIR, Role.STATISTICIAN])
def test_nobody_but_the_investigator_signs(cast: Cast, role: str) -> None:
    page = client_of(cast.people[role]).post(ADDRESS, {"seen": "0" * 64, "password": PASSWORD})
    assert page.status_code == 403
    with pytest.raises(Refused):
        signing.sign(Save(cast.people[role]), cast.participant, signing.standing(cast.participant).content_hash)


@pytest.mark.requirement("R39")
@pytest.mark.parametrize("delegated", ["never", "ended", "at the other site"])
def test_an_investigator_without_a_standing_delegation_does_not_sign(cast: Cast, delegated: str) -> None:
    other = cast.elsewhere[Role.INVESTIGATOR]
    other.sites.add(cast.north)
    today = timezone.now().date()
    if delegated == "ended":
        delegate(other, cast.north, date(2026, 1, 1), today - timedelta(days=1))
    elif delegated == "at the other site":
        delegate(other, cast.south, date(2026, 1, 1))
    with pytest.raises(Refused, match="signing delegation"):
        signing.sign(Save(other), cast.participant, signing.standing(cast.participant).content_hash)


@pytest.mark.requirement("R38")
def test_a_signature_in_anothers_name_is_refused_by_the_database(cast: Cast) -> None:
    signature = _sign(cast)
    nora = cast.people[Role.COORDINATOR]
    with pytest.raises(DatabaseError, match="name of another person"), changes.record(Save(nora), "sign"):
        Signature.objects.create(
            participant=cast.participant, signed_by=signature.signed_by, printed_name="x", signed_at=timezone.now(),
            meaning="x", at_change=1, head_seal="", content_hash="1" * 64, versions=[],
        )  # fmt: skip


@pytest.mark.requirement("R36")
def test_a_signature_copied_to_another_casebook_does_not_verify(cast: Cast) -> None:
    signature = _sign(cast)
    other = register(cast.people[Role.COORDINATOR], cast.north)
    ines = cast.people[Role.INVESTIGATOR]
    with changes.record(Save(ines), "sign", participant=other):
        copied = Signature.objects.create(**{
            **{field.name: getattr(signature, field.name) for field in Signature._meta.fields if field.name != "id"},
            "participant": other,
        })  # fmt: skip
    assert signing.is_bound(signature) and not signing.is_bound(copied)
    assert signing.standing(other).state == "changed"


@pytest.mark.requirement("R36")
def test_an_altered_version_shows_at_the_signature(
    cast: Cast, database_owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    signature = _sign(cast)
    database_owner.execute("ALTER TABLE trial_version DISABLE TRIGGER USER")
    text = "UPDATE trial_version SET row = row || '{\"ecog\": 4}' WHERE table_name = 'trial_participant'"
    database_owner.execute(text)
    assert not signing.is_bound(signature)
    page = client_of(cast.people[Role.CHAIR]).get(ADDRESS).content.decode()
    assert "Not verified" in page


@pytest.mark.requirement("R36")
def test_the_casebook_is_every_row_of_the_participant_and_of_nobody_else(cast: Cast) -> None:
    _filled(cast)
    mine = {(each.table, each.row_id) for each in signing.standing(cast.participant).versions}
    register(cast.people[Role.COORDINATOR], cast.north)
    assert {(each.table, each.row_id) for each in signing.standing(cast.participant).versions} == mine
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT (v.table_name, v.row_id)) FROM trial_version v "
                       "JOIN trial_change c ON c.id = v.change_id WHERE c.participant_id = %s",
                       [cast.participant.pk])  # fmt: skip
        assert cursor.fetchone()[0] == len(mine)
