"""What every row of the record has in common, and what the entries of a form have."""

from django.db import models


class RecordRow(models.Model):
    """A row of the record: written inside a Change only, kept for ever, struck out with a reason instead of deleted."""

    struck_out_reason = models.TextField(blank=True, default="")

    class Meta:
        abstract = True

    @property
    def is_struck_out(self) -> bool:
        """Whether the entry was taken back; it stays readable in the history."""
        return self.struck_out_reason != ""


class ByEdition(models.Model):
    """An entry of a form of the casebook keeps the edition by which it was last saved (`trial.protocol.form_versions`).

    None: saved before entries kept theirs; its versions then tell it by the columns that they have.
    """

    form_edition = models.PositiveSmallIntegerField("edition of the form", null=True, blank=True)

    class Meta:
        abstract = True
