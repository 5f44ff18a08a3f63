"""The NCI's own grade texts, from a file that the site supplies. Not part of the record: no Change."""

from django.db import models


class GradeText(models.Model):
    """The full text of one grade of a term of CTCAE 3.0, and of its select where the term has selects."""

    term = models.CharField(max_length=80)
    select = models.CharField(max_length=80, blank=True, default="")
    grade = models.PositiveSmallIntegerField()
    words = models.TextField()

    class Meta:
        ordering = ("term", "select", "grade")
        constraints = [
            models.UniqueConstraint(fields=("term", "select", "grade"), name="one_text_per_grade"),
            models.CheckConstraint(condition=models.Q(grade__range=(1, 5)), name="grade_text_1_to_5"),
        ]
