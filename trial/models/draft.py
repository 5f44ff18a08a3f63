"""What somebody is typing and has not saved: not part of the record, theirs alone, gone with the save."""

from django.db import models

from trial.models.person import Person


class Draft(models.Model):
    """The fields of one page as one person left them; `path` is the page's address, without its query."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="drafts")
    path = models.CharField(max_length=300)
    fields = models.JSONField()
    kept_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("person", "path"), name="one_draft_per_person_and_page")]
