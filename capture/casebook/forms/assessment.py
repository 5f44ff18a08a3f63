"""Forms of a tumor assessment: its head, the lesions chosen at baseline, and one row per lesion at follow-up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from capture.casebook.due import Rule
from capture.casebook.fields import FullDateField, NumberField, WholeNumberField, WordsField
from capture.casebook.forms.assessment_checks import ABSENT_BASELINE, ABSENT_FOLLOW_UP_SCAN, BASELINE, FOLLOW_UP_SCAN
from capture.casebook.forms.base import Form, Lines, Page, labeled_as
from capture.casebook.forms.reasons import ReasonForm
from trial import protocol
from trial.drawing.form_layout import Boxes, PageHelper, Rows
from trial.models import Assessment, Lesion, LesionReading
from trial.models.fields import in_a_sentence
from trial.rules.response.criteria import SHORT_AXIS
from trial.rules.response.recist import IN_FORCE, SIZED


@dataclass(frozen=True)
class Reading:
    """Millimetres for a target, a state for every lesion, a reason where it was not evaluated."""

    lesion_id: int
    state: str
    longest_diameter_mm: Decimal | None = None
    not_evaluated_reason: str = ""
    scanned_on: date | None = None
    merged_with: str = ""


@dataclass(frozen=True)
class NewLesion:
    """A lesion as chosen at baseline; a non-target has no diameter. lesion_id: of one that is on record already."""

    organ: str
    description: str
    longest_diameter_mm: Decimal | None
    lesion_id: int | None = None


TARGET_STATES = (("measured", "measured"), ("too_small", "too small to measure"), ("absent", "absent"),
                 ("in_parts", "in parts (sum of the parts)"), ("merged", "merged with"),
                 ("not_evaluated", "not evaluated"))  # fmt: skip
NON_TARGET_STATES = (("", "Choose"), ("present", "present"), ("absent", "absent"),
                     ("unequivocal_progression", "unequivocal progression"),
                     ("not_evaluated", "not evaluated"))  # fmt: skip


def _name_boxes(form: forms.Form, label: str) -> None:
    for field in form.fields.values():
        field.widget.attrs["aria-label"] = f"{label}: {in_a_sentence(str(field.label))}"


@labeled_as(Assessment)
class HeadForm(forms.Form):
    """When and how the assessment was made."""

    helper = PageHelper(Boxes(css_class="panel follow-up-head"))

    help = {
        "assessed_on": (
            "Baseline: at most {baseline_window_days} days before day 1. Later: every {assessment_interval_days} "
            "days ± {assessment_window_days}; a response is confirmed after {confirmation_days} days.",
            "criteria"),
        "method": ("The same for a lesion from baseline to the end, or sums do not compare.", "criteria"),
        "slice_thickness_mm": (
            "Of CT or MRI. A lesion is measurable from {measurable_spiral_mm} mm by spiral CT, "
            "{measurable_conventional_mm} mm otherwise.", "criteria"),
        "marker": ("Whether the tumor markers are raised: complete response then needs them normal.", "criteria"),
    }

    assessed_on = FullDateField()
    method = forms.ChoiceField(choices=[("", "Choose"), *protocol.METHODS])
    slice_thickness_mm = NumberField(required=False, min_value=0, max_digits=4, decimal_places=1)
    marker = forms.ChoiceField(choices=[("", "Choose"), *Assessment.Marker.choices])


@labeled_as(Assessment)
class FollowUpHeadForm(HeadForm):
    """A follow-up also asks for new lesions and the investigator's own response."""

    help = {
        "new_lesions": ("A lesion that was not there at baseline is progression.", "criteria"),
        "new_lesion_on": ("The scan that first shows it dates the progression.", "criteria"),
        "new_lesion_description": ("Organ and place, so that it is found again.", ""),
        "investigator_response": (
            "The investigator's own judgment. It is shown beside the computed response; a difference raises a "
            "query.", "criteria"),
    }

    new_lesions = forms.ChoiceField(choices=[("", "Choose"), *Assessment.NewLesions.choices])
    new_lesion_on = FullDateField(required=False)
    new_lesion_description = WordsField(required=False, max_length=120)
    investigator_response = forms.ChoiceField(
        required=False, choices=[("", "not given"), *Assessment.Opinion.choices]
    )


