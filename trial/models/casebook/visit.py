"""Visits at the start of a cycle: vitals and laboratory; and blood pressure in between."""

from django.db import models
from django.db.models import F, Q

from trial.models.base import ByEdition, Place, RecordRow
from trial.models.casebook.participant import Participant
from trial.models.fields import MissingReasonField, value_or_reason
from trial.protocol import code_lists


def _pressure(prefix: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(systolic_mmhg__isnull=True)
            | Q(diastolic_mmhg__isnull=True)
            | Q(systolic_mmhg__gt=F("diastolic_mmhg")),
            name=f"{prefix}_systolic_above_diastolic",
        )
    ]


class Visit(RecordRow, ByEdition):
    """The visit at the start of a cycle (cycle 0: screening)."""

    place = Place(form="visit")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="visits")
    visited_on = models.DateField()
    cycle_number = models.PositiveSmallIntegerField()
    weight_kg = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    weight_kg_missing = MissingReasonField()
    ecog = models.PositiveSmallIntegerField(null=True, blank=True)
    ecog_missing = MissingReasonField()
    systolic_mmhg = models.PositiveSmallIntegerField(null=True, blank=True)
    systolic_mmhg_missing = MissingReasonField()
    diastolic_mmhg = models.PositiveSmallIntegerField(null=True, blank=True)
    diastolic_mmhg_missing = MissingReasonField()

    class Meta:
        ordering = ("visited_on", "id")
        constraints = [
            value_or_reason("weight_kg", "visit_weight_or_reason"),
            value_or_reason("ecog", "visit_ecog_or_reason"),
            value_or_reason("systolic_mmhg", "visit_systolic_or_reason"),
            value_or_reason("diastolic_mmhg", "visit_diastolic_or_reason"),
            models.CheckConstraint(condition=Q(ecog__isnull=True) | Q(ecog__lte=4), name="visit_ecog_at_most_4"),
            models.UniqueConstraint(
                fields=("participant", "cycle_number"), condition=Q(struck_out_reason=""), name="one_visit_per_cycle"
            ),
            *_pressure("visit"),
        ]


class LaboratoryResult(RecordRow):
    """One laboratory value of a visit with the laboratory's own limits; its grade may propose an adverse event."""

    codes = ("analyte", "unit")

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="laboratory")
    analyte = models.CharField(max_length=12)
    value = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    value_missing = MissingReasonField()
    unit = models.CharField(max_length=20, blank=True, default="")
    lower_limit = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    upper_limit = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            value_or_reason("value", "laboratory_value_or_reason"),
            models.CheckConstraint(
                condition=Q(lower_limit__isnull=True)
                | Q(upper_limit__isnull=True)
                | Q(lower_limit__lt=F("upper_limit")),
                name="laboratory_limits_in_order",
            ),
            models.UniqueConstraint(
                fields=("visit", "analyte"), condition=Q(struck_out_reason=""), name="one_result_per_analyte"
            ),
        ]


class BloodPressure(RecordRow, ByEdition):
    """Blood pressure between visits: weekly in the first six weeks of treatment."""

    place = Place(form="blood_pressure")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="blood_pressures")
    measured_on = models.DateField()
    systolic_mmhg = models.PositiveSmallIntegerField(null=True, blank=True)
    systolic_mmhg_missing = MissingReasonField()
    diastolic_mmhg = models.PositiveSmallIntegerField(null=True, blank=True)
    diastolic_mmhg_missing = MissingReasonField()

    class Meta:
        ordering = ("measured_on", "id")
        constraints = [
            value_or_reason("systolic_mmhg", "pressure_systolic_or_reason"),
            value_or_reason("diastolic_mmhg", "pressure_diastolic_or_reason"),
            *_pressure("pressure"),
        ]


class HormoneLevel(RecordRow, ByEdition):
    """One marker of one sample, with the laboratory's upper limit of normal in the same unit."""

    place = Place(form="hormone")
    in_results = ("assay",)

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="hormone_levels")
    sampled_on = models.DateField()
    marker = models.CharField(max_length=12, choices=code_lists.MARKERS)
    value = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    value_missing = MissingReasonField()
    unit = models.CharField(max_length=12, choices=code_lists.MARKER_UNITS)
    upper_limit = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    upper_limit_missing = MissingReasonField()
    assay = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        ordering = ("sampled_on", "marker", "id")
        constraints = [
            value_or_reason("value", "hormone_value_or_reason"),
            value_or_reason("upper_limit", "hormone_limit_or_reason"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(value__gte=0), name="hormone_value_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(upper_limit__isnull=True) | models.Q(upper_limit__gt=0), name="hormone_limit_above_0"
            ),
            models.UniqueConstraint(
                fields=("participant", "sampled_on", "marker"),
                condition=models.Q(struck_out_reason=""),
                name="one_level_per_marker_and_day",
            ),
        ]
