"""Which forms are saved: beside the record, so that one sent a second time is known."""

from django.db import models

from trial.models.change import Change


class SavedForm(models.Model):
    """The token that a page gave its form, the Change that saved it, and a digest of what was sent (SHA-256, hex)."""

    token = models.UUIDField(primary_key=True)
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
