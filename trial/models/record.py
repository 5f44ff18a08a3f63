"""What every row of the record has in common."""

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
