"""Cycles of 28 days and the doses taken in them."""

from django.db import models

from trial import protocol
from trial.models.base import ByEdition, Place, RecordRow, one_standing
from trial.models.casebook.participant import Participant


class Cycle(RecordRow, ByEdition):
    """One course of treatment from its actual day 1."""

    place = Place(form="cycle")
    codes = ("lot",)
    in_results = ("delay_reason",)

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="cycles")
    number = models.PositiveSmallIntegerField("Cycle")
    started_on = models.DateField("Day 1 of the cycle")
    tablets_dispensed = models.PositiveSmallIntegerField("Tablets dispensed (200 mg)", null=True)
    tablets_returned = models.PositiveSmallIntegerField("Tablets returned", null=True)
    lot = models.CharField("Lot", max_length=30, blank=True, default="")
    delay_reason = models.CharField("Reason for the delay", max_length=120, blank=True, default="")

    class Meta:
        ordering = ("number",)
        constraints = [
            one_standing("one_cycle_per_number", "participant", "number"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="cycle_number_from_1"),
            models.CheckConstraint(
                condition=models.Q(tablets_dispensed__isnull=True)
                | models.Q(tablets_returned__isnull=True)
                | models.Q(tablets_returned__lte=models.F("tablets_dispensed")),
                name="cycle_returned_at_most_dispensed",
            ),
        ]

    def __str__(self) -> str:
        return f"Cycle {self.number}"


class DosingPeriod(RecordRow):
    """Days of a cycle on one dose, or held, with the reason for anything but the full dose."""

    in_results = ("reason",)

    cycle = models.ForeignKey(Cycle, verbose_name="Cycle", on_delete=models.PROTECT, related_name="periods")
    from_day = models.PositiveSmallIntegerField("From day")
    to_day = models.PositiveSmallIntegerField("To day")
    dose_mg = models.PositiveSmallIntegerField("Dose (mg)")
    frequency = models.CharField("Frequency", max_length=16, choices=protocol.FREQUENCIES)
    reason = models.CharField("Reason", max_length=120, blank=True, default="")

    class Meta:
        ordering = ("from_day",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(from_day__gte=1, to_day__gte=models.F("from_day")), name="period_days_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(frequency="held", dose_mg=0)
                | (~models.Q(frequency="held") & models.Q(dose_mg__gt=0)),
                name="period_held_means_no_dose",
            ),
        ]
