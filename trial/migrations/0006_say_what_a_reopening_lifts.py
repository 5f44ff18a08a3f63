"""A reopening names the stage and the ground that it lifts; one of each stands at a time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """No reopening was on record before."""

    dependencies = [("trial", "0005_full_grade_texts")]

    operations = [
        migrations.AddField(
            model_name="reopening",
            name="stage",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="reopening",
            name="ground",
            field=models.CharField(
                choices=[
                    ("waiting", "Suspended until the stage's outcomes are known"),
                    ("futility", "Futility"),
                    ("efficacy", "Efficacy"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="reopening",
            constraint=models.UniqueConstraint(
                condition=models.Q(("struck_out_reason", "")),
                fields=("group", "stage", "ground"),
                name="one_reopening",
            ),
        ),
    ]
