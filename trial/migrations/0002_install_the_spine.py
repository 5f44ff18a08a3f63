"""Puts the record under the spine: changes, versions, seals."""

from django.db import migrations

from trial import spine

# Spelled out: a migration keeps meaning the same when tables are added later (those bring their own `watch`).
WATCHED = (
    "trial_site", "trial_participant", "trial_eligibilityanswer", "trial_waiver", "trial_registrationfinding",
    "trial_cycle", "trial_dosingperiod", "trial_lesion", "trial_assessment", "trial_lesionreading",
)  # fmt: skip


class Migration(migrations.Migration):
    """Functions first, then the triggers of each clinical table."""

    dependencies = [("trial", "0001_initial")]
    operations = [
        migrations.RunSQL(spine.INSTALL, spine.UNINSTALL),
        *(migrations.RunSQL(spine.watch(table), spine.unwatch(table)) for table in WATCHED),
    ]
