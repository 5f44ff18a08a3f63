"""Adverse events, graded by CTCAE 3.0."""

from django.db import models
from django.db.models import Q

from trial.models.base import BY_LOCK, ByEdition, Place, RecordRow, unless_empty
from trial.models.casebook.participant import Participant
from trial.models.fields import MissingReasonField, PartialDateField, in_a_sentence, value_or_reason
from trial.protocol import code_lists, ctcae_v3
from trial.rules.safety.expedited_reports import KINDS


class AdverseEvent(RecordRow, ByEdition):
    """An adverse event; when its grade changes, a further episode that continues the first one."""

    place = Place(form="adverse_event")
    codes = ("aware_offset",)
    in_results = ("term", "select", "other_words")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="adverse_events")
    continues = models.ForeignKey(
        "self", verbose_name="Continues", on_delete=models.PROTECT, null=True, blank=True, related_name="episodes"
    )
    term = models.CharField("Term", max_length=80)
    select = models.CharField("Site or type", max_length=80, blank=True, default="")
    other_words = models.CharField("Specify", max_length=120, blank=True, default="")
    grade = models.PositiveSmallIntegerField("Grade", null=True, blank=True, choices=code_lists.GRADES)
    grade_missing = MissingReasonField()
    attribution = models.PositiveSmallIntegerField(
        "Attribution", null=True, blank=True, choices=code_lists.ATTRIBUTIONS
    )
    attribution_missing = MissingReasonField()
    onset_on = PartialDateField("Began on", null=True, blank=True)
    onset_on_missing = MissingReasonField()
    resolved_on = PartialDateField("Resolved on", null=True, blank=True)
    present_at_baseline = models.BooleanField("Present at baseline", default=False)
    seriousness = models.CharField("Serious", max_length=20, choices=code_lists.SERIOUSNESS)
    expectedness = models.CharField(
        "Expectedness", max_length=12, choices=code_lists.EXPECTEDNESS, blank=True, default=""
    )
    # 24 hours or more, or a longer stay than planned; empty: not answered.
    hospital_stay = models.CharField(
        "In hospital for 24 hours or more", max_length=3, choices=code_lists.HOSPITAL_STAY, blank=True, default=""
    )
    # When the site became aware of the event at this grade, by the clock on its wall, and how far that was from UTC:
    # together the instant at which the clock of an expedited report starts. What was typed in UTC says UTC.
    aware_on = models.DateField("Site became aware on", null=True, blank=True)
    aware_time = models.TimeField("Aware at", null=True, blank=True)
    aware_offset = models.CharField("UTC offset at the site", max_length=12, blank=True, default="UTC")
    action_taken = models.CharField("Action taken with the study drug", max_length=16, choices=code_lists.ACTIONS_TAKEN)
    outcome = models.CharField("Outcome", max_length=16, choices=code_lists.EVENT_OUTCOMES)
    cycle_number = models.PositiveSmallIntegerField("Cycle", null=True, blank=True)

    class Meta:
        ordering = ("onset_on", "id")
        constraints = [
            value_or_reason("grade", "event_grade_or_reason"),
            value_or_reason("attribution", "event_attribution_or_reason"),
            value_or_reason("onset_on", "event_onset_or_reason"),
            unless_empty("event_grade_1_to_5", Q(grade__range=(1, 5)), "grade"),
            unless_empty("event_attribution_1_to_5", Q(attribution__range=(1, 5)), "attribution"),
            models.CheckConstraint(condition=~Q(grade=5) | Q(outcome="fatal"), name="event_of_grade_5_is_fatal"),
            unless_empty("event_aware_time_has_its_day", Q(aware_on__isnull=False), "aware_time"),
            unless_empty("event_aware_day_has_its_offset", ~Q(aware_offset=""), "aware_on"),
        ]

    def __str__(self) -> str:
        grade = f"grade {self.grade}" if self.grade else f"grade {in_a_sentence(self.get_grade_missing_display())}"
        return f"{self.name}, {grade}{'' if self.seriousness == 'no' else ', serious'}"

    @property
    def name(self) -> str:
        """The term with its site or type, or the words of an “other” event."""
        try:
            term = ctcae_v3.term(self.term)
        except KeyError:
            return str(self.term)
        select = next((select.words for select in term.selects if select.code == self.select), "")
        return ": ".join(filter(None, (self.other_words or term.short_name, select)))


class ExpeditedReport(RecordRow):
    """A report of an adverse event as it was sent: of which kind, when, by whom, under which reference."""

    held_by = BY_LOCK
    codes = ("sent_by", "reference")

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="expedited_reports")
    event = models.ForeignKey(
        AdverseEvent, verbose_name="Adverse event", on_delete=models.PROTECT, related_name="expedited_reports"
    )
    kind = models.CharField("Kind", max_length=12, choices=KINDS)
    sent_at = models.DateTimeField("Sent at")
    sent_by = models.CharField("Sent by", max_length=120)
    reference = models.CharField("Reference", max_length=60, blank=True, default="")

    class Meta:
        ordering = ("sent_at", "id")
        constraints = [models.CheckConstraint(condition=~Q(sent_by=""), name="expedited_report_has_a_sender")]


class ExpeditedTable(RecordRow):
    """An edition of the table of expedited reporting; the newest one that stands is in force.

    rules: the lines of the file, as `trial.rules.safety.expedited_table.from_cells` reads them.
    """

    codes = ("source",)

    source = models.CharField("Source", max_length=300)
    is_confirmed = models.BooleanField("Confirmed")
    rules = models.JSONField("Rules")

    class Meta:
        verbose_name = "Expedited reporting table"
        ordering = ("id",)
        constraints = [models.CheckConstraint(condition=~Q(source=""), name="expedited_table_has_a_source")]
