"""Cycles of 28 days and the doses taken in them."""

from django.db import models
from django.db.models import F, Q

from trial import protocol
from trial.models.base import ByEdition, Place, RecordRow, one_standing, unless_empty
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
            models.CheckConstraint(condition=Q(number__gte=1), name="cycle_number_from_1"),
            unless_empty("cycle_returned_at_most_dispensed", Q(tablets_returned__lte=F("tablets_dispensed")),
                         "tablets_dispensed", "tablets_returned"),
        ]  # fmt: skip

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
                condition=Q(from_day__gte=1, to_day__gte=F("from_day")), name="period_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(frequency="held", dose_mg=0) | (~Q(frequency="held") & Q(dose_mg__gt=0)),
                name="period_held_means_no_dose",
            ),
        ]
