"""Verification drops what changed; a freeze stops the site; a lock needs chair, signatures and closed queries."""

from datetime import date
from decimal import Decimal

import pytest

from capture.casebook.forms.assessment import NewLesion
from capture.casebook.history import newest_change, rows_of
from capture.casebook.registry import ENTRY_FORMS
from capture.conduct import holds, queries, verification
from capture.conduct.holds import Target
from capture.entry.services import assessments, entries
from tests.capture.conduct.test_signing import _sign, client_of, delegate
from tests.cast import Cast, cast_of, person
from trial.models import Assessment, BloodPressure, DosingPeriod, Hold, HormoneLevel, LesionReading, Role
from trial.record import changes
from trial.record.save import Save
from trial.record.snapshot import COLUMNS
from trial.refused import Refused
from trial.rules.dates.partial_date import PartialDate

DEATH = {"died_on": PartialDate(2026, 1, 20), "cause": "disease", "because": ""}


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast, with an investigator who may sign."""
    made = cast_of()
    delegate(made.people[Role.INVESTIGATOR], made.north, date(2026, 1, 1))
    return made


def _hormone(cast: Cast, value: int = 300, row: HormoneLevel | None = None) -> HormoneLevel:
    values = {"marker": "CGA", "sampled_on": date(2026, 1, 9), "value": value, "value_missing": "", "unit": "ng/mL",
              "upper_limit": 100, "assay": ""}  # fmt: skip
    saved = entries.save(
        Save(cast.people[Role.COORDINATOR], reason="New or corrected source document" if row else ""),
        cast.participant,
        ENTRY_FORMS["hormone"],
        values,
        row=row,
    )
    assert isinstance(saved, HormoneLevel)
    return saved


def _verify(cast: Cast, row: HormoneLevel, field: str = "") -> None:
    monitor = cast.people[Role.MONITOR]
    verification.verify(Save(monitor), cast.participant, "hormone", row, newest_change(row), field)


def _states(cast: Cast, row: HormoneLevel) -> dict[str, str]:
    return {each.field: each.state for each in verification.of_entry(cast.participant, "hormone", row)}


def test_a_form_is_verified_in_one_click_and_asked_for_again_when_a_value_changes(cast: Cast) -> None:
    row = _hormone(cast)
    fields = ("", "sampled_on", "value_qualifier", "value", "unit", "upper_limit")
    assert _states(cast, row) == dict.fromkeys(fields, verification.NOT_YET)
    client = client_of(cast.people[Role.MONITOR])
    address = f"/participants/NET-001/hormone/{row.pk}/"
    assert "Mark form as source-verified" in client.get(address).content.decode()
    client.post(f"{address}verify/", {"seen": newest_change(row), "field": ""})
    assert _states(cast, row) == dict.fromkeys(fields, verification.VERIFIED)
    _hormone(cast, 310, row)
    assert _states(cast, row) == dict.fromkeys(fields, verification.AGAIN)
    assert [each.row_id for each in verification.dropped_of([cast.participant])] == [row.pk]
    assert "NET-001" in client.get("/verification/").content.decode()


def test_a_field_stays_verified_when_another_field_changes(cast: Cast) -> None:
    row = _hormone(cast)
    _verify(cast, row, "value")
    with changes.record(None, "correct", "typing error", participant=cast.participant):
        row.assay = "another"
        row.save()
    states = _states(cast, row)
    assert (states[""], states["value"]) == (verification.NOT_YET, verification.VERIFIED)


def test_the_plan_holds_all_that_the_response_is_computed_from() -> None:
    """Of each table that decides an endpoint, every column that the endpoints read is critical."""
    read = {kind: {name for model in models for name in COLUMNS[model]} for kind, models in (
        ("baseline", (LesionReading,)), ("follow_up_scan", (LesionReading,)), ("cycle", (DosingPeriod,)))}  # fmt: skip
    keys = {"assessment_id", "lesion_id", "cycle_id", "not_evaluated_reason", "reason"}
    for kind, names in read.items():
        of_baseline = {"merged_with"} if kind == "baseline" else set()  # lesions grow together later
        assert names - keys - of_baseline <= set(verification.PLAN[kind]), kind
    scan = set(COLUMNS[Assessment]) - {"id", "participant_id", "kind", "investigator_response"}
    assert scan <= set(verification.PLAN["follow_up_scan"])
    contact = {"progression", "progressed_on", "new_therapy", "new_therapy_on", "disease_assessed_on"}
    assert contact <= set(verification.PLAN["follow_up"])


def test_a_diameter_that_changes_is_to_be_verified_again_and_a_query_stands_beside_it(cast: Cast) -> None:
    nora, mona, one = cast.people[Role.COORDINATOR], cast.people[Role.MONITOR], cast.participant
    head = {"assessed_on": date(2026, 1, 6), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"}
    scan = assessments.save_baseline(Save(nora), one, head, [NewLesion("liver", "segment 4", Decimal(40))], [])
    for field in ("longest_diameter_mm", "assessed_on"):
        seen = newest_change(*rows_of(scan))
        verification.verify(Save(mona), one, "baseline", scan, seen, field)
    lesion = one.lesions.get()
    queries.raise_query(Save(mona), one, queries.Where("baseline", scan.pk, f"lesion{lesion.pk}"), "Which slice?")
    found = {each.field: each.words for each in verification.of_entry(one, "baseline", scan)}
    assert found["longest_diameter_mm"] == "verified, query open" and found["assessed_on"] == "verified"
    page = client_of(mona).get(f"/participants/NET-001/assessments/{scan.pk}/").content.decode()
    assert "✓ Longest diameter (mm) (query open)" in page and "✓ Assessment date" in page
    with changes.record(None, "correct", "measured again", participant=one):
        lesion.readings.update(longest_diameter_mm=41)
    found = {each.field: each.state for each in verification.of_entry(one, "baseline", scan)}
    assert (found["longest_diameter_mm"], found["assessed_on"]) == (verification.AGAIN, verification.VERIFIED)


def test_what_was_changed_while_it_was_compared_is_not_verified(cast: Cast) -> None:
    row = _hormone(cast)
    seen = newest_change(row)
    _hormone(cast, 310, row)
    with pytest.raises(Refused, match="while the page was open"):
        verification.verify(Save(cast.people[Role.MONITOR]), cast.participant, "hormone", row, seen)


def test_only_a_monitor_verifies_and_freezes(cast: Cast) -> None:
    row = _hormone(cast)
    with pytest.raises(Refused, match="Only a monitor"):
        verification.verify(Save(cast.people[Role.COORDINATOR]), cast.participant, "hormone", row, newest_change(row))
    with pytest.raises(Refused, match="Your role"):
        holds.freeze(Save(cast.people[Role.CHAIR]), Target("study"))
    nora = client_of(cast.people[Role.COORDINATOR])
    assert nora.get("/holds/").status_code == 403
    assert nora.post(f"/participants/NET-001/hormone/{row.pk}/freeze/").status_code == 403


def test_more_than_one_form_is_frozen_or_locked_only_by_choice_and_with_a_reason(cast: Cast) -> None:
    mona = client_of(cast.people[Role.MONITOR])
    nothing_chosen = mona.post("/holds/put/", {"what": "", "because": "close-out", "freeze": "1"}, follow=True)
    assert "Choose what to freeze or lock." in nothing_chosen.text
    for act in ("freeze", "lock"):
        without_reason = mona.post("/holds/put/", {"what": "study", "because": "  ", act: "1"}, follow=True)
        assert "Enter a reason" in without_reason.text
    assert Hold.objects.count() == 0
    mona.post("/holds/put/", {"what": "study", "because": "close-out", "freeze": "1"})
    assert Hold.objects.get().asked_because == "close-out"


def test_a_frozen_form_says_so_and_refuses_a_correction_in_words(cast: Cast) -> None:
    row = _hormone(cast)
    monitor, nora = client_of(cast.people[Role.MONITOR]), client_of(cast.people[Role.COORDINATOR])
    address = f"/participants/NET-001/hormone/{row.pk}/"
    monitor.post(f"{address}freeze/")
    assert "Frozen" in nora.get(address).content.decode()
    with pytest.raises(Refused, match="froz"):
        _hormone(cast, 310, row)
    row.refresh_from_db()
    assert row.value == 300
    hold = holds.on_entry(cast.participant, "hormone", row.pk)
    assert hold is not None
    monitor.post(f"/holds/{hold.pk}/step/", {"step": "unfreeze", "because": "the site found the source"})
    assert _hormone(cast, 310, row).value == 310


@pytest.mark.requirement("R40")
def test_striking_out_a_frozen_entry_is_refused_on_the_page_in_words(cast: Cast) -> None:
    row = _hormone(cast)
    holds.freeze(Save(cast.people[Role.MONITOR]), Target("form", participant=cast.participant, form="hormone"))
    address = f"/participants/NET-001/hormone/{row.pk}/strike-out/"
    page = client_of(cast.people[Role.COORDINATOR]).post(address, {"reason_code": "entry_error"})
    assert page.status_code == 422 and "frozen" in page.content.decode()
    row.refresh_from_db()
    assert not row.is_struck_out


def test_a_lock_waits_for_the_signature_and_is_approved_by_the_chair(cast: Cast) -> None:
    one = Target("participant", participant=cast.participant)
    monitor, chair = cast.people[Role.MONITOR], cast.people[Role.CHAIR]
    with pytest.raises(Refused, match="not signed: NET-001"):
        holds.ask_lock(Save(monitor), one, "cleaned")
    _sign(cast)
    hold = holds.ask_lock(Save(monitor), one, "cleaned")
    assert holds.on_participant(cast.participant) is None
    with pytest.raises(Refused, match="Your role"):
        holds.decide_lock(Save(monitor), hold, True, "fine")
    page = client_of(chair).get("/holds/").content.decode()
    assert "Approve lock" in page and "NET-001" in page
    client_of(chair).post(f"/holds/{hold.pk}/step/", {"step": "approve", "because": "reviewed"})
    with pytest.raises(Refused, match="locked"):
        entries.save(Save(cast.people[Role.COORDINATOR]), cast.participant, ENTRY_FORMS["death"], DEATH)


@pytest.mark.requirement("R40")
def test_a_change_after_the_signature_stands_in_the_way_of_the_lock(cast: Cast) -> None:
    _sign(cast)
    _hormone(cast)
    with pytest.raises(Refused, match="changed after signature: NET-001"):
        holds.ask_lock(Save(cast.people[Role.MONITOR]), Target("participant", participant=cast.participant), "cleaned")


@pytest.mark.requirement("R23", "R56")
def test_two_people_one_of_them_the_chair_lift_a_lock(cast: Cast) -> None:
    monitor, chair = cast.people[Role.MONITOR], cast.people[Role.CHAIR]
    _sign(cast)
    hold = holds.ask_lock(Save(monitor), Target("participant", participant=cast.participant), "cleaned")
    hold = holds.decide_lock(Save(chair), hold, True, "reviewed")
    hold = holds.ask_unlock(Save(monitor), hold, "a scan was misread")
    with pytest.raises(Refused, match="cannot approve it"):
        holds.unlock(Save(monitor), hold, "still")
    with pytest.raises(Refused, match="Enter a reason"):
        holds.unlock(Save(chair), hold, " ")
    holds.unlock(Save(chair), hold, "agreed")
    assert holds.on_participant(cast.participant) is None
    entries.save(Save(cast.people[Role.COORDINATOR]), cast.participant, ENTRY_FORMS["death"], DEATH)


def test_the_plan_of_a_participant_verifies_a_visit_as_a_whole(cast: Cast) -> None:
    row = _hormone(cast)
    client = client_of(cast.people[Role.MONITOR])
    page = client.get("/participants/NET-001/verification/").content.decode()
    assert f"hormone:{row.pk}:" in page
    client.post("/participants/NET-001/verification/", {"entry": [f"hormone:{row.pk}:{newest_change(row)}"]})
    assert _states(cast, row)[""] == verification.VERIFIED
    planned, verified = verification.progress([cast.participant])[cast.participant.pk]
    assert verified == 1 < planned
    assert f"NORTH, 1 of {planned}<" in client.get("/verification/").content.decode()
    client.post("/participants/NET-001/verification/", {"entry": ["hormone:999999:1", "nonsense"]})
    assert BloodPressure.objects.count() == 0


def test_a_monitor_of_another_site_sees_neither_plan_nor_hold(cast: Cast) -> None:
    holds.freeze(Save(cast.people[Role.MONITOR]), Target("site", site=cast.north), "site visit")
    client = client_of(person("mo", Role.MONITOR, cast.south))
    assert client.get("/participants/NET-001/verification/").status_code == 404
    assert "site NORTH" not in client.get("/holds/").content.decode()
