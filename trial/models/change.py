"""Changes and versions: who did what to which rows, when and why. Written by the database alone."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Change(models.Model):
    """One write to the record. `seal` is set at commit and chains each Change to the one before."""

    id = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey("trial.Person", on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=20, default="system")
    at = models.DateTimeField()
    act = models.CharField(max_length=20)
    reason = models.TextField(default="")
    participant = models.ForeignKey(
        "trial.Participant", on_delete=models.PROTECT, null=True, related_name="changes", db_constraint=False
    )
    site = models.ForeignKey("trial.Site", on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False)
    groups = ArrayField(models.CharField(max_length=1), default=list)
    version_of_program = models.CharField(max_length=40, default="")
    transaction = models.BigIntegerField()
    previous_seal = models.BinaryField(null=True)
    seal = models.BinaryField(null=True)

    class Meta:
        ordering = ("id",)


class Version(models.Model):
    """A row of the record as one Change left it. The application may only read this table."""

    id = models.BigAutoField(primary_key=True)
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="versions")
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    act = models.CharField(max_length=6)
    row = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=("table_name", "row_id", "-change"), name="newest_version_of_row")]
