import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("analysis", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="OutcomeThen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=12)),
                ("outcome", models.JSONField()),
            ],
        ),
        migrations.RemoveConstraint(model_name="groupresult", name="one_result_per_moment"),
        migrations.RemoveIndex(model_name="groupresult", name="newest_result_of_group"),
        migrations.AddField(model_name="groupresult", name="cutoff", field=models.DateField(null=True)),
        migrations.AddField(
            model_name="groupresult", name="holds_to", field=models.BigIntegerField(default=0), preserve_default=False
        ),
        migrations.AddField(
            model_name="groupresult", name="has_outcomes", field=models.BooleanField(default=False)
        ),
        migrations.RunSQL("UPDATE analysis_groupresult SET holds_to = change", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="groupresult",
            index=models.Index(fields=["group", "-holds_to"], name="newest_result_of_group"),
        ),
        migrations.AddConstraint(
            model_name="groupresult",
            constraint=models.UniqueConstraint(
                fields=("group", "change", "cutoff", "settings_version", "engine"),
                name="one_result_per_moment",
                nulls_distinct=False,
            ),
        ),
        migrations.AddField(
            model_name="outcomethen",
            name="result",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="outcomes", to="analysis.groupresult"
            ),
        ),
        migrations.AddConstraint(
            model_name="outcomethen",
            constraint=models.UniqueConstraint(fields=("result", "number"), name="one_outcome_then"),
        ),
    ]