@labeled_as(Lesion)
class NewLesionForm(forms.Form):
    """A row of the baseline; a row without an organ is no lesion. `lesion_id` names one that is on record already."""

    lesion_id = WholeNumberField(required=False, min_value=1, widget=forms.HiddenInput)
    organ = forms.ChoiceField(required=False, choices=[("", "—"), *protocol.ORGANS])
    description = WordsField(required=False, max_length=80)
    longest_diameter_mm = NumberField(required=False, min_value=0, max_digits=5, decimal_places=1)

    def __init__(self, *args: Any, target: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target = target
        self.fields["longest_diameter_mm"].label = f"{IN_FORCE.any_size_words} in mm"
        if not target:
            del self.fields["longest_diameter_mm"]
        _name_boxes(self, f"{'Target' if target else 'Non-target'} {self.prefix}")

    def clean(self) -> dict[str, Any]:
        """A target needs organ and diameter."""
        found = self.cleaned_data
        typed = found.get("description") or found.get("longest_diameter_mm") is not None
        if typed and not found.get("organ"):
            raise forms.ValidationError("Choose the organ of the lesion.")
        if self.target and found.get("organ") and found.get("longest_diameter_mm") is None and not self.errors:
            raise forms.ValidationError(f"A target lesion needs its {IN_FORCE.size_words(found['organ'])}.")
        return found

    def typed(self) -> NewLesion | None:
        """The lesion typed, or None for an empty row."""
        found = self.cleaned_data
        if not found.get("organ"):
            return None
        return NewLesion(found["organ"], found["description"], found.get("longest_diameter_mm"), found["lesion_id"])


class LesionRows(Rows):
    """The targets of a baseline, or its non-targets, which have no size."""

    def __init__(self, rows: Iterable[NewLesionForm], are_targets: bool) -> None:
        super().__init__(rows, "capture/casebook/lesion_rows.html")
        self.are_targets, self.size_words, self.criteria = are_targets, IN_FORCE.any_size_words, IN_FORCE


class ReadingRows(Rows):
    """The lesions of a follow-up."""

    def __init__(self, rows: Iterable["ReadingForm"]) -> None:
        super().__init__(rows, "capture/casebook/readings.html")
        self.size_words, self.gone_words = IN_FORCE.any_size_words, IN_FORCE.gone_words


@labeled_as(Lesion)
class LocalTreatmentForm(ReasonForm):
    """When a lesion was embolised or ablated; empty: it was not."""

    help = {
        "locally_treated_on": (
            "From this day the lesion counts as not evaluated: its size no longer tells of the study drug.",
            "criteria"),
    }

    locally_treated_on = FullDateField(required=False)
    field_order = ("locally_treated_on", "reason_code", "reason_words")


@labeled_as(LesionReading)
class ReadingForm(forms.Form):
    """One lesion of a follow-up; a typed 0 means absent."""

    longest_diameter_mm = NumberField(required=False, min_value=0, max_digits=5, decimal_places=1)
    state = forms.ChoiceField()
    merged_with = WordsField(required=False, max_length=6, widget=forms.Select)
    not_evaluated_reason = WordsField(required=False, max_length=120)
    scanned_on = FullDateField(required=False)

    def __init__(
        self, *args: Any, lesion: Lesion, previous: list[str] | None = None, targets: Sequence[str] = (), **kwargs: Any
    ) -> None:
        """targets: the labels of the participant's targets, one of which this lesion may have merged with."""
        super().__init__(*args, prefix=f"lesion{lesion.pk}", **kwargs)
        self.lesion, self.previous, self.is_target = lesion, previous or [], lesion.kind == Lesion.Kind.TARGET
        size = IN_FORCE.size_words(lesion.organ)
        self.fields["longest_diameter_mm"].label = f"{size} in mm"
        self.by_short_axis = self.is_target and size == SHORT_AXIS
        state = self.fields["state"]
        assert isinstance(state, forms.ChoiceField)
        state.choices = TARGET_STATES if self.is_target else NON_TARGET_STATES
        merged = self.fields["merged_with"].widget
        assert isinstance(merged, forms.Select)
        merged.choices = [("", "—"), *((each, each) for each in targets if each != lesion.label)]
        if not self.is_target:
            del self.fields["longest_diameter_mm"], self.fields["merged_with"]
        _name_boxes(self, lesion.label)

    def clean(self) -> dict[str, Any]:
        """0 mm reads as absent; a measured lesion needs its millimetres; a reason goes with not evaluated only."""
        found = self.cleaned_data
        millimetres, state = found.get("longest_diameter_mm"), found.get("state")
        if millimetres == 0 and state in ("measured", "absent"):
            found["state"], found["longest_diameter_mm"] = "absent", None
        elif state in SIZED and not millimetres and "longest_diameter_mm" not in self.errors:
            size = IN_FORCE.size_words(self.lesion.organ)
            self.add_error("longest_diameter_mm", f"Enter the {size}, or 0 if the lesion is absent.")
        elif state in ("absent", "merged", "not_evaluated") and millimetres:
            self.add_error("longest_diameter_mm", "A diameter is entered: choose “measured”, or clear the diameter.")
        if state == "merged" and not found.get("merged_with"):
            self.add_error("merged_with", "Choose the target with which it merged.")
        elif state != "merged" and found.get("merged_with"):
            self.add_error("merged_with", "Choose the state “merged with”, or clear the target.")
        if state == "not_evaluated" and not (found.get("not_evaluated_reason") or "").strip():
            self.add_error("not_evaluated_reason", "Enter a reason.")
        return found

    def typed(self) -> Reading:
        """The reading typed; call only when the form is valid."""
        found = self.cleaned_data
        return Reading(self.lesion.pk, found["state"], found.get("longest_diameter_mm"),
                       found["not_evaluated_reason"], found["scanned_on"], found.get("merged_with", ""))  # fmt: skip


_READINGS = Lines(LesionReading, "assessment", "lesion_readings")
_PAGE = Page("capture:assessment", "pk", "capture:assessment_new")
BASELINE_FORM = Form(
    "baseline", HeadForm, "assessed_on",
    Rule(f"at most {protocol.constant('baseline_window_days')} days before day 1"), Assessment,
    "Baseline tumor assessment", checks=BASELINE + ABSENT_BASELINE,
    verified=("assessed_on", "marker", "longest_diameter_mm", "state", "scanned_on"), lines=_READINGS,
    page=_PAGE, file="assessments", known_by=("assessed_on",),
)
FOLLOW_UP_SCAN_FORM = Form(
    "follow_up_scan", FollowUpHeadForm, "assessed_on",
    Rule(f"every {protocol.constant('assessment_interval_days') // 7} weeks ± "
         f"{protocol.constant('assessment_window_days')} days from day 1; a response again after "
         f"{protocol.constant('confirmation_days')} days"),
    Assessment, repeats=True, checks=FOLLOW_UP_SCAN + ABSENT_FOLLOW_UP_SCAN,
    verified=("assessed_on", "marker", "new_lesions", "new_lesion_on", "longest_diameter_mm", "state", "scanned_on",
              "merged_with"),
    lines=_READINGS, page=_PAGE, file="assessments", known_by=("assessed_on",),
)  # fmt: skip
