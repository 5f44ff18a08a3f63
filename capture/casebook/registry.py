"""Every case report form once: its title, what it records, when it is due, and the page that holds it.

Adding a form: a model, a form class, its edit checks, one line here, its first version in
`trial/protocol/form_versions.py`.
"""

from dataclasses import dataclass
from typing import Any

from capture.forms import entries
from capture.forms.entry import EntryForm
from trial import models


@dataclass(frozen=True)
class Lines:
    """Rows below an entry: their model, the key to the entry, what tells them apart, and their fields."""

    model: Any
    parent: str
    key: str
    fields: tuple[str, ...]

    def of(self, entry: Any) -> list[Any]:
        """The standing lines of an entry."""
        return list(self.model.objects.filter(**{self.parent: entry}, struck_out_reason="").order_by("id"))


@dataclass(frozen=True)
class CasebookForm:
    """One form; `repeats` when a participant has several of it.

    form: the class of a form that is one entry each (None: the form has pages of its own, opened by url_name).
    dated_by: the field that places an entry in time.
    """

    title: str
    kind: str
    when_due: str
    form: type[EntryForm] | None = None
    dated_by: str = ""
    repeats: bool = False
    lines: Lines | None = None
    url_name: str = "capture:entry_new"
    template: str = "capture/entry.html"

    @property
    def model(self) -> Any:
        """The model of the form's entries."""
        assert self.form is not None, self.kind
        return self.form._meta.model


LABORATORY = Lines(models.LaboratoryResult, "visit", "analyte",
                   ("analyte", "value", "value_missing", "unit", "lower_limit", "upper_limit"))  # fmt: skip

CASEBOOK: tuple[CasebookForm, ...] = (
    CasebookForm("Screening and registration", "registration", "before treatment", url_name="capture:correct"),
    CasebookForm("Baseline tumour assessment", "baseline", "at most 28 days before day 1",
                 url_name="capture:assessment_new"),
    CasebookForm("Cycle and dosing log", "cycle", "every 28 days until progression", repeats=True,
                 url_name="capture:cycle"),
    CasebookForm("Tumour assessment", "follow_up_scan",
                 "every 8 weeks ± 7 days from day 1; a response again after 28 days", repeats=True,
                 url_name="capture:assessment_new"),
    CasebookForm("Visit at cycle start", "visit", "at screening and at the start of each cycle", entries.VisitForm,
                 "visited_on", True, LABORATORY, template="capture/entry_visit.html"),
    CasebookForm("Blood pressure", "blood_pressure", "weekly in the first 6 weeks", entries.BloodPressureForm,
                 "measured_on", True),
    CasebookForm("Adverse event", "adverse_event", "whenever one happens, to 30 days after the last dose",
                 entries.AdverseEventForm, "onset_on", True, template="capture/entry_adverse_event.html"),
    CasebookForm("Hormone level", "hormone", "before treatment and with each tumour assessment",
                 entries.HormoneForm, "sampled_on", True),
    CasebookForm("Concomitant medication", "medication", "whenever it changes", entries.MedicationForm, "started_on",
                 True),
    CasebookForm("Medical history", "history", "before treatment", entries.HistoryForm, "began_on", True),
    CasebookForm("Protocol deviation", "deviation", "whenever one happens", entries.DeviationForm, "happened_on", True),
    CasebookForm("Off treatment", "off_treatment", "when treatment ends", entries.OffTreatmentForm, "off_on"),
    CasebookForm("Follow-up", "follow_up", "every 3 months until progression, then every 6, to 2 years",
                 entries.FollowUpForm, "contacted_on", True),
    CasebookForm("Death", "death", "when it happens", entries.DeathForm, "died_on"),
    CasebookForm("Withdrawal of consent", "withdrawal", "when it happens", entries.WithdrawalForm, "withdrew_on"),
    CasebookForm("Off study", "off_study", "at the end of follow-up", entries.OffStudyForm, "off_on"),
)  # fmt: skip

ENTRY_FORMS: dict[str, CasebookForm] = {each.kind: each for each in CASEBOOK if each.form is not None}
