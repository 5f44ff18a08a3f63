"""A place for the criteria by which participants were registered; those registered before it were, by RECIST 1.0."""

from django.db import migrations, models

NEVER_ALTERED = """
CREATE TRIGGER endpoint_never_altered BEFORE UPDATE OR DELETE ON trial_criteriaonrecord
    FOR EACH ROW EXECUTE FUNCTION endpoint_refuse();
"""
ALTERED = "DROP TRIGGER endpoint_never_altered ON trial_criteriaonrecord;"
NOTE_WHAT_HELD = """
INSERT INTO trial_criteriaonrecord (name, noted_at, is_only)
    SELECT 'RECIST 1.0', clock_timestamp(), true
    WHERE EXISTS (SELECT 1 FROM trial_participant WHERE number IS NOT NULL);
"""


class Migration(migrations.Migration):
    """One row at most."""

    dependencies = [("trial", "0012_expedited_reports")]
    operations = [
        migrations.CreateModel(
            name="CriteriaOnRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=20)),
                ("noted_at", models.DateTimeField()),
                ("is_only", models.BooleanField(default=True, unique=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("is_only", True)), name="criteria_noted_once")
                ],
            },
        ),
        migrations.RunSQL(NOTE_WHAT_HELD, migrations.RunSQL.noop),
        migrations.RunSQL(NEVER_ALTERED, ALTERED),
    ]
