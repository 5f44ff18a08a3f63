"""The forms that read a row of a file: those of the pages where there is one, so that both refuse in the same words."""

from typing import Any

from django import forms

from capture.casebook.fields import FullDateField, NumberField, WholeNumberField, WordsField
from capture.casebook.forms.adverse_event import AdverseEventForm
from capture.casebook.forms.assessment import FollowUpHeadForm, HeadForm, ReadingForm
from capture.casebook.forms.laboratory import LaboratoryForm
from capture.casebook.forms.reasons import NotDoneForm
from capture.casebook.forms.registration import DetailsForm, FindingForm, ScreenFailureForm
from capture.casebook.forms.treatment import CycleForm, PeriodForm
from capture.casebook.forms.visit import HormoneForm
from capture.casebook.registry import CHECKS
from trial import protocol
from trial.models import Assessment, Lesion, Waiver
from trial.protocol.ctcae_v3.limits import ANALYTES
from trial.rules.eligibility import times_limit, too_many_times
from trial.rules.response.recist import IN_FORCE

MEASURED = frozenset(item.code for item in protocol.ELIGIBILITY if item.is_laboratory)
MULTIPLES = frozenset(item.code for item in protocol.ELIGIBILITY if item.is_multiple)
YES_NO = (("", ""), ("yes", "yes"), ("no", "no"))


class RegistrationRow(DetailsForm):
    """The details of a participant; registered when a day of registration is given."""

    registered_on = FullDateField(required=False)


class AnswerRow(forms.Form):
    """One answer of the checklist; of a laboratory item value and day count, and whether it is met follows."""

    item = forms.ChoiceField(choices=[(item.code, item.words) for item in protocol.ELIGIBILITY])
    met = forms.ChoiceField(choices=YES_NO, required=False)
    value = NumberField(required=False, max_digits=12, decimal_places=3, min_value=0)
    measured_on = FullDateField(required=False)
    measured = NumberField(required=False, max_digits=12, decimal_places=3, min_value=0)
    upper_limit = NumberField(required=False, max_digits=12, decimal_places=3, min_value=0)

    def clean(self) -> dict[str, Any]:
        """Value and day belong to the items that a laboratory measures; a multiple follows from value and limit."""
        found = self.cleaned_data
        for name in ("value", "measured_on"):
            if found.get(name) is not None and found.get("item") not in MEASURED:
                self.add_error(name, "Only a laboratory item can have a value and a date. Clear them.")
        made_from = [found.get("measured"), found.get("upper_limit")]
        if made_from == [None, None]:
            return found
        if None in made_from or not made_from[1] or found.get("item") not in MULTIPLES:
            self.add_error("measured", "Only a multiple of the upper limit has a measured value, with a limit above 0.")
        elif refused := too_many_times(*made_from):
            self.add_error("upper_limit", refused)
        elif found.get("value") != times_limit(*made_from):
            self.add_error("value", f"Value and limit make {times_limit(*made_from)}. Enter this multiple.")
        return found


class WaiverRow(forms.Form):
    """A waiver with the chair's decision as it was taken then."""

    criteria = WordsField(required=False, max_length=400)
    requested_because = WordsField(max_length=2000)
    decision = forms.ChoiceField(choices=Waiver.Decision.choices)
    decided_because = WordsField(max_length=2000, required=False)

    def clean(self) -> dict[str, Any]:
        """A decision has its reason, and only a decision has; the criteria are codes of the checklist."""
        found = self.cleaned_data
        codes = {item.code for item in protocol.ELIGIBILITY}
        if unknown := set(filter(None, found.get("criteria", "").split("; "))) - codes:
            self.add_error("criteria", f"Not a criterion of the checklist: {', '.join(sorted(unknown))}.")
        if "decision" in found and (found["decision"] == "open") == bool(found.get("decided_because")):
            self.add_error("decided_because", "A decision needs a reason, and only a decision can have one.")
        return found


class CycleRow(CycleForm):
    """The head of a cycle."""

    number = WholeNumberField(min_value=1, max_value=200)


class PeriodRow(PeriodForm):
    """A dosing period; a row of a file is never empty."""

    def clean(self) -> dict[str, Any]:
        """Everything of the period."""
        found = super().clean()
        if not self.errors and found.get("from_day") is None:
            raise forms.ValidationError("A dosing period needs its days, dose and frequency.")
        return found


class LesionRow(forms.Form):
    """A lesion chosen at baseline, with the label that its readings name."""

    kind = forms.ChoiceField(choices=Lesion.Kind.choices)
    label = forms.RegexField(r"^[TN][1-9][0-9]{0,2}$", error_messages={"invalid": "A lesion label must be T1, T2… or "
                                                                                  "N1, N2…."})
    organ = forms.ChoiceField(choices=protocol.ORGANS)
    description = WordsField(required=False, max_length=80)
    locally_treated_on = FullDateField(required=False)

    def clean(self) -> dict[str, Any]:
        """T for a target, N for a non-target."""
        found = self.cleaned_data
        if "label" in found and "kind" in found and (found["label"][0] == "T") != (found["kind"] == "target"):
            self.add_error("label", "T is for a target lesion, N for a non-target lesion.")
        return found


