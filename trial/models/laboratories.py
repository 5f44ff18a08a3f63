"""The laboratories of a site with their limits of normal: declared once, so that nobody types them at each visit."""

from django.db import models
from django.db.models import F, Q

from trial.models.base import RecordRow, one_standing, unless_empty
from trial.models.people import Site
from trial.protocol import code_lists


class Laboratory(RecordRow):
    """A laboratory that measures for a site; its name stands in the visits that it measured for.

    former_names: what it was called before, one a line: visits on record keep the name that they were entered with.
    """

    codes = ("name", "former_names")

    site = models.ForeignKey(Site, verbose_name="Site", on_delete=models.PROTECT, related_name="laboratories")
    name = models.CharField("Name", max_length=80)
    former_names = models.TextField("Former names", blank=True, default="", db_default="")

    class Meta:
        verbose_name, verbose_name_plural = "Laboratory", "Laboratories"
        ordering = ("site__code", "name")
        constraints = [one_standing("one_laboratory_of_a_name", "site", "name")]

    def __str__(self) -> str:
        return self.name

    @property
    def names(self) -> list[str]:
        """Its name, and those that it had before."""
        return [self.name, *self.former_names.splitlines()]


class LaboratoryRange(RecordRow):
    """The limits of normal of one analyte in one unit; `trial.rules.safety.reference_ranges` says which applies.

    sex: empty, both. age_from, age_to: whole years, both included; age_to null: no upper end. It is in use from
    `from_on` until a later one of the same analyte.
    """

    codes = ("analyte", "unit")

    laboratory = models.ForeignKey(
        Laboratory, verbose_name="Laboratory", on_delete=models.PROTECT, related_name="ranges"
    )
    from_on = models.DateField("In use from")
    analyte = models.CharField("Analyte", max_length=12)
    unit = models.CharField("Unit", max_length=20)
    sex = models.CharField("Sex", max_length=16, choices=code_lists.SEXES[:2], blank=True, default="")
    age_from = models.PositiveSmallIntegerField("Age from (years)", default=0)
    age_to = models.PositiveSmallIntegerField("Age to (years)", null=True, blank=True)
    lower_limit = models.DecimalField("Lower limit of normal", max_digits=12, decimal_places=3, null=True, blank=True)
    upper_limit = models.DecimalField("Upper limit of normal", max_digits=12, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = "Laboratory range"
        ordering = ("id",)
        constraints = [
            unless_empty("laboratory_range_in_order", Q(lower_limit__lt=F("upper_limit")), "lower_limit",
                         "upper_limit"),
            models.CheckConstraint(condition=Q(lower_limit__isnull=False) | Q(upper_limit__isnull=False),
                                   name="laboratory_range_has_a_limit"),
            unless_empty("laboratory_range_ages_in_order", Q(age_to__gte=F("age_from")), "age_to"),
        ]  # fmt: skip
