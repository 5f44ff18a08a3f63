"""The short course of a participant through the services: one scan after baseline, one event, one marker."""

from datetime import date, timedelta
from decimal import Decimal

from capture.casebook.forms import assessment, treatment
from capture.casebook.registry import ENTRY_FORMS
from capture.entry.services import assessments, dosing, entries
from trial.models import LaboratoryResult, Participant, Visit
from trial.record import changes
from trial.record.save import Save
from trial.rules.dates.partial_date import PartialDate

DAY_1 = date(2026, 1, 12)


def course(participant: Participant, millimeters: int) -> None:
    """A target of 40 mm at baseline, one look at it, a raised marker that falls, and diarrhea."""
    target = [assessment.NewLesion("liver", "segment 4", Decimal(40))]
    assessments.save_baseline(
        Save(),
        participant,
        {"assessed_on": DAY_1 - timedelta(3), "method": "spiral_ct", "slice_thickness_mm": 5, "marker": "not_done"},
        target,
        [],
    )
    dosing.save_cycle(Save(), participant, 1, {"started_on": DAY_1}, treatment.AS_PLANNED)
    reading = assessments.Reading(participant.lesions.get().pk, "measured", Decimal(millimeters))
    assessments.save_follow_up(
        Save(),
        participant,
        {
            "assessed_on": DAY_1 + timedelta(56),
            "method": "spiral_ct",
            "slice_thickness_mm": 5,
            "marker": "not_done",
            "new_lesions": "no",
        },
        [reading],
    )
    values = {"term": "diarrhea", "select": "", "other_words": "", "grade": 3, "grade_missing": "", "attribution": 4,
              "attribution_missing": "", "onset_on": PartialDate(2026, 2, 1), "seriousness": "no", "resolved_on": None,
              "present_at_baseline": False, "expectedness": "", "action_taken": "none", "outcome": "recovering",
              "cycle_number": 1}  # fmt: skip
    entries.save(Save(), participant, ENTRY_FORMS["adverse_event"], values)
    for day, value in ((-3, 400), (56, 100)):
        level = {"sampled_on": DAY_1 + timedelta(day), "marker": "HIAA5U24", "value": Decimal(value),
                 "value_missing": "", "unit": "ug/L", "upper_limit": Decimal(90), "upper_limit_missing": "",
                 "assay": "HPLC"}  # fmt: skip
        entries.save(Save(), participant, ENTRY_FORMS["hormone"], level)


def hemoglobin(participant: Participant, values: dict[int, str]) -> None:
    """A visit at each day from day 1 on with nothing but its hemoglobin in g/dL, of a normal range of 12 to 16."""
    missing = {f"{name}_missing": "not_done" for name in ("weight_kg", "ecog", "systolic_mmhg", "diastolic_mmhg")}
    with changes.record(Save(), "enter"):
        for number, (day, value) in enumerate(values.items()):
            visit = Visit.objects.create(participant=participant, visited_on=DAY_1 + timedelta(day),
                                         cycle_number=number, **missing)  # fmt: skip
            LaboratoryResult.objects.create(visit=visit, analyte="HGB", value=Decimal(value), unit="g/dL",
                                            lower_limit=12, upper_limit=16)  # fmt: skip
