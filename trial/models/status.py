"""What the parts of the program say about themselves for the Status page."""

from django.db import models


class StatusNote(models.Model):
    """The newest word of one part, by name: the sweep that ran, the audit verified, the backup made."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
    is_good = models.BooleanField()
    words = models.TextField()
