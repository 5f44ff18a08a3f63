"""Concomitant medication, medical history and protocol deviations: forms and edit checks."""

from capture.casebook import checks as entry
from capture.casebook.checks import HARD, ORDER, PLAUSIBLE, SOFT, Check, after_death_check
from capture.casebook.forms.base import PARTIAL, EntryForm
from trial import models

MEDICATION = (
    Check("MED-01", "The stop date must not be before the start date.", ORDER, HARD,
          lambda facts: entry.surely_before(facts["stopped_on"], facts["started_on"]), "stopped_on"),
    Check("MED-02", "A somatostatin analog was started after day 1 of treatment.",
          "Somatostatin analogs confound hormones.", SOFT,
          lambda facts: facts["kind"] == "somatostatin_analogue"
          and entry.surely_before(facts["day_1"], facts["started_on"]), "started_on"),
    after_death_check("MED-03", "The start date must not be after the date of death.", "started_on"),
)  # fmt: skip


HISTORY = (
    Check("HIST-01", "The start date is after day 1 of treatment.", PLAUSIBLE, SOFT,
          lambda facts: entry.surely_before(facts["day_1"], facts["began_on"]), "began_on"),
)  # fmt: skip


DEVIATION = (
    Check("DEV-01", "The deviation is before consent.", PLAUSIBLE, SOFT, entry.before_consent("happened_on"),
          "happened_on"),
    after_death_check("DEV-02", "The deviation must not be after the date of death.", "happened_on"),
)  # fmt: skip


class MedicationForm(EntryForm):
    """A medication beside the study treatment."""

    class Meta(EntryForm.Meta):
        model = models.Medication
        fields = ("kind", "name", "dose", "indication", "started_on", "started_on_missing", "stopped_on")
        labels = {"started_on": "Started on", "stopped_on": "Stopped on"}
        help_texts = {"started_on": PARTIAL, "stopped_on": "empty while it goes on"}


class HistoryForm(EntryForm):
    """A condition or symptom from before treatment."""

    class Meta(EntryForm.Meta):
        model = models.MedicalHistory
        fields = ("condition", "grade", "began_on", "began_on_missing", "ongoing")
        labels = {"condition": "Condition or symptom", "began_on": "Began on", "ongoing": "Still there at baseline",
                  "grade": "Grade at baseline"}  # fmt: skip
        help_texts = {"began_on": PARTIAL}


class DeviationForm(EntryForm):
    """A deviation from the protocol."""

    class Meta(EntryForm.Meta):
        model = models.Deviation
        fields = ("happened_on", "kind", "description", "action")
        labels = {"happened_on": "Happened on", "description": "What happened", "action": "What was done about it"}
