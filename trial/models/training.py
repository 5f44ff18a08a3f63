"""What the administrator keeps beside the accounts: trainings for a role, and reviews of the access rights."""

from django.db import models
from django.db.models import F, Q

from trial.models.person import Person, Role
from trial.models.record import RecordRow


class Training(RecordRow):
    """A person was trained for a role (no last day: it does not run out)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="trainings")
    role = models.CharField(max_length=20, choices=Role.choices)
    what = models.CharField(max_length=200)
    trained_on = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        ordering = ("-trained_on", "-id")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("trained_on")),
                name="training_ends_after_it_began",
            )
        ]


class AccessReview(RecordRow):
    """The access rights as they stood on a day were looked through, and what was found."""

    reviewed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()
    rights_on = models.DateField()
    accounts = models.PositiveIntegerField()
    words = models.CharField(max_length=600)

    class Meta:
        ordering = ("-id",)
