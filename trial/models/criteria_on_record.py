"""By which criteria of response the participants on record were registered. One row, noted once, never altered."""

from django.db import models


class CriteriaOnRecord(models.Model):
    """The name of the criteria at the first registration. No entry of the casebook, so the spine does not watch it."""

    name = models.CharField(max_length=20)
    noted_at = models.DateTimeField()
    is_only = models.BooleanField(default=True, unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(is_only=True), name="criteria_noted_once")]

    def __str__(self) -> str:
        return self.name
