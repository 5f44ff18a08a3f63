"""Which forms are saved already, so that one sent twice is saved once."""

import django.db.models.deletion
from django.db import migrations, models

from trial.spine import APPLICATION_ROLE, _as_application

# What was saved is not forgotten: the application adds to this table and reads it, no more.
_KEEP = _as_application(f"REVOKE UPDATE, DELETE, TRUNCATE ON trial_savedform FROM {APPLICATION_ROLE};")


class Migration(migrations.Migration):
    """No part of the record and not under its spine: it holds no value, only that a form was saved."""

    dependencies = [
        ('trial', '0013_note_the_criteria_of_response'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedForm',
            fields=[
                ('token', models.UUIDField(primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64)),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trial.change')),
            ],
        ),
        migrations.RunSQL(_KEEP, migrations.RunSQL.noop),
    ]
