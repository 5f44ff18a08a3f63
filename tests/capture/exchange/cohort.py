"""A small cohort by hand, entered through the services, that fills every form and shows every oddity of a record."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from capture.casebook.forms.assessment import NewLesion
from capture.casebook.forms.treatment import Period
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, corrections, dosing, entries, not_done, registration
from capture.entry.services.assessments import Reading
from capture.grading.event_proposals import open_proposals
from tests.cast import answers, details
from tests.examples import values
from trial.models import NotDone, Participant, Person, Site
from trial.record import changes
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

DAY_1 = date(2026, 1, 12)
FULL = PartialDate(2026, 2, 3)


def entered(nora: Person, chris: Person, north: Site) -> list[Participant]:
    """NET-001 a whole life, NET-002 waived and screened before it, NET-003 found ineligible, S-0004 only screened."""
    waived = _waived(nora, chris, north)
    whole = registration.screen_and_register(
        Save(nora), north, details(primary_site="ileum"), answers(), date(2026, 1, 8)
    )
    waived = registration.register(Save(nora), waived, date(2026, 1, 9))
    found = registration.screen_and_register(
        Save(nora),
        north,
        details(tumour_type="insulinoma", histology="islet_cell", born_on=None, born_on_missing="unknown"),
        answers(),
        date(2026, 1, 9),
    )
    registration.record_finding(
        Save(nora), found, "ineligible", date(2026, 2, 1), "Central pathology: “G3”,\nsecond look"
    )
    corrections.correct_participant(Save(nora, reason="New or corrected source document"), found, {"ecog": 3})
    screened = registration.screen(Save(nora), north, details(ecog=2), answers(no_other_cancer=False))
    registration.request_waiver(Save(nora), screened, "=Treated five years ago", ["no_other_cancer"])
    _life(nora, whole)
    _second(nora, waived)
    return [whole, waived, found, screened]


def _waived(nora: Person, chris: Person, north: Site) -> Participant:
    made = registration.screen(
        Save(nora), north, details(tumour_type="gastrinoma", histology="islet_cell"), answers(metastatic=False)
    )
    waiver = registration.request_waiver(Save(nora), made, "Nodes seen on MRI only.", ["metastatic"])
    registration.decide_waiver(Save(chris), waiver, True, "Acceptable.")
    return made


def enter(person: Person, participant: Participant, form: str, lines: Any = (), /, **values: Any) -> Any:
    """One entry of a form of the casebook; soft checks are kept as not looked at."""
    return entries.save(Save(person), participant, ENTRY_FORMS[form], values, lines=lines)


def _life(nora: Person, one: Participant) -> None:
    _scans(nora, one)
    _visits(nora, one)
    _events(nora, one)
    _background(nora, one)
    _ends(nora, one)


def _scans(nora: Person, one: Participant) -> None:
    _baseline_scans(nora, one)
    _cycles(nora, one)
    _follow_up_scans(nora, one)


def _baseline_scans(nora: Person, one: Participant) -> None:
    wrong = assessments.save_baseline(
        Save(nora),
        one,
        {"assessed_on": DAY_1 - timedelta(days=6), "method": "mri", "slice_thickness_mm": 5, "marker": "not_done"},
        [NewLesion("lung", "wrong side", Decimal(30))],
        [],
    )
    assessments.strike_out(Save(nora, reason="Scan of another participant"), wrong)
    targets = [NewLesion("liver", f"segment {n}", Decimal(f"4{n}.5")) for n in range(3)]
    assessments.save_baseline(
        Save(nora),
        one,
        {
            "assessed_on": DAY_1 - timedelta(days=5),
            "method": "spiral_ct",
            "slice_thickness_mm": Decimal("2.5"),
            "marker": "above",
        },
        targets,
        [NewLesion("bone", "spine", None)],
    )


def _cycles(nora: Person, one: Participant) -> None:
    dosing.save_cycle(
        Save(nora),
        one,
        1,
        {"started_on": DAY_1, "tablets_dispensed": 112, "tablets_returned": 0, "lot": "LOT 1"},
        [Period(1, 28, 400, "twice_daily", "")],
    )
    dosing.save_cycle(
        Save(nora, reason="Entry error"),
        one,
        1,
        {"started_on": DAY_1, "tablets_dispensed": 112, "tablets_returned": 32, "lot": "LOT 1"},
        [Period(1, 20, 400, "twice_daily", ""), Period(21, 28, 0, "held", "rash")],
    )
    dosing.save_cycle(
        Save(nora),
        one,
        2,
        {"started_on": DAY_1 + timedelta(days=30), "delay_reason": "holiday"},
        [Period(1, 28, 400, "once_daily", "rash")],
    )
    again = dosing.save_cycle(
        Save(nora), one, 3, {"started_on": DAY_1 + timedelta(days=58)}, [Period(1, 28, 400, "once_daily", "rash")]
    )
    dosing.strike_out(Save(nora, reason="Not given"), again)


def _follow_up_scans(nora: Person, one: Participant) -> None:
    lesions = list(one.lesions.standing().order_by("id"))
    assessments.treat_locally(Save(nora, reason="Embolized"), lesions[2], DAY_1 + timedelta(days=100))
    for day, share in ((56, "0.6"), (88, "0.6"), (140, "0.75")):
        readings = [Reading(each.pk, "measured", Decimal(30) * Decimal(share)) for each in lesions[:2]]
        if day == 88:
            readings[0] = replace(readings[0], state="in_parts")
        if day == 140:
            readings[1] = Reading(lesions[1].pk, "merged", merged_with=lesions[0].label)
        state = ("measured", Decimal(22), "") if day < 100 else ("not_evaluated", None, "embolised")
        readings.append(Reading(lesions[2].pk, *state))
        readings.append(Reading(lesions[3].pk, "present", scanned_on=DAY_1 + timedelta(days=day + 1)))
        assessments.save_follow_up(
            Save(nora),
            one,
            {
                "assessed_on": DAY_1 + timedelta(days=day),
                "method": "spiral_ct",
                "slice_thickness_mm": None,
                "marker": "normal",
                "new_lesions": "yes" if day == 140 else "no",
                "new_lesion_on": DAY_1 + timedelta(days=140) if day == 140 else None,
                "new_lesion_description": "-liver, segment 7" if day == 140 else "",
                "investigator_response": "PR" if day < 140 else "SD",
            },
            readings,
        )


def _visits(nora: Person, one: Participant) -> None:
    laboratory = {"value_missing": "", "unit": "g/dL", "lower_limit": Decimal(12), "upper_limit": Decimal(16)}
    enter(nora, one, "visit", [{"analyte": "HGB", "value": Decimal("11.20"), **laboratory},
                               {"analyte": "WBC", "value": None, "value_missing": "not_done", "unit": "",
                                "lower_limit": None, "upper_limit": None}],
          visited_on=DAY_1, cycle_number=1, weight_kg=None, weight_kg_missing="not_done", ecog=1, ecog_missing="",
          systolic_mmhg=130, systolic_mmhg_missing="", diastolic_mmhg=80, diastolic_mmhg_missing="")  # fmt: skip
    for proposal in open_proposals([one]):
        not_done.record_not_an_event(Save(nora), [proposal], "There before treatment")
    enter(nora, one, "blood_pressure", measured_on=DAY_1 + timedelta(days=7), systolic_mmhg=262,
          systolic_mmhg_missing="", diastolic_mmhg=100, diastolic_mmhg_missing="")  # fmt: skip
    for day, value in ((0, "420.125"), (56, "180")):
        enter(nora, one, "hormone", sampled_on=DAY_1 + timedelta(days=day), marker="CGA", value=Decimal(value),
              value_missing="", unit="ng/mL", upper_limit=Decimal(100), upper_limit_missing="", assay="ELISA")
    enter(nora, one, "hormone", sampled_on=DAY_1 + timedelta(days=84), marker="CGA", value=Decimal(20),
          value_qualifier="<", value_missing="", unit="ng/mL", upper_limit=Decimal(100), upper_limit_missing="",
          assay="ELISA")  # fmt: skip
    for day, value, missing in ((0, None, "pending"), (28, Decimal(120), "")):
        enter(nora, one, "hormone", sampled_on=DAY_1 + timedelta(days=day), marker="GASTRIN", value=value,
              value_missing=missing, unit="pg/mL", upper_limit=Decimal(90), upper_limit_missing="", assay="")


def event(**changed: Any) -> dict[str, Any]:
    """The values of an adverse event."""
    return {
        "term": "diarrhea", "select": "", "other_words": "", "grade": 2, "grade_missing": "", "attribution": 4,
        "attribution_missing": "", "onset_on": FULL, "onset_on_missing": "", "resolved_on": None,
        "present_at_baseline": False, "seriousness": "no", "expectedness": "", "action_taken": "none",
        "outcome": "not_recovered", "cycle_number": 1, **changed,
    }  # fmt: skip


def _events(nora: Person, one: Participant) -> None:
    first = enter(nora, one, "adverse_event", **event())
    enter(nora, one, "adverse_event", **event(
        grade=3, onset_on=PartialDate(2026, 2, 9), continues=first, seriousness="hospitalisation",
        expectedness="unexpected", hospital_stay="yes", aware_on=date(2026, 2, 10), aware_time=time(14, 30),
    ))  # fmt: skip
    enter(nora, one, "adverse_event", **event(
        term="fatigue_asthenia_lethargy_malaise", grade=None, grade_missing="unknown", attribution=None,
        attribution_missing="pending", onset_on=PartialDate(2026, 2),
        resolved_on=PartialDate(2026), outcome="recovered", present_at_baseline=True,
    ))  # fmt: skip
    twice = enter(nora, one, "adverse_event", **event(term="nausea"))
    entries.strike_out(Save(nora, reason="Entered twice, see “Fatigue”"), one, ENTRY_FORMS["adverse_event"], twice)


def _background(nora: Person, one: Participant) -> None:
    enter(nora, one, "medication", kind="somatostatin_analogue", name="@Octreotide", dose="-20 mg", indication="",
          started_on=PartialDate(2024), started_on_missing="", stopped_on=None)  # fmt: skip
    enter(nora, one, "history", condition="Flushing, 'hot'", grade=None, began_on=None, began_on_missing="unknown",
          ongoing="yes")  # fmt: skip
    for _ in range(2):  # the record allows the same deviation twice
        enter(nora, one, "deviation", happened_on=DAY_1, kind="other", description="'quoted'\r\nsecond line", action="")


def _ends(nora: Person, one: Participant) -> None:
    off_on = DAY_1 + timedelta(days=145)
    enter(nora, one, "off_treatment", off_on=off_on, reason="progression", because="")
    entries.save(Save(nora, acknowledged={"FU-07": "Seen in clinic, scan is booked"}), one, ENTRY_FORMS["follow_up"], {
        "contacted_on": off_on + timedelta(days=20), "alive": "alive", "progression": "clinical", "progressed_on": None,
        "progression_method": "", "disease_assessed_on": None, "new_therapy": "yes",
        "new_therapy_on": PartialDate(2026, 6), "new_therapy_name": "streptozocin",
    })  # fmt: skip
    enter(nora, one, "withdrawal", withdrew_on=off_on + timedelta(days=21), scope="follow_up", because="moved away")
    enter(nora, one, "death", died_on=PartialDate(2026, 8), cause="other", because="accident")
    enter(nora, one, "off_study", off_on=date(2026, 9, 1), reason="death", because="")
    for kind, form in ENTRY_FORMS.items():
        if not form.entries(one).exists():  # a form that this story does not know comes in by its example
            enter(nora, one, kind, **values(kind))


def _second(nora: Person, two: Participant) -> None:
    assessments.save_baseline(
        Save(nora),
        two,
        {"assessed_on": DAY_1, "method": "mri", "slice_thickness_mm": 5, "marker": "not_done"},
        [NewLesion("pancreas", "", Decimal(35))],
        [],
    )
    dosing.save_cycle(
        Save(nora), two, 1, {"started_on": DAY_1 + timedelta(days=2)}, [Period(1, 28, 400, "twice_daily", "")]
    )
    with changes.record(Save(nora), "enter", participant=two, groups=(two.group,)):
        NotDone.objects.create(participant=two, what="Cycle 2", due_on=DAY_1 + timedelta(days=30), reason="other",
                               because="=in hospital elsewhere")  # fmt: skip
    (lesion,) = two.lesions.all()
    for day, millimetres in ((58, "36"), (114, "51")):
        assessments.save_follow_up(
            Save(nora),
            two,
            {
                "assessed_on": DAY_1 + timedelta(days=day),
                "method": "mri",
                "slice_thickness_mm": 5,
                "marker": "not_done",
                "new_lesions": "no",
            },
            [Reading(lesion.pk, "measured", Decimal(millimetres))],
        )
