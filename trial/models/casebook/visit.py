"""Visits at the start of a cycle: vitals and laboratory; and blood pressure in between."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q

from trial.models.base import ByEdition, Place, RecordRow, one_standing, unless_empty
from trial.models.casebook.participant import Participant
from trial.models.fields import MissingReasonField, in_a_sentence, value_or_reason
from trial.protocol import code_lists
from trial.rules.typed_text import plain


def _pressure(name: str) -> models.CheckConstraint:
    return unless_empty(name, Q(systolic_mmhg__gt=F("diastolic_mmhg")), "systolic_mmhg", "diastolic_mmhg")


def _pressure_words(row: Any) -> str:
    if row.systolic_mmhg is None or row.diastolic_mmhg is None:
        return "blood pressure incomplete"
    return f"{row.systolic_mmhg}/{row.diastolic_mmhg} mmHg"


class Visit(RecordRow, ByEdition):
    """The visit at the start of a cycle (cycle 0: screening)."""

    place = Place(form="visit")
    codes = ("laboratory_name",)

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="visits")
    visited_on = models.DateField("Visit on")
    cycle_number = models.PositiveSmallIntegerField("Start of cycle")
    weight_kg = models.DecimalField("Weight (kg)", max_digits=4, decimal_places=1, null=True, blank=True)
    weight_kg_missing = MissingReasonField()
    ecog = models.PositiveSmallIntegerField("ECOG performance status", null=True, blank=True)
    ecog_missing = MissingReasonField()
    systolic_mmhg = models.PositiveSmallIntegerField("Systolic blood pressure (mmHg)", null=True, blank=True)
    systolic_mmhg_missing = MissingReasonField()
    diastolic_mmhg = models.PositiveSmallIntegerField("Diastolic blood pressure (mmHg)", null=True, blank=True)
    diastolic_mmhg_missing = MissingReasonField()
    laboratory_name = models.CharField("Laboratory", max_length=80, blank=True, default="")
    sampled_on = models.DateField("Sample taken on", null=True, blank=True)

    class Meta:
        verbose_name = "Visit at cycle start"
        ordering = ("visited_on", "id")
        constraints = [
            value_or_reason("weight_kg", "visit_weight_or_reason"),
            value_or_reason("ecog", "visit_ecog_or_reason"),
            value_or_reason("systolic_mmhg", "visit_systolic_or_reason"),
            value_or_reason("diastolic_mmhg", "visit_diastolic_or_reason"),
            unless_empty("visit_ecog_at_most_4", Q(ecog__lte=4), "ecog"),
            one_standing("one_visit_per_cycle", "participant", "cycle_number"),
            _pressure("visit_systolic_above_diastolic"),
        ]

    def __str__(self) -> str:
        return f"Cycle {self.cycle_number}, {_pressure_words(self)}" if self.cycle_number else "Screening"

    @property
    def measured_on(self) -> date:
        """The day of the laboratory sample: its own, else that of the visit."""
        return self.sampled_on or self.visited_on


class LaboratoryResult(RecordRow):
    """One laboratory value of a visit with the laboratory's own limits; its grade may propose an adverse event."""

    codes = ("analyte", "unit")

    visit = models.ForeignKey(Visit, verbose_name="Visit", on_delete=models.PROTECT, related_name="laboratory")
    analyte = models.CharField("Analyte", max_length=12)
    value = models.DecimalField("Value", max_digits=12, decimal_places=3, null=True, blank=True)
    value_qualifier = models.CharField(
        "Value qualifier", max_length=1, choices=code_lists.QUALIFIERS, blank=True, default=""
    )
    value_missing = MissingReasonField()
    unit = models.CharField("Unit", max_length=20, blank=True, default="")
    lower_limit = models.DecimalField("Lower limit of normal", max_digits=12, decimal_places=3, null=True, blank=True)
    upper_limit = models.DecimalField("Upper limit of normal", max_digits=12, decimal_places=3, null=True, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            value_or_reason("value", "laboratory_value_or_reason"),
            models.CheckConstraint(
                condition=Q(value_qualifier="") | Q(value__isnull=False), name="laboratory_qualifies_a_value"
            ),
            unless_empty("laboratory_limits_in_order", Q(lower_limit__lt=F("upper_limit")), "lower_limit",
                         "upper_limit"),
            one_standing("one_result_per_analyte", "visit", "analyte"),
        ]  # fmt: skip


class BloodPressure(RecordRow, ByEdition):
    """Blood pressure between visits: weekly in the first six weeks of treatment."""

    place = Place(form="blood_pressure")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="blood_pressures")
    measured_on = models.DateField("Measured on")
    systolic_mmhg = models.PositiveSmallIntegerField("Systolic blood pressure (mmHg)", null=True, blank=True)
    systolic_mmhg_missing = MissingReasonField()
    diastolic_mmhg = models.PositiveSmallIntegerField("Diastolic blood pressure (mmHg)", null=True, blank=True)
    diastolic_mmhg_missing = MissingReasonField()

    class Meta:
        ordering = ("measured_on", "id")
        constraints = [
            value_or_reason("systolic_mmhg", "pressure_systolic_or_reason"),
            value_or_reason("diastolic_mmhg", "pressure_diastolic_or_reason"),
            _pressure("pressure_systolic_above_diastolic"),
        ]

    def __str__(self) -> str:
        return _pressure_words(self)


class HormoneLevel(RecordRow, ByEdition):
    """One marker of one sample, with the laboratory's upper limit of normal in the same unit."""

    place = Place(form="hormone")
    in_results = ("assay",)

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="hormone_levels")
    sampled_on = models.DateField("Sample taken on")
    marker = models.CharField("Marker", max_length=12, choices=code_lists.MARKERS)
    value = models.DecimalField("Value", max_digits=12, decimal_places=3, null=True, blank=True)
    # Of a level reported as below or above what the assay measures; the value is then that limit.
    value_qualifier = models.CharField(
        "Value qualifier", max_length=1, choices=code_lists.QUALIFIERS, blank=True, default=""
    )
    value_missing = MissingReasonField()
    unit = models.CharField("Unit", max_length=12, choices=code_lists.MARKER_UNITS)
    upper_limit = models.DecimalField("Upper limit of normal", max_digits=12, decimal_places=3, null=True, blank=True)
    upper_limit_missing = MissingReasonField()
    assay = models.CharField("Assay", max_length=60, blank=True, default="")

    class Meta:
        ordering = ("sampled_on", "marker", "id")
        constraints = [
            value_or_reason("value", "hormone_value_or_reason"),
            value_or_reason("upper_limit", "hormone_limit_or_reason"),
            models.CheckConstraint(
                condition=Q(value_qualifier="") | Q(value__isnull=False), name="hormone_qualifies_a_value"
            ),
            unless_empty("hormone_value_not_negative", Q(value__gte=0), "value"),
            unless_empty("hormone_limit_above_0", Q(upper_limit__gt=0), "upper_limit"),
            one_standing("one_level_per_marker_and_day", "participant", "sampled_on", "marker"),
        ]

    def __str__(self) -> str:
        marker = self.get_marker_display()
        if self.value is None:
            return f"{marker}: {in_a_sentence(self.get_value_missing_display())}"
        limit = "" if self.upper_limit is None else f" (upper limit {plain(self.upper_limit)})"
        return f"{marker} {self.value_qualifier}{plain(self.value)} {self.get_unit_display()}{limit}"
