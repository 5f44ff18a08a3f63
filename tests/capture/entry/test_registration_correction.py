"""The correction of a registration from its page: the group follows, every figure of both groups moves, answers too."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from analysis.results.recompute import recompute
from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, dosing, entries
from tests.capture.typed import fields, opened, signed_in
from tests.cast import Cast
from trial.models import Assessment, Change, EligibilityAnswer, Participant, Role
from trial.record.save import Save

PAGE = "/participants/NET-001/registration/"
OWN_PAGE = {"sent_as": ""}  # typed on a page of one's own, not the same form sent twice
REASON = {"reason_code": "new_source", "reason_words": "central pathology",
          "acknowledge_MOVE-01": "as in the source"}  # fmt: skip
DAY_1 = date(2026, 1, 12)


def _responds_and_progresses(cast: Cast) -> None:
    """Baseline 40 mm; 28 mm after 8 and 12 weeks (confirmed); 56 mm after 20 (progression); an event of grade 3."""
    nora, one = cast.people[Role.COORDINATOR], cast.participant
    target = [assessment.NewLesion("liver", "segment 4", Decimal(40))]
    assessments.save_baseline(
        Save(nora),
        one,
        {"assessed_on": date(2026, 1, 9), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        target,
        [],
    )
    dosing.save_cycle(Save(nora), one, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    lesion = one.lesions.get()
    for weeks, millimetres in ((8, 28), (12, 28), (20, 56)):
        readings = [assessments.Reading(lesion.pk, "measured", Decimal(millimetres))]
        on = DAY_1 + timedelta(weeks=weeks)
        assessments.save_follow_up(
            Save(nora),
            one,
            {
                "assessed_on": on,
                "method": "spiral_ct",
                "slice_thickness_mm": 5,
                "marker": "not_done",
                "new_lesions": "no",
            },
            readings,
        )
    event = {"term": "nausea", "select": "", "other_words": "", "grade": 3, "grade_missing": "", "attribution": 4,
             "attribution_missing": "", "onset_on": None, "onset_on_missing": "unknown", "resolved_on": None,
             "present_at_baseline": False, "seriousness": "no", "expectedness": "", "action_taken": "none",
             "outcome": "not_recovered", "cycle_number": 1}  # fmt: skip
    entries.save(Save(nora), one, ENTRY_FORMS["adverse_event"], event)


def _figures(group: str) -> dict[str, Any]:
    result = recompute(group).result
    found = result["endpoints"]
    return {
        "registered": result["registered"],
        "responders": found["response_rate"]["responders"],
        "evaluable": found["response_rate"]["denominator"],
        "events": found["progression_free_survival"]["events"],
        "progressions": found["time_to_progression"]["events"],
        "at risk of death": found["overall_survival"]["denominator"],
        "durations": found["duration_of_response"]["denominator"],
        "toxicity": found["toxicity"]["numerator"],
        "treated": found["toxicity"]["denominator"],
    }


def test_a_corrected_tumour_type_moves_every_figure_from_group_a_to_group_b(cast: Cast) -> None:
    _responds_and_progresses(cast)
    full, empty = _figures("A"), _figures("B")
    assert full == {"registered": 1, "responders": ["NET-001"], "evaluable": 1, "events": 1, "progressions": 1,
                    "at risk of death": 1, "durations": 1, "toxicity": 1, "treated": 1}  # fmt: skip
    assert not any(empty.values())
    nora = signed_in(cast.people[Role.COORDINATOR])
    typed = opened(nora, PAGE) | REASON | {"tumour_type": "insulinoma", "histology": "islet_cell"}
    assert nora.post(PAGE, typed).status_code == 302
    assert Change.objects.latest("id").groups == ["A", "B"]
    assert _figures("B") == full
    assert _figures("A") == empty


def test_a_corrected_histology_alone_decides_the_group_of_a_neuroendocrine_tumour(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    for histology, group in (("other_well_differentiated", "B"), ("carcinoid", "A")):
        typed = opened(nora, PAGE) | REASON | {"tumour_type": "neuroendocrine_tumour", "histology": histology}
        assert nora.post(PAGE, typed).status_code == 302
        assert Participant.objects.get(number="NET-001").group == group


def test_an_answer_of_the_checklist_is_corrected_with_a_reason_and_named_in_words(cast: Cast) -> None:
    _responds_and_progresses(cast)
    assert _figures("A")["evaluable"] == 1
    nora = signed_in(cast.people[Role.COORDINATOR])
    typed = opened(nora, PAGE)
    assert typed["met_metastatic"] == "yes" and typed["value_platelets"] == "210000"
    assert nora.post(PAGE, typed | {"met_metastatic": "no"}).status_code == 422
    answer = nora.post(PAGE, typed | REASON | {"met_metastatic": "no"}, follow=True)
    assert "Not eligible after the correction: Not met: Metastatic disease." in answer.content.decode()
    key = cast.participant.pk
    page = nora.get(f"/participants/NET-001/history/registration/{key}/").content.decode()
    assert "Metastatic disease: met: <del>Yes</del> → <ins>No</ins>" in page
    assert "central pathology" in page
    assert _figures("A")["evaluable"] == 0


def test_a_corrected_laboratory_value_decides_its_answer_itself(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    typed = opened(nora, PAGE) | REASON | {"value_platelets": "99999", "date_platelets": "06-JAN-2026"}
    assert nora.post(PAGE, typed).status_code == 302
    row = EligibilityAnswer.objects.get(item="platelets")
    assert (row.met, row.value, row.measured_on) == (False, Decimal(99999), date(2026, 1, 6))


def test_liver_metastases_entered_later_change_what_ast_may_be(cast: Cast) -> None:
    nora = signed_in(cast.people[Role.COORDINATOR])
    assert nora.post(PAGE, opened(nora, PAGE) | REASON | {"value_ast": "4"}).status_code == 302
    assert EligibilityAnswer.objects.get(item="ast").met is False
    assert nora.post(PAGE, opened(nora, PAGE) | REASON | {"metastatic_sites": "liver"}).status_code == 302
    assert EligibilityAnswer.objects.get(item="ast").met is True


def test_a_correction_that_changes_nothing_is_refused_and_writes_no_change(cast: Cast) -> None:
    nora, before = signed_in(cast.people[Role.COORDINATOR]), Change.objects.count()
    answer = nora.post(PAGE, opened(nora, PAGE) | REASON)
    assert answer.status_code == 422 and "Nothing was changed." in answer.content.decode()
    assert Change.objects.count() == before


def test_two_people_correcting_a_registration_choose_field_by_field(cast: Cast) -> None:
    nora, ivan = (signed_in(cast.people[role]) for role in (Role.COORDINATOR, Role.INVESTIGATOR))
    typed = opened(nora, PAGE)
    theirs = opened(ivan, PAGE) | REASON | {"ecog": "2", "met_no_infection": "no"}
    assert ivan.post(PAGE, theirs).status_code == 302
    conflict = nora.post(PAGE, typed | REASON | {"ecog": "0"})
    merged = fields(conflict.content.decode())
    assert conflict.status_code == 409 and merged["ecog"] == "0" and merged["met_no_infection"] == "no"
    assert nora.post(PAGE, merged | {"choose_ecog": "theirs", "primary_site": "ileum"}).status_code == 302
    row = Participant.objects.get(number="NET-001")
    assert (row.ecog, row.primary_site) == (2, "ileum")
    assert EligibilityAnswer.objects.get(item="no_infection").met is False


def test_a_baseline_typed_while_another_person_saved_theirs_is_held_against_it(cast: Cast) -> None:
    nora, ivan = (signed_in(cast.people[role]) for role in (Role.COORDINATOR, Role.INVESTIGATOR))
    address = "/participants/NET-001/assessments/new/"
    typed = opened(nora, address) | {"assessed_on": "09-JAN-2026", "method": "spiral_ct", "marker": "normal",
                                       "T1-organ": "liver"}  # fmt: skip
    first = typed | {"T1-description": "segment 4", "T1-longest_diameter_mm": "40"}
    assert ivan.post(address, first).status_code == 302
    conflict = nora.post(address, typed | OWN_PAGE | {"T1-description": "segment IV", "T1-longest_diameter_mm": "42"})
    merged = fields(conflict.content.decode())
    assert conflict.status_code == 409
    assert (merged["T1-description"], merged["T1-longest_diameter_mm"]) == ("segment IV", "42")
    decided = {"choose_T1-description": "theirs", "choose_T1-longest_diameter_mm": "mine"}
    assert nora.post(address, merged | decided | REASON).status_code == 302
    assert Assessment.objects.count() == 1
    reading = cast.participant.lesions.get().readings.get()
    assert (reading.lesion.description, reading.longest_diameter_mm) == ("segment 4", Decimal(42))


@pytest.mark.requirement("R48")
def test_of_many_saves_of_one_form_at_the_same_moment_one_is_kept_and_the_rest_are_told(cast: Cast) -> None:
    clients = [signed_in(cast.people[role]) for role in (Role.COORDINATOR, Role.INVESTIGATOR) * 4]
    typed = opened(clients[0], PAGE) | REASON

    def one(place: int) -> int:
        try:
            return clients[place].post(PAGE, typed | OWN_PAGE | {"primary_site": f"site {place}"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = sorted(pool.map(one, range(8)))
    assert answers == [302] + [409] * 7


def test_of_many_first_entries_at_the_same_moment_one_is_kept(cast: Cast) -> None:
    clients = [signed_in(cast.people[role]) for role in (Role.COORDINATOR, Role.INVESTIGATOR) * 3]
    address = "/participants/NET-001/cycles/1/"
    typed = opened(clients[0], address) | {"started_on": "12-JAN-2026", "as_planned": "1"}

    def one(place: int) -> int:
        try:
            return clients[place].post(address, typed | OWN_PAGE).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as pool:
        answers = sorted(pool.map(one, range(6)))
    assert answers[0] == 302 and set(answers[1:]) <= {409, 422}
    assert cast.participant.cycles.count() == 1


def test_local_treatment_is_noted_changed_and_taken_back_with_reasons_in_the_history(cast: Cast) -> None:
    _responds_and_progresses(cast)
    nora, lesion = signed_in(cast.people[Role.COORDINATOR]), cast.participant.lesions.get()
    address = f"/participants/NET-001/lesions/{lesion.pk}/local-treatment/"
    assert nora.post(address, {"locally_treated_on": "20-MAR-2026"}).status_code == 422
    for day in ("20-MAR-2026", "21-MAR-2026", ""):
        assert nora.post(address, REASON | {"locally_treated_on": day}).status_code == 302
        assert opened(nora, address)["locally_treated_on"] == day
    baseline = cast.participant.assessments.get(kind="baseline")
    page = nora.get(f"/participants/NET-001/history/assessment/{baseline.pk}/").content.decode()
    assert "<del>20-MAR-2026</del> → <ins>21-MAR-2026</ins>" in page
    assert "<del>21-MAR-2026</del> → <ins>empty</ins>" in page and page.count("central pathology") == 3
