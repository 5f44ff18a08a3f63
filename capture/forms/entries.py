"""The forms of the second half of the casebook: which fields, in which order, in which words."""

from typing import Any

from django import forms

from capture.forms.awareness import AwarenessFields
from capture.forms.entry import EntryForm
from trial import models
from trial.ctcae_v3.term_search import search
from trial.protocol import ctcae_v3
from trial.record.in_force import Criteria, criteria_of, criteria_of_matches

PARTIAL = "UNK-JAN-2006: day unknown"


class HormoneForm(EntryForm):
    """One marker of one sample."""

    class Meta(EntryForm.Meta):
        model = models.HormoneLevel
        fields = ("sampled_on", "marker", "value", "value_missing", "unit", "upper_limit", "upper_limit_missing",
                  "assay")  # fmt: skip
        labels = {"sampled_on": "Sample taken on", "upper_limit": "Laboratory's upper limit of normal"}
        help_texts = {"upper_limit": "in the unit of the value", "assay": "method or kit; changes are flagged"}


class VisitForm(EntryForm):
    """The visit at the start of a cycle."""

    class Meta(EntryForm.Meta):
        model = models.Visit
        fields = ("visited_on", "cycle_number", "weight_kg", "weight_kg_missing", "ecog", "ecog_missing",
                  "systolic_mmhg", "systolic_mmhg_missing", "diastolic_mmhg", "diastolic_mmhg_missing")  # fmt: skip
        labels = {
            "visited_on": "Visit on",
            "cycle_number": "Start of cycle",
            "weight_kg": "Weight (kg)",
            "ecog": "ECOG (0–4)",
            "systolic_mmhg": "Systolic (mmHg)",
            "diastolic_mmhg": "Diastolic (mmHg)",
        }
        help_texts = {"cycle_number": "0: screening"}


class BloodPressureForm(EntryForm):
    """Blood pressure between visits."""

    class Meta(EntryForm.Meta):
        model = models.BloodPressure
        fields = ("measured_on", "systolic_mmhg", "systolic_mmhg_missing", "diastolic_mmhg", "diastolic_mmhg_missing")
        labels = {"measured_on": "Measured on", "systolic_mmhg": "Systolic (mmHg)",
                  "diastolic_mmhg": "Diastolic (mmHg)"}  # fmt: skip


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


class OffTreatmentForm(EntryForm):
    """The end of study treatment."""

    class Meta(EntryForm.Meta):
        model = models.OffTreatment
        fields = ("off_on", "reason", "because")
        labels = {"off_on": "Off treatment on", "because": "In words"}


class FollowUpForm(EntryForm):
    """A contact after treatment."""

    class Meta(EntryForm.Meta):
        model = models.FollowUp
        fields = ("contacted_on", "alive", "progression", "progressed_on", "progression_method",
                  "disease_assessed_on", "new_therapy", "new_therapy_on", "new_therapy_name")  # fmt: skip
        labels = {"contacted_on": "Contact on", "alive": "Alive or dead", "progression": "Progression since last visit",
                  "progressed_on": "Progression on", "progression_method": "Progression seen by",
                  "disease_assessed_on": "Disease assessed on", "new_therapy": "New anticancer therapy",
                  "new_therapy_on": "New therapy began on", "new_therapy_name": "Which therapy"}  # fmt: skip
        help_texts = {"disease_assessed_on": "“no progression” counts only with the day of a disease assessment",
                      "new_therapy_on": PARTIAL}  # fmt: skip


class DeathForm(EntryForm):
    """Death of any cause."""

    class Meta(EntryForm.Meta):
        model = models.Death
        fields = ("died_on", "cause", "because")
        labels = {"died_on": "Died on", "because": "In words"}
        help_texts = {"died_on": PARTIAL}


class WithdrawalForm(EntryForm):
    """Withdrawal of consent."""

    class Meta(EntryForm.Meta):
        model = models.Withdrawal
        fields = ("withdrew_on", "scope", "because")
        labels = {"withdrew_on": "Withdrawn on", "scope": "How far it goes", "because": "In words"}


