"""The audit spine: functions, seal, grants, and every table of the record under its trigger."""

from django.db import migrations

from trial import spine


class Migration(migrations.Migration):
    """Forward only: the spine is never taken out."""

    dependencies = [("trial", "0001_initial_record")]
    operations = [*spine.install(), *(spine.watch(table) for table in spine.WATCHED_TABLES)]
