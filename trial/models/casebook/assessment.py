"""Tumour assessments: the scan visits, and the lesions followed through them by identity."""

from django.db import models
from django.db.models import Q

from trial import protocol
from trial.models.base import STANDING, ByEdition, Place, RecordRow, one_standing
from trial.models.casebook.participant import Participant
from trial.rules.response.recist import SIZED


class Assessment(RecordRow, ByEdition):
    """One tumor assessment: the baseline before treatment or a follow-up after day 1."""

    place = Place(by="kind", forms={"baseline": "baseline", "follow_up": "follow_up_scan"})

    class Kind(models.TextChoices):
        BASELINE = "baseline", "Baseline"
        FOLLOW_UP = "follow_up", "Follow-up"

    class Marker(models.TextChoices):
        NORMAL = "normal", "Normal"
        ABOVE = "above", "Above upper limit of normal"
        NOT_DONE = "not_done", "Not done"

    class NewLesions(models.TextChoices):
        NO = "no", "No"
        YES = "yes", "Yes"
        NOT_EVALUATED = "not_evaluated", "Not evaluated"

    class Opinion(models.TextChoices):
        CR = "CR", "CR"
        PR = "PR", "PR"
        SD = "SD", "SD"
        PD = "PD", "PD"
        NE = "NE", "NE"

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="assessments")
    kind = models.CharField("Kind", max_length=10, choices=Kind.choices)
    assessed_on = models.DateField("Assessment date")
    method = models.CharField("Method", max_length=20, choices=protocol.METHODS)
    slice_thickness_mm = models.DecimalField("Slice thickness (mm)", max_digits=4, decimal_places=1, null=True)
    marker = models.CharField("Tumor markers", max_length=10, choices=Marker.choices, default=Marker.NOT_DONE)
    new_lesions = models.CharField("New lesions", max_length=14, choices=NewLesions.choices, blank=True, default="")
    new_lesion_on = models.DateField("New lesion first seen on", null=True)
    new_lesion_description = models.CharField("New lesion location", max_length=120, blank=True, default="")
    investigator_response = models.CharField(
        "Investigator's response", max_length=2, choices=Opinion.choices, blank=True, default=""
    )

    class Meta:
        verbose_name, verbose_name_plural = "Tumor assessment", "Tumor assessments"
        ordering = ("assessed_on", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("participant",), condition=Q(kind="baseline") & STANDING, name="one_baseline"
            ),
            one_standing("one_assessment_per_day", "participant", "assessed_on"),
            models.CheckConstraint(
                condition=Q(kind="baseline", new_lesions="") | (Q(kind="follow_up") & ~Q(new_lesions="")),
                name="new_lesions_asked_at_follow_up_only",
            ),
        ]


class Lesion(RecordRow):
    """A lesion chosen at baseline and followed at every assessment."""

    place = Place(entered_with="baseline")
    in_results = ("label",)

    class Kind(models.TextChoices):
        TARGET = "target", "Target"
        NON_TARGET = "non_target", "Non-target"

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="lesions")
    kind = models.CharField("Kind", max_length=10, choices=Kind.choices)
    label = models.CharField("Label", max_length=6)
    organ = models.CharField("Organ", max_length=20, choices=protocol.ORGANS)
    description = models.CharField("Description", max_length=80, blank=True, default="")
    locally_treated_on = models.DateField("Treated locally on (embolization, ablation)", null=True)

    class Meta:
        ordering = ("-kind", "id")
        constraints = [one_standing("one_lesion_per_label", "participant", "label")]

    def __str__(self) -> str:
        return f"{self.label} {self.get_organ_display()}"


class LesionReading(RecordRow):
    """What one assessment says of one lesion: a measurement of a target, or the state of a non-target."""

    place = Place(above="assessment")
    in_results = ("not_evaluated_reason", "merged_with")

    class State(models.TextChoices):
        MEASURED = "measured", "Measured"
        TOO_SMALL = "too_small", "Too small to measure"
        IN_PARTS = "in_parts", "In parts (sum of the parts)"
        MERGED = "merged", "Merged with another target"
        ABSENT = "absent", "Absent"
        NOT_EVALUATED = "not_evaluated", "Not evaluated"
        PRESENT = "present", "Present"
        PROGRESSION = "unequivocal_progression", "Unequivocal progression"

    assessment = models.ForeignKey(
        Assessment, verbose_name="Assessment", on_delete=models.PROTECT, related_name="readings"
    )
    lesion = models.ForeignKey(Lesion, verbose_name="Lesion", on_delete=models.PROTECT, related_name="readings")
    state = models.CharField("State", max_length=24, choices=State.choices)
    longest_diameter_mm = models.DecimalField("Longest diameter (mm)", max_digits=5, decimal_places=1, null=True)
    # The label of the target at which the whole is measured; a label once used is not used again.
    merged_with = models.CharField("Merged with", max_length=6, blank=True, default="")
    not_evaluated_reason = models.CharField("Reason not evaluated", max_length=120, blank=True, default="")
    scanned_on = models.DateField("Scan date", null=True)

    class Meta:
        verbose_name, verbose_name_plural = "Lesion measurement", "Lesion measurements"
        constraints = [
            one_standing("one_reading_per_lesion", "assessment", "lesion"),
            models.CheckConstraint(
                condition=(Q(state__in=SIZED) & Q(longest_diameter_mm__gt=0))
                | (~Q(state__in=SIZED) & Q(longest_diameter_mm__isnull=True)),
                name="reading_measured_has_millimetres",
            ),
            models.CheckConstraint(
                condition=~Q(state="not_evaluated") | ~Q(not_evaluated_reason=""),
                name="reading_not_evaluated_says_why",
            ),
            models.CheckConstraint(
                condition=(Q(state="merged") & ~Q(merged_with="")) | (~Q(state="merged") & Q(merged_with="")),
                name="reading_merged_says_with_which",
            ),
        ]

    @property
    def value_in_words(self) -> str:
        """`42.5 mm`, `42.5 mm in parts`, `merged with T1`, or the state."""
        if self.longest_diameter_mm is not None:
            return f"{self.longest_diameter_mm} mm" + (" in parts" if self.state == self.State.IN_PARTS else "")
        return f"merged with {self.merged_with}" if self.merged_with else str(self.get_state_display())
