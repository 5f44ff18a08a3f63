"""Nobody enters data without a recorded, current training for the role; a review of access rights is signed off."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from tests.capture.typed import signed_in
from tests.cast import Cast, cast_of
from trial.models import AccessReview, Change, Deviation, Person, Role, Training
from trial.record import access, changes
from trial.record.save import Save
from trial.refused import Refused
from trial.rules.dates.partial_date import shown

TODAY = datetime.now(UTC).date()
TYPED = {"happened_on": shown(TODAY), "kind": "other", "description": "Scan late"}


@pytest.fixture
def cast(database: str, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The fixed cast, entered before training was demanded; now it is."""
    made = cast_of()
    monkeypatch.setattr(settings, "TRAINING", True)
    return made


def _train(person: Person, since: int, until: int | None = None, role: str = "") -> Training:
    """Days from today; until None: it does not run out."""
    last = None if until is None else TODAY + timedelta(days=until)
    with changes.record(None, "system", "training of the test"):
        return Training.objects.create(person=person, role=role or person.role, what="Protocol",
                                       trained_on=TODAY + timedelta(days=since), valid_until=last)  # fmt: skip


def _enters(cast: Cast, role: Role = Role.COORDINATOR) -> str:
    """Posts a deviation; empty when it was saved, else the page."""
    before = (Change.objects.count(), Deviation.objects.count())
    answer = signed_in(cast.people[role]).post("/participants/NET-001/deviation/new/", TYPED)
    if answer.status_code == 302:
        return ""
    assert answer.status_code == 422 and (Change.objects.count(), Deviation.objects.count()) == before
    return answer.content.decode()


@pytest.mark.requirement("R71")
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.INVESTIGATOR])
def test_entry_is_refused_in_words_without_a_training_and_taken_with_one(cast: Cast, role: Role) -> None:
    page = _enters(cast, role)
    assert "no recorded training as site" in page and "Nothing was saved. Ask the administrator" in page
    assert "Scan late" in page, "what was typed stays"
    _train(cast.people[role], since=0)
    assert _enters(cast, role) == ""


@pytest.mark.requirement("R71")
@pytest.mark.parametrize(
    ("since", "until", "role", "words"),
    [(-400, -1, "", f"ended on {shown(TODAY - timedelta(days=1))}"), (1, None, "", "no recorded training"),
     (-400, None, "investigator", "no recorded training as site coordinator"), (-400, 0, "", "")],
    ids=["ended yesterday", "from tomorrow on", "for another role", "last day today"],
)  # fmt: skip
def test_a_training_counts_for_its_role_from_its_first_to_its_last_day(
    cast: Cast, since: int, until: int | None, role: str, words: str
) -> None:
    _train(cast.people[Role.COORDINATOR], since, until, role)
    page = _enters(cast)
    assert words in page if words else page == ""


@pytest.mark.requirement("R71")
def test_every_way_of_entering_is_refused_and_what_is_no_entry_is_not(cast: Cast) -> None:
    nora = cast.people[Role.COORDINATOR]
    for act in sorted(access.ENTRY_ACTS):
        with (
            pytest.raises(Refused, match="No training|training"),
            changes.record(Save(nora), act, "why", participant=cast.participant),
        ):
            raise AssertionError("nothing may be written here")
    for act in ("query", "sign"):
        with changes.record(Save(nora), act, "why", participant=cast.participant):
            pass
    for person in (None, cast.people[Role.MONITOR]):
        with changes.record(Save(person), "correct", "why", participant=cast.participant):
            pass


def test_a_person_without_training_is_told_on_every_page_before_typing(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    assert "You cannot save entries" in nora.get("/participants/NET-001/").content.decode()
    assert "You cannot save" not in signed_in(cast.people[Role.MONITOR]).get("/participants/").content.decode()
    _train(cast.people[Role.COORDINATOR], since=-1)
    assert "You cannot save" not in nora.get("/participants/NET-001/").content.decode()


@pytest.mark.requirement("R71")
def test_training_is_demanded_only_where_it_is_switched_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "TRAINING", False)
    assert _enters(cast) == ""


@pytest.mark.requirement("R71")
def test_the_administrator_records_a_training_and_takes_a_mistaken_one_back(cast: Cast) -> None:
    nora, adam = cast.people[Role.COORDINATOR], signed_in(cast.people[Role.ADMINISTRATOR])
    place, given = f"/people/{nora.pk}/training/", {"what": "GCP", "reason": "Certificate seen", "valid_until": ""}
    assert "not current" in adam.get(f"/people/{nora.pk}/").content.decode()
    tomorrow = shown(TODAY + timedelta(days=1))
    assert adam.post(place, given | {"trained_on": tomorrow}).status_code == 422
    assert adam.post(place, given | {"trained_on": shown(TODAY), "valid_until": "01-JAN-2001"}).status_code == 422
    assert not Training.objects.exists()
    assert adam.post(place, given | {"trained_on": shown(TODAY)}).status_code == 302
    row, change = Training.objects.get(), Change.objects.order_by("-id")[0]
    assert (row.person, row.role, row.what, row.valid_until) == (nora, "coordinator", "GCP", None)
    assert (change.person, change.reason) == (cast.people[Role.ADMINISTRATOR], "Certificate seen")
    assert _enters(cast) == ""
    assert adam.post(f"/trainings/{row.pk}/strike-out/", {"reason": "Of another person"}).status_code == 302
    assert "no recorded training" in _enters(cast) and Training.objects.get().struck_out_reason == "Of another person"
    assert "struck out: Of another person" in adam.get(f"/people/{nora.pk}/").content.decode()


@pytest.mark.requirement("R15")
def test_the_review_of_access_rights_is_signed_off_on_record(cast: Cast) -> None:
    adam, day = signed_in(cast.people[Role.ADMINISTRATOR]), shown(TODAY)
    assert adam.post(f"/people/rights/?on={day}", {"words": " "}).status_code == 422
    future = shown(TODAY + timedelta(days=1))
    assert adam.post(f"/people/rights/?on={future}", {"words": "All as it should be."}).status_code == 422
    assert not AccessReview.objects.exists()
    assert adam.post(f"/people/rights/?on={day}", {"words": "Sol has left: closed today."}).status_code == 302
    review, change = AccessReview.objects.get(), Change.objects.order_by("-id")[0]
    assert (review.reviewed_by, review.rights_on) == (cast.people[Role.ADMINISTRATOR], TODAY) == (change.person, TODAY)
    assert review.accounts == Person.objects.count() and change.at - review.reviewed_at < timedelta(seconds=5)
    assert "Sol has left: closed today." in adam.get("/people/rights/").content.decode()
