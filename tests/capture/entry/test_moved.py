"""A correction that moves an endpoint of its participant says so before it is saved, and wants a reason."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from analysis.outcomes.outcome import derive
from capture.casebook.forms.assessment import NewLesion, Reading
from capture.casebook.forms.treatment import AS_PLANNED
from capture.casebook.registry import CHECKS, ENTRY_FORMS, SecondLook
from capture.entry.services import acknowledgements, assessments, corrections, dosing, entries
from capture.participants import selectors
from tests.capture.typed import fields, opened
from tests.cast import Cast, cast_of
from trial.models import Acknowledgement, Assessment, Query, Role
from trial.record import changes
from trial.record.in_force import evaluation_of
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

pytestmark = pytest.mark.requirement("R46")
DAY_1 = date(2026, 1, 12)
SLICES = next(each for each in CHECKS["baseline"] if each.id == "SCAN-02")
LOST = ("2 assessments have no measurement of T3. Confirmed response: PR on 09-MAR-2026, then none. "
        "Best response: PR, then unknown.")  # fmt: skip


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; its participant has a PR on 09-MAR-2026, confirmed 28 days later."""
    cast = cast_of()
    dosing.save_cycle(_save(cast), cast.participant, 1, {"started_on": DAY_1}, AS_PLANNED)
    _baseline(cast, [("", 42), ("", 28)])
    for days, sizes in ((56, (28, 18)), (84, (27, 17))):
        _scan(cast, DAY_1 + timedelta(days=days), sizes)
    return cast


def _save(cast: Cast, explained: str | None = None, reason: str = "misread") -> Save:
    """explained: what is said to the moved endpoint; None: nobody sits in front of it."""
    given = {"MOVE-01": explained} if explained is not None else None
    return Save(cast.people[Role.COORDINATOR], reason=reason, acknowledged=given)


