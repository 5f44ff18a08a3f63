"""A place for the NCI's grade texts that a site supplies; no part of the record, so the spine does not watch it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The table of grade texts."""

    dependencies = [("trial", "0004_watch_the_second_half")]
    operations = [
        migrations.CreateModel(
            name="GradeText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("term", models.CharField(max_length=80)),
                ("select", models.CharField(blank=True, default="", max_length=80)),
                ("grade", models.PositiveSmallIntegerField()),
                ("words", models.TextField()),
            ],
            options={
                "ordering": ("term", "select", "grade"),
                "constraints": [
                    models.UniqueConstraint(fields=("term", "select", "grade"), name="one_text_per_grade"),
                    models.CheckConstraint(condition=models.Q(("grade__range", (1, 5))), name="grade_text_1_to_5"),
                ],
            },
        ),
    ]
