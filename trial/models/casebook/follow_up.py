"""The end of treatment, what is known afterwards, and the end of the study for a participant."""

from django.db import models
from django.db.models import Q

from trial import protocol
from trial.models.base import ByEdition, Place, RecordRow, one_standing, unless_empty
from trial.models.casebook.participant import Participant
from trial.models.fields import PartialDateField, in_a_sentence
from trial.protocol import code_lists


class OffTreatment(RecordRow, ByEdition):
    """The end of study treatment and its reason."""

    place = Place(form="off_treatment")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="off_treatments")
    off_on = models.DateField("Off treatment on")
    reason = models.CharField("Reason", max_length=16, choices=code_lists.OFF_TREATMENT_REASONS)
    because = models.CharField("Comment", max_length=200, blank=True, default="")

    class Meta:
        constraints = [one_standing("one_off_treatment", "participant")]

    def __str__(self) -> str:
        return self.get_reason_display()


class FollowUp(RecordRow, ByEdition):
    """A contact after treatment: alive or dead, progression since the last one, new therapy."""

    place = Place(form="follow_up")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="follow_ups")
    contacted_on = models.DateField("Contact on")
    alive = models.CharField("Survival status", max_length=8, choices=code_lists.ALIVE)
    progression = models.CharField("Progression since last visit", max_length=14, choices=code_lists.PROGRESSION)
    progressed_on = models.DateField("Progression on", null=True, blank=True)
    progression_method = models.CharField(
        "Progression seen by", max_length=20, choices=protocol.METHODS, blank=True, default=""
    )
    disease_assessed_on = models.DateField("Disease assessed on", null=True, blank=True)
    new_therapy = models.CharField("New anticancer therapy", max_length=8, choices=code_lists.YES_NO_UNKNOWN)
    new_therapy_on = PartialDateField("New therapy began on", null=True, blank=True)
    new_therapy_name = models.CharField("Name of the new therapy", max_length=120, blank=True, default="")

    class Meta:
        verbose_name = "Follow-up contact"
        ordering = ("contacted_on", "id")
        constraints = [
            one_standing("one_contact_per_day", "participant", "contacted_on"),
            models.CheckConstraint(
                condition=~Q(progression="radiological") | (Q(progressed_on__isnull=False) & ~Q(progression_method="")),
                name="radiological_progression_has_date_and_method",
            ),
            unless_empty("date_of_progression_only_with_progression", Q(progression__in=("radiological", "clinical")),
                         "progressed_on"),
            models.CheckConstraint(
                condition=Q(new_therapy="yes") | Q(new_therapy_on__isnull=True),
                name="date_of_therapy_only_with_therapy",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_alive_display()}; {in_a_sentence(self.get_progression_display())}"


class Death(RecordRow, ByEdition):
    """Death of any cause; day, or day and month, may be unknown."""

    place = Place(form="death")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="deaths")
    died_on = PartialDateField("Died on")
    cause = models.CharField("Cause", max_length=10, choices=code_lists.DEATH_CAUSES)
    because = models.CharField("Comment", max_length=200, blank=True, default="")

    class Meta:
        constraints = [one_standing("one_death", "participant")]

    def __str__(self) -> str:
        return self.get_cause_display()


class Withdrawal(RecordRow, ByEdition):
    """Withdrawal of consent, and how far it goes."""

    place = Place(form="withdrawal")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="withdrawals")
    withdrew_on = models.DateField("Withdrawn on")
    scope = models.CharField("Scope of withdrawal", max_length=10, choices=code_lists.WITHDRAWAL_SCOPES)
    because = models.CharField("Comment", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "Withdrawal of consent"
        constraints = [one_standing("one_withdrawal", "participant")]

    def __str__(self) -> str:
        return self.get_scope_display()


class OffStudy(RecordRow, ByEdition):
    """The end of all follow-up for a participant."""

    place = Place(form="off_study")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="off_studies")
    off_on = models.DateField("Off study on")
    reason = models.CharField("Reason", max_length=12, choices=code_lists.OFF_STUDY_REASONS)
    because = models.CharField("Comment", max_length=200, blank=True, default="")

    class Meta:
        constraints = [one_standing("one_off_study", "participant")]

    def __str__(self) -> str:
        return self.get_reason_display()