class OffStudyForm(EntryForm):
    """The end of the study for a participant."""

    class Meta(EntryForm.Meta):
        model = models.OffStudy
        fields = ("off_on", "reason", "because")
        labels = {"off_on": "Off study on", "because": "In words"}


class AdverseEventForm(AwarenessFields, EntryForm):
    """An adverse event by CTCAE 3.0; term and select are found by search."""

    class Meta(EntryForm.Meta):
        model = models.AdverseEvent
        fields = ("term", "select", "other_words", "grade", "grade_missing", "attribution", "attribution_missing",
                  "onset_on", "onset_on_missing", "resolved_on", "present_at_baseline", "seriousness",
                  "expectedness", "hospital_stay", "aware_on", "aware_time", "aware_offset", "action_taken",
                  "outcome", "cycle_number")  # fmt: skip
        labels = {"term": "Term", "other_words": "If “other”, what", "onset_on": "Began on",
                  "resolved_on": "Resolved on", "present_at_baseline": "Present at baseline",
                  "seriousness": "Serious", "expectedness": "Expected or not",
                  "hospital_stay": "In hospital for 24 hours or more", "aware_on": "Site became aware on",
                  "aware_time": "Aware at", "aware_offset": "Offset from UTC of the clock it was aware by",
                  "action_taken": "Action taken with the study drug", "cycle_number": "Cycle"}  # fmt: skip
        help_texts = {"onset_on": PARTIAL, "resolved_on": "empty while it goes on",
                      "expectedness": "if serious, or of grade 2 or more and related",
                      "hospital_stay": "or a longer stay than planned",
                      "aware_on": "of the event at this grade: the clock of the report starts here",
                      "aware_time": "without a time the day counts from its beginning"}  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("term", "select"):
            self.fields[name].widget = forms.HiddenInput()
        self.fields["term"].required = False
        self.term_choices: list[dict[str, Any]] = []

    def _term(self) -> tuple[str, str]:
        given = self.cleaned_data if getattr(self, "cleaned_data", {}).get("term") else self.data
        given = given if self.is_bound else self.initial
        return str(given.get("term") or ""), str(given.get("select") or "")

    @property
    def criteria(self) -> Criteria | None:
        """What the grades of the chosen term mean; None while no term is chosen."""
        return criteria_of(*self._term())

    @property
    def term_words(self) -> str:
        """What stands in the search box: the words typed, or those of the term on record."""
        if self.is_bound and self.data.get("term_typed"):
            return str(self.data["term_typed"])[:120]
        code, select = self._term()
        found = [each for each in ctcae_v3.reportable()
                 if each.term.code == code and (each.select.code if each.select else "") == select]  # fmt: skip
        return found[0].words if found else ""

    def clean(self) -> dict[str, Any]:
        """The hidden term; without scripts the choice made, or the one term that the typed words mean."""
        return self._with_its_term(super().clean())

    def _with_its_term(self, found: dict[str, Any]) -> dict[str, Any]:
        if found.get("term"):
            return found
        chosen = str(self.data.get("term_chosen", ""))
        if "/" in chosen:
            found["term"], _, found["select"] = chosen.partition("/")
            return found
        matches = search(str(self.data.get("term_typed", ""))[:80])
        exact = [each for each in matches if each.words.lower() == self.term_words.strip().lower()]
        one = exact or matches
        if len(one) == 1:
            found["term"], found["select"] = one[0].term.code, one[0].select.code if one[0].select else ""
            return found
        self.term_choices = [
            {"value": f"{each.term.code}/{each.select.code if each.select else ''}", "words": each.words,
             "criteria": criteria}
            for each, criteria in criteria_of_matches(matches)
        ]  # fmt: skip
        self.add_error("term", "Choose one of these terms." if matches else "Type the term, and choose it.")
        return found
