"""At which site which edition of a form may be used: approvals, and what took them back."""

from django.db import models
from django.db.models import Q

from trial.models.person import Person, Site
from trial.models.record import RecordRow


class EditionApproval(RecordRow):
    """One word about one edition of one form at one site; the newest one that stands holds, none is ever changed.

    decided_on: the day of the approval (or of what took it back, or on which the site was opened). decided_by: the
    ethics committee or authority, with its reference.
    """

    class State(models.TextChoices):
        OPENED = "opened", "In use since the site was opened"
        APPROVED = "approved", "Approved"
        WITHDRAWN = "withdrawn", "Approval withdrawn"

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="edition_approvals")
    form = models.CharField(max_length=24)
    edition = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    decided_on = models.DateField()
    decided_by = models.CharField(max_length=200, blank=True, default="")
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(decided_by=""), name="edition_approval_says_who_approved"
            )
        ]