class AdverseEventRow(AdverseEventForm):
    """An adverse event; the file may state how far the clock of the site was from UTC, and what it states counts."""

    offset_from_file = True
    continues = WordsField(required=False)


class HormoneRow(HormoneForm):
    """A hormone level; the file may name the qualifier apart, as an export does."""

    value_qualifier = forms.ChoiceField(required=False, choices=[("", "—"), *protocol.QUALIFIERS])


class LaboratoryRow(LaboratoryForm):
    """A laboratory value; a row of a file is never empty, and may name the qualifier apart, as an export does."""

    value_qualifier = HormoneRow.base_fields["value_qualifier"]

    def clean(self) -> dict[str, Any]:
        """A value or the reason why there is none."""
        found = super().clean()
        if not self.errors and self.typed() is None:
            self.add_error("value", "Enter the value, or the missing-value reason in value_missing.")
        return found


class BaselineRow(HeadForm):
    """The head of a baseline."""

    kind = forms.ChoiceField(choices=Assessment.Kind.choices)


class FollowUpRow(FollowUpHeadForm):
    """The head of a follow-up."""

    kind = forms.ChoiceField(choices=Assessment.Kind.choices)


class BaselineReadingRow(forms.Form):
    """What the baseline says of a lesion: a target is measured, a non-target is there."""

    lesion = WordsField()
    state = forms.ChoiceField(choices=(("measured", "measured"), ("present", "present")))
    longest_diameter_mm = NumberField(required=False, min_value=0, max_digits=5, decimal_places=1)

    def clean(self) -> dict[str, Any]:
        """Millimetres for a target, none for a non-target."""
        found = self.cleaned_data
        target = str(found.get("lesion", "")).startswith("T")
        if "state" in found and (found["state"] == "measured") != target:
            self.add_error("state", "At baseline a target lesion must be measured and a non-target present.")
        elif target != (found.get("longest_diameter_mm") is not None) and "longest_diameter_mm" not in self.errors:
            words = f"At baseline a target lesion needs its {IN_FORCE.any_size_words}, and a non-target has none."
            self.add_error("longest_diameter_mm", words)
        return found


class NotDoneRow(NotDoneForm):
    """What was due and was not done; `what` is its name in the schedule."""

    what = WordsField(max_length=40)
    due_on = FullDateField(may_be_future=True)


class AcknowledgementRow(forms.Form):
    """What was said to a soft check of an entry; row_id is the entry's number in its file."""

    form = forms.ChoiceField(choices=[(kind, kind) for kind in CHECKS])
    row_id = WordsField(max_length=60)
    check_id = WordsField(max_length=16)
    words = WordsField(max_length=300, required=False)
    because = WordsField(max_length=300, required=False)


# Data set → the forms that read its rows, where it is not that of the page. Of two the row decides (`form_of`).
READ_BY: dict[str, tuple[Any, ...]] = {
    "registration": (RegistrationRow,), "eligibility": (AnswerRow,), "waivers": (WaiverRow,),
    "findings": (FindingForm,), "screen_failures": (ScreenFailureForm,),
    "cycles": (CycleRow,), "dosing_periods": (PeriodRow,), "lesions": (LesionRow,),
    "assessments": (BaselineRow, FollowUpRow), "lesion_readings": (BaselineReadingRow, ReadingForm),
    "adverse_event": (AdverseEventRow,), "hormone": (HormoneRow,), "laboratory": (LaboratoryRow,),
    "not_done": (NotDoneRow,), "acknowledgements": (AcknowledgementRow,),
}  # fmt: skip


def form_of(
    name: str, read_by: tuple[Any, ...], cells: dict[str, Any], baseline: bool
) -> tuple[forms.BaseForm | None, str]:
    """The bound form of a row, and the prefix of its field names; None when the row names an analyte not known.

    read_by: the forms of the data set. baseline: the reading belongs to a baseline.
    """
    if name == "assessments":
        return (BaselineRow if cells.get("kind") == "baseline" else FollowUpRow)(cells), ""
    if name == "lesion_readings" and not baseline:
        kind = Lesion.Kind.TARGET if cells.get("lesion", "").startswith("T") else Lesion.Kind.NON_TARGET
        return ReadingForm(_prefixed(cells, "lesion0-"), lesion=Lesion(pk=0, kind=kind, label="")), "lesion0-"
    if name == "laboratory":
        analyte = cells.get("analyte", "")
        if analyte not in ANALYTES:
            return None, ""
        prefix = f"lab-{analyte}-"
        return LaboratoryRow(_prefixed(cells, prefix), analyte=analyte), prefix
    return read_by[0](cells), ""


def does_not_apply(read_by: tuple[Any, ...], form: forms.BaseForm) -> set[str]:
    """The columns that other rows of the data set have and this one, read by `form`, has not."""
    asked = {column for each in read_by for column in each.base_fields} if len(read_by) > 1 else set()
    return asked - set(form.fields) - {"lesion"}  # a key of every reading, which only one of the forms reads


def _prefixed(cells: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {f"{prefix}{name}": value for name, value in cells.items()}