def _baseline(cast: Cast, targets: Sequence[tuple[str, int]], save: Save | None = None) -> Assessment:
    row = cast.participant.assessments.standing().filter(kind="baseline").first()
    known = {lesion.label: lesion.pk for lesion in cast.participant.lesions.standing()}
    lesions = [NewLesion("liver", "", Decimal(size), known.get(label)) for label, size in targets]
    head = {"assessed_on": date(2026, 1, 9), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"}
    return assessments.save_baseline(save or _save(cast), cast.participant, head, lesions, [], row)


def _scan(cast: Cast, on: date, sizes: Sequence[int], row: Assessment | None = None, save: Save | None = None) -> None:
    head = {"assessed_on": on, "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done",
            "new_lesions": "no"}  # fmt: skip
    lesions = cast.participant.lesions.standing().order_by("id")
    readings = [Reading(lesion.pk, "measured", Decimal(mm)) for lesion, mm in zip(lesions, sizes, strict=True)]
    assessments.save_follow_up(save or _save(cast), cast.participant, head, readings, row)


def test_a_target_added_to_the_baseline_names_the_response_that_it_takes_away(cast: Cast) -> None:
    added = [("T1", 42), ("T2", 28), ("", 24)]
    with pytest.raises(SecondLook, match=LOST):
        _baseline(cast, added, _save(cast, ""))
    assert cast.participant.lesions.standing().count() == 2
    row = _baseline(cast, added, _save(cast, "seen by the second reader"))
    kept = Acknowledgement.objects.standing().get(check_id="MOVE-01")
    assert (kept.form, kept.row_id, kept.because) == ("baseline", row.pk, "seen by the second reader")
    assert kept.words.endswith(LOST)
    # The same correction again moves nothing, and what was explained once is not explained for the next one.
    _baseline(cast, [("T1", 42), ("T2", 28), ("T3", 24)], _save(cast, ""))
    assert not Acknowledgement.objects.standing().filter(check_id="MOVE-01").exists()


def test_each_assessment_that_is_left_without_a_measurement_is_asked_about_until_it_has_one(cast: Cast) -> None:
    def asked() -> list[str]:
        found = evaluation_of(cast.participant)
        assert found is not None
        return [each["words"] for each in derive(found.facts, found.settings)["queries"]
                if each["code"] == "reading_missing"]  # fmt: skip

    assert asked() == []
    _baseline(cast, [("T1", 42), ("T2", 28), ("", 24)])
    assert asked() == ["No measurement of T3 on 09-MAR-2026", "No measurement of T3 on 06-APR-2026"]
    row = selectors.rows_of([cast.participant], lambda _: date(2026, 4, 7))[0]
    assert [cell.due.status for cell in row.assessments if cell and cell.due.done_on] == ["incomplete"]
    first = cast.participant.assessments.standing().filter(kind="follow_up").order_by("assessed_on")[0]
    _scan(cast, first.assessed_on, (28, 18, 20), first)
    assert asked() == ["No measurement of T3 on 06-APR-2026"]


def test_a_correction_that_nobody_sits_in_front_of_is_asked_as_a_query(cast: Cast) -> None:
    second = cast.participant.assessments.standing().order_by("assessed_on")[2]
    _scan(cast, second.assessed_on, (60, 40), second)
    query = Query.objects.get(check_id="MOVE-01")
    assert (query.form, query.row_id, query.state) == ("follow_up_scan", second.pk, "open")
    assert "Progression: none, then 06-APR-2026." in query.words


@pytest.mark.parametrize(("change", "words"), [
    ("registration", "Registration: 08-JAN-2026, then 09-JAN-2026."),
    ("day_1", "Day 1: 12-JAN-2026, then 13-JAN-2026."),
    ("death", "Death: 01-MAY-2026, then 02-MAY-2026."),
    ("consent", "Evaluable: yes, then no, no dose taken yet."),
])  # fmt: skip
def test_what_moves_is_named(cast: Cast, change: str, words: str) -> None:
    one, form = cast.participant, ENTRY_FORMS["death"]
    died = {"died_on": PartialDate(2026, 5, 1), "cause": "disease", "because": ""}
    if change == "death":
        entries.save(_save(cast), one, form, died)
    moves = {
        "registration": lambda save: corrections.correct_participant(save, one, {"registered_on": date(2026, 1, 9)}),
        "day_1": lambda save: dosing.save_cycle(save, one, 1, {"started_on": date(2026, 1, 13)}, AS_PLANNED),
        "death": lambda save: entries.save(save, one, form, died | {"died_on": PartialDate(2026, 5, 2)},
                                           row=one.deaths.first()),
        "consent": lambda save: dosing.save_cycle(save, one, 1, {"started_on": DAY_1}, [
            dosing.Period(1, 28, 0, "held", "rash")]),
    }  # fmt: skip
    with pytest.raises(SecondLook, match=words):
        moves[change](_save(cast, ""))
    moves[change](_save(cast, "read off the wrong line"))


def test_a_best_response_that_moves_alone_is_named(cast: Cast) -> None:
    first, second = cast.participant.assessments.standing().filter(kind="follow_up").order_by("assessed_on")
    assessments.strike_out(_save(cast), second)
    with pytest.raises(SecondLook, match="what the endpoints read. Best response: SD, then PD. Progression"):
        _scan(cast, first.assessed_on, (60, 40), first, _save(cast, ""))
    head = {"assessed_on": first.assessed_on, "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done",
            "new_lesions": "no"}  # fmt: skip
    unseen = [Reading(each.pk, "not_evaluated", None, "not scanned") for each in cast.participant.lesions.standing()]
    with pytest.raises(SecondLook, match="what the endpoints read. Best response: SD, then unknown.$"):
        assessments.save_follow_up(_save(cast, ""), cast.participant, head, unseen, first)


def test_what_moves_is_asked_in_one_round_with_the_other_soft_checks(cast: Cast) -> None:
    second = cast.participant.assessments.standing().order_by("assessed_on")[2]
    with pytest.raises(SecondLook) as asked:
        _scan(cast, second.assessed_on, (60, 40), second, _save(cast, ""))
    assert {check.id for check in asked.value.failures} == {"FOLL-06", "MOVE-01"}
    assert second.readings.get(lesion__label="T1").longest_diameter_mm == 27
    with pytest.raises(SecondLook) as asked:
        _scan(cast, second.assessed_on, (60, 40), second, _save(cast, "read again"))
    assert [check.id for check in asked.value.failures] == ["FOLL-06"]


def test_striking_out_a_scan_names_the_response_that_goes_with_it(cast: Cast) -> None:
    nora, scan = Client(), cast.participant.assessments.standing().order_by("assessed_on")[2]
    nora.force_login(cast.people[Role.COORDINATOR])
    address = f"/participants/{cast.participant.reference}/assessments/{scan.pk}/strike-out/"
    typed = opened(nora, address) | {"reason_code": "entry_error"}
    again = nora.post(address, typed)
    assert again.status_code == 422
    assert "Confirmed response: PR on 09-MAR-2026, then none." in again.text
    # The reason of the strike-out is the explanation: nothing is typed a second time.
    sent = fields(again.text)
    assert sent["acknowledge_MOVE-01"] == "Entry error"
    assert nora.post(address, sent).status_code == 302
    assert cast.participant.assessments.standing().count() == 2


def test_local_treatment_noted_later_names_the_response_that_it_takes_away(cast: Cast) -> None:
    lesion = cast.participant.lesions.standing().get(label="T1")
    baseline = cast.participant.assessments.get(kind="baseline")
    with changes.record(None, "enter", "for the test", participant=cast.participant):
        acknowledgements.keep(cast.participant, "baseline", baseline.pk, (SLICES,), {SLICES.id: "thin slices"})
    with pytest.raises(SecondLook, match="Confirmed response: PR on 09-MAR-2026, then none. Best response: PR, then"):
        assessments.treat_locally(_save(cast, ""), lesion, date(2026, 2, 1))
    assessments.treat_locally(_save(cast, "embolized in February"), lesion, date(2026, 2, 1))
    said = Acknowledgement.objects.standing().filter(form="baseline", row_id=baseline.pk)
    assert dict(said.values_list("check_id", "because")) == {
        "MOVE-01": "embolized in February", SLICES.id: "thin slices"}  # fmt: skip
    # Nobody sits in front of it: a query.
    assessments.treat_locally(_save(cast), lesion, None)
    assert "Confirmed response: none, then PR on 09-MAR-2026." in Query.objects.get(check_id="MOVE-01").words
