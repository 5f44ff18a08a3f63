"""Every case report form once: its title, what it records, when it is due, and the page that holds it.

Adding a form: a model, a form class, its edit checks, one line here, its first version in
`trial/protocol/form_versions.py`.
"""


from capture.casebook.checks import HARD, SOFT, Check, Facts, Refused, SecondLook, failing, settle
from capture.casebook.forms import adverse_event, assessment_checks, background, follow_up, treatment, visit
from capture.casebook.forms.adverse_event import (
                   AWARENESS,
                   EVENT_CHECKS,
)
from capture.casebook.forms.assessment_checks import BASELINE, FOLLOW_UP_SCAN
from capture.casebook.forms.background import (
                   DEVIATION,
                   HISTORY,
                   MEDICATION,
)
from capture.casebook.forms.base import (
                   CasebookForm,
                   Lines,
)
from capture.casebook.forms.follow_up import (
                   DEATH,
                   FOLLOW_UP,
                   OFF_STUDY,
                   OFF_TREATMENT,
                   WITHDRAWAL,
)
from capture.casebook.forms.treatment import DOSING
from capture.casebook.forms.visit import (
                   BLOOD_PRESSURE,
                   HORMONE,
                   VISIT,
)
from trial import models

LABORATORY = Lines(models.LaboratoryResult, "visit", "analyte",
                   ("analyte", "value", "value_missing", "unit", "lower_limit", "upper_limit"))  # fmt: skip

CASEBOOK: tuple[CasebookForm, ...] = (
    CasebookForm("Screening and registration", "registration", "before treatment", url_name="capture:correct"),
    CasebookForm("Baseline tumor assessment", "baseline", "at most 28 days before day 1",
                 url_name="capture:assessment_new"),
    CasebookForm("Cycle and dosing log", "cycle", "every 28 days until progression", repeats=True,
                 url_name="capture:cycle"),
    CasebookForm("Tumor assessment", "follow_up_scan",
                 "every 8 weeks ± 7 days from day 1; a response again after 28 days", repeats=True,
                 url_name="capture:assessment_new"),
    CasebookForm("Visit at cycle start", "visit", "at screening and at the start of each cycle", visit.VisitForm,
                 "visited_on", True, LABORATORY, template="capture/entry_visit.html"),
    CasebookForm("Blood pressure", "blood_pressure", "weekly in the first 6 weeks", visit.BloodPressureForm,
                 "measured_on", True),
    CasebookForm("Adverse event", "adverse_event", "whenever one happens, to 30 days after the last dose",
                 adverse_event.AdverseEventForm, "onset_on", True, template="capture/entry_adverse_event.html"),
    CasebookForm("Hormone level", "hormone", "before treatment and with each tumor assessment",
                 visit.HormoneForm, "sampled_on", True),
    CasebookForm("Concomitant medication", "medication", "whenever it changes", background.MedicationForm, "started_on",
                 True),
    CasebookForm("Medical history", "history", "before treatment", background.HistoryForm, "began_on", True),
    CasebookForm("Protocol deviation", "deviation", "whenever one happens", background.DeviationForm, "happened_on",
                 True),
    CasebookForm("Off treatment", "off_treatment", "when treatment ends", follow_up.OffTreatmentForm, "off_on"),
    CasebookForm("Follow-up", "follow_up", "every 3 months until progression, then every 6, to 2 years",
                 follow_up.FollowUpForm, "contacted_on", True),
    CasebookForm("Death", "death", "when it happens", follow_up.DeathForm, "died_on"),
    CasebookForm("Withdrawal of consent", "withdrawal", "when it happens", follow_up.WithdrawalForm, "withdrew_on"),
    CasebookForm("Off study", "off_study", "at the end of follow-up", follow_up.OffStudyForm, "off_on"),
)  # fmt: skip

ENTRY_FORMS: dict[str, CasebookForm] = {each.kind: each for each in CASEBOOK if each.form is not None}


PLAN: dict[str, tuple[str, ...]] = {
    "registration": ("consented_on", "registered_on", "tumour_type", "histology"),
    "baseline": ("assessed_on",),
    "follow_up_scan": ("assessed_on", "new_lesions"),
    "cycle": ("started_on",),
    "visit": (),
    "adverse_event": ("term", "grade", "attribution", "onset_on", "seriousness"),
    "hormone": ("value",),
    "off_treatment": ("off_on", "reason"),
    "follow_up": ("alive", "progression"),
    "death": ("died_on", "cause"),
    "withdrawal": ("withdrew_on", "scope"),
    "off_study": ("off_on",),
}


__all__ = ["CHECKS", "HARD", "SOFT", "Check", "Facts", "Refused", "SecondLook", "failing", "settle"]





CHECKS: dict[str, tuple[Check, ...]] = {
    "cycle": DOSING + treatment.ABSENT_CYCLE, "baseline": BASELINE + assessment_checks.ABSENT_BASELINE,
    "follow_up_scan": FOLLOW_UP_SCAN + assessment_checks.ABSENT_FOLLOW_UP_SCAN,
    "adverse_event": EVENT_CHECKS + AWARENESS + adverse_event.ABSENT_ADVERSE_EVENT,
    "hormone": HORMONE, "visit": VISIT, "blood_pressure": BLOOD_PRESSURE, "medication": MEDICATION, "history": HISTORY,
    "deviation": DEVIATION, "off_treatment": OFF_TREATMENT, "follow_up": FOLLOW_UP + follow_up.ABSENT_FOLLOW_UP,
    "death": DEATH,
    "withdrawal": WITHDRAWAL, "off_study": OFF_STUDY,
}  # fmt: skip
