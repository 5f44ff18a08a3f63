"""Checks of one form against another, tried as a browser does: what is posted, the words of the refusal, nothing kept.

Expected words are those of `/checks/`; the facts on record are laid by the services that people use.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, dosing, entries
from tests.capture.typed import shown_at
from tests.cast import Cast, cast_of
from trial.models import Change, Role
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate, shown

DAY_1 = date(2026, 1, 12)
CYCLE = {"started_on": "12-JAN-2026", "as_planned": "1"}
EVENT = {"term": "nausea", "select": "", "grade": "2", "attribution": "4", "onset_on": "20-JAN-2026",
         "seriousness": "no", "action_taken": "none", "outcome": "not_recovered"}  # fmt: skip
VISIT = {"visited_on": "12-JAN-2026", "cycle_number": "1", "weight_kg": "70", "ecog": "1", "systolic_mmhg": "120",
         "diastolic_mmhg": "80"}  # fmt: skip
HORMONE = {"sampled_on": "12-JAN-2026", "marker": "CGA", "value": "300", "unit": "ng/mL", "upper_limit": "100"}
CONTACT = {"contacted_on": "20-FEB-2026", "alive": "alive", "progression": "none", "new_therapy": "no"}


@pytest.fixture
def cast(database: object) -> Cast:
    """The fixed cast; its participant has a baseline, a cycle and two lesions."""
    cast = cast_of()
    nora, one = cast.people[Role.COORDINATOR], cast.participant
    targets = [assessment.NewLesion("liver", "segment 4", Decimal(40))]
    others = [assessment.NewLesion("bone", "rib", None)]
    assessments.save_baseline(
        Save(nora),
        one,
        {"assessed_on": date(2026, 1, 9), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        targets,
        others,
    )
    dosing.save_cycle(Save(nora), one, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    return cast


def _lay(cast: Cast, kind: str, **values: Any) -> None:
    form = ENTRY_FORMS[kind]
    entries.save(Save(), cast.participant, form, values)


def _died(cast: Cast) -> None:
    _lay(cast, "death", died_on=PartialDate(2026, 2, 20), cause="disease", because="")


def _off_treatment(cast: Cast) -> None:
    _lay(cast, "off_treatment", off_on=date(2026, 2, 10), reason="physician", because="")


def _earlier_hormone(cast: Cast) -> None:
    _lay(cast, "hormone", sampled_on=date(2026, 1, 5), marker="CGA", value=Decimal(5), value_missing="",
         unit="nmol/L", upper_limit=Decimal(4), upper_limit_missing="", assay="")  # fmt: skip


def _scan(cast: Cast, on: date, millimetres: str = "39") -> dict[str, str]:
    typed = {"assessed_on": shown(on), "method": "spiral_ct", "marker": "not_done", "new_lesions": "no"}
    for lesion in cast.participant.lesions.order_by("id"):
        state = "measured" if lesion.kind == "target" else "present"
        typed[f"lesion{lesion.pk}-state"] = state
        if lesion.kind == "target":
            typed[f"lesion{lesion.pk}-longest_diameter_mm"] = millimetres
    return typed


def _foreign_lesion(cast: Cast) -> dict[str, str]:
    """A row of the baseline that claims a lesion with an id of nobody here."""
    return {"assessed_on": "09-JAN-2026", "method": "spiral_ct", "marker": "not_done", "T1-organ": "liver",
            "T1-longest_diameter_mm": "40", "reason_code": "entry_error"}  # fmt: skip


LATER = "10-MAR-2026"
# id → (what is on record beforehand, address below the participant, what is posted)
REFUSED: dict[str, tuple[Any, str, dict[str, str]]] = {
    "DOSE-01": (None, "cycles/1/", CYCLE | {"started_on": "07-JAN-2026", "reason_code": "entry_error"}),
    "DOSE-02": (None, "cycles/2/", CYCLE | {"started_on": "08-FEB-2026"}),
    "DOSE-11": (_died, "cycles/2/", CYCLE | {"started_on": LATER}),
    "DOSE-13": (_off_treatment, "cycles/2/", CYCLE | {"started_on": LATER}),
    "AE-06": (_died, "adverse_event/new/", EVENT | {"onset_on": LATER}),
    "AE-05": (None, "adverse_event/new/", EVENT | {"grade": "5", "outcome": "fatal", "seriousness": "death",
                                                   "expectedness": "unexpected", "aware_on": "21-JAN-2026"}),
    "AE-08": (None, "adverse_event/new/", EVENT | {"onset_on": "DEC-2025"}),
    "HORM-01": (_died, "hormone/new/", HORMONE | {"sampled_on": LATER}),
    "HORM-02": (_earlier_hormone, "hormone/new/", HORMONE),
    "HORM-06": (None, "hormone/new/", HORMONE | {"unit": "nmol/L"}),
    "VIS-01": (_died, "visit/new/", VISIT | {"visited_on": LATER}),
    "VIS-03": (None, "visit/new/", VISIT | {"visited_on": "20-JAN-2026"}),
    "VIS-07": (None, "visit/new/", VISIT | {"lab-HGB-value": "124", "lab-HGB-unit": "g/dL"}),
    "BP-03": (_died, "blood_pressure/new/",
              {"measured_on": LATER, "systolic_mmhg": "120", "diastolic_mmhg": "80"}),
    "MED-02": (None, "medication/new/",
               {"kind": "somatostatin_analogue", "name": "octreotide LAR", "started_on": "FEB-2026"}),
    "MED-03": (_died, "medication/new/", {"kind": "other", "name": "loperamide", "started_on": LATER}),
    "HIST-01": (None, "history/new/",
                {"condition": "hypertension", "grade": "2", "began_on": "FEB-2026", "ongoing": "yes"}),
    "DEV-01": (None, "deviation/new/", {"happened_on": "04-JAN-2026", "kind": "other", "description": "late scan"}),
    "DEV-02": (_died, "deviation/new/", {"happened_on": LATER, "kind": "other", "description": "late scan"}),
    "OFF-01": (None, "off_treatment/new/", {"off_on": "20-JAN-2026", "reason": "physician"}),
    "OFF-02": (None, "off_treatment/new/", {"off_on": "07-JAN-2026", "reason": "physician"}),
    "OFF-03": (None, "off_treatment/new/", {"off_on": "20-FEB-2026", "reason": "progression"}),
    "OFF-06": (_died, "off_treatment/new/", {"off_on": LATER, "reason": "death"}),
    "FU-03": (_died, "follow_up/new/", CONTACT | {"contacted_on": LATER}),
    "FU-05": (None, "follow_up/new/", CONTACT | {"contacted_on": "07-JAN-2026"}),
    "FU-09": (None, "follow_up/new/", CONTACT | {"alive": "dead"}),
    "DEATH-01": (None, "death/new/", {"died_on": "07-JAN-2026", "cause": "disease"}),
    "DEATH-02": (None, "death/new/", {"died_on": "JAN-2026", "cause": "disease"}),
    "DEATH-03": (None, "death/new/", {"died_on": "20-FEB-2026", "cause": "toxicity"}),
    "WD-01": (None, "withdrawal/new/", {"withdrew_on": "04-JAN-2026", "scope": "all"}),
    "WD-03": (_died, "withdrawal/new/", {"withdrew_on": LATER, "scope": "all"}),
    "OFS-01": (None, "off_study/new/", {"off_on": "07-JAN-2026", "reason": "lost"}),
    "OFS-02": (None, "off_study/new/", {"off_on": "20-FEB-2026", "reason": "death"}),
}  # fmt: skip


def _nora(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.people[Role.COORDINATOR], backend="django.contrib.auth.backends.ModelBackend")
    return client


def _is_refused(cast: Cast, check: str, address: str, typed: dict[str, str]) -> None:
    from capture.casebook.registry import CHECKS

    words = next(each.words for checks in CHECKS.values() for each in checks if each.id == check)
    before = Change.objects.count()
    nora, place = _nora(cast), f"/participants/NET-001/{address}"
    answer = nora.post(place, typed if "/new/" in address else typed | shown_at(nora, place))
    page = answer.content.decode()
    assert answer.status_code == 422, (answer.status_code, answer.headers)
    assert words.replace("'", "&#x27;") in page, page[page.find("role=\"alert\"") :][:1500]
    assert Change.objects.count() == before


@pytest.mark.requirement("R46", "R49")
@pytest.mark.parametrize("check", REFUSED)
def test_a_page_refuses_in_the_words_of_the_check_and_stores_nothing(cast: Cast, check: str) -> None:
    on_record, address, typed = REFUSED[check]
    if on_record:
        on_record(cast)
    _is_refused(cast, check, address, typed)


@pytest.mark.requirement("R49")
@pytest.mark.parametrize(("check", "on"), [("FOLL-01", DAY_1), ("FOLL-11", date(2026, 3, 9)),
                                           ("FOLL-12", DAY_1 + timedelta(days=40))])  # fmt: skip
def test_an_assessment_at_the_wrong_time_is_refused(cast: Cast, check: str, on: date) -> None:
    if check == "FOLL-11":
        _died(cast)
    _is_refused(cast, check, "assessments/new/", _scan(cast, on))


def test_an_assessment_off_schedule_that_confirms_a_response_is_saved_without_a_word(cast: Cast) -> None:
    nora, first = _nora(cast), DAY_1 + timedelta(days=56)
    for on in (first, first + timedelta(days=28)):
        answer = nora.post("/participants/NET-001/assessments/new/", _scan(cast, on, "20"))
        assert answer.status_code == 302, answer.content.decode()


@pytest.mark.parametrize(("check", "typed"), [("FOLL-13", {"method": "mri"}), ("FOLL-14", {"slice_thickness_mm": "7"})])
def test_another_method_or_technique_than_at_baseline_asks_for_a_second_look(
    cast: Cast, check: str, typed: dict[str, str]
) -> None:
    _is_refused(cast, check, "assessments/new/", _scan(cast, DAY_1 + timedelta(days=56)) | typed)


def test_a_new_lesion_is_dated_where_it_can_have_been_seen(cast: Cast) -> None:
    typed = {"new_lesions": "yes", "new_lesion_on": "09-JAN-2026"}
    _is_refused(cast, "FOLL-16", "assessments/new/", _scan(cast, DAY_1 + timedelta(days=56)) | typed)


@pytest.mark.parametrize(("check", "days"), [("FOLL-18", 0), ("FOLL-19", 41)])
def test_a_scan_of_a_lesion_is_dated_near_its_assessment(cast: Cast, check: str, days: int) -> None:
    # A wrong year would date progression before registration.
    typed = _scan(cast, DAY_1 + timedelta(days=56))
    liver = cast.participant.lesions.get(kind="target")
    scanned = {f"lesion{liver.pk}-scanned_on": shown(DAY_1 + timedelta(days=days))}
    _is_refused(cast, check, "assessments/new/", typed | scanned)


def test_a_non_target_lesion_that_comes_back_without_a_word_of_progression_asks_for_a_second_look(cast: Cast) -> None:
    first = DAY_1 + timedelta(days=56)
    gone, back = _scan(cast, first), _scan(cast, first + timedelta(days=56))
    rib = cast.participant.lesions.get(kind="non_target")
    state = next(name for name in gone if name.endswith("-state") and str(rib.pk) in name)
    assert _nora(cast).post("/participants/NET-001/assessments/new/", gone | {state: "absent"}).status_code == 302
    _is_refused(cast, "FOLL-15", "assessments/new/", back | {state: "present"})
    progressed = back | {state: "unequivocal_progression"}
    assert _nora(cast).post("/participants/NET-001/assessments/new/", progressed).status_code == 302


def test_a_lesion_that_is_not_on_the_baseline_is_refused(cast: Cast) -> None:
    row = cast.participant.assessments.get()
    nora = cast.people[Role.COORDINATOR]
    readings = [assessments.Reading(999_999, "absent")]
    from capture.casebook import registry

    with pytest.raises(registry.ChecksFailed, match="must belong to this participant's baseline"):
        assessments.save_follow_up(
            Save(nora),
            cast.participant,
            {
                "assessed_on": DAY_1 + timedelta(days=56),
                "method": "spiral_ct",
                "slice_thickness_mm": 5,
                "marker": "not_done",
                "new_lesions": "no",
            },
            readings,
        )
    follow_up = _scan(cast, DAY_1 + timedelta(days=56))
    assert _nora(cast).post("/participants/NET-001/assessments/new/", follow_up).status_code == 302
    _is_refused(cast, "BASE-07", f"assessments/{row.pk}/", _foreign_lesion(cast))


@pytest.mark.requirement("R45")
def test_every_reader_finds_every_check_with_its_words_source_severity_and_edition(cast: Cast) -> None:
    from django.utils.html import escape

    from capture.casebook.registry import CHECKS

    for role in (Role.COORDINATOR, Role.MONITOR, Role.CHAIR):
        client = Client()
        client.force_login(cast.people[role], backend="django.contrib.auth.backends.ModelBackend")
        page = client.get("/checks/").content.decode().replace("\xa0", " ")
        for check in (each for checks in CHECKS.values() for each in checks):
            row = (f'{check.id}</th><td>{escape(check.words)}</td><td>{escape(check.source)}</td>'
                   f'<td>{check.severity}</td><td class="number">{check.edition}</td>')  # fmt: skip
            assert row in page, check.id
