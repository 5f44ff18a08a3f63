"""Puts accounts and delegations under the spine, and notes the accounts that are there."""

from django.db import migrations

from trial import spine, spine_of_accounts


class Migration(migrations.Migration):
    """Triggers first; the Change that notes the accounts is opened and sealed in the same transaction."""

    dependencies = [("trial", "0008_accounts_and_signing_in")]
    operations = [
        migrations.RunSQL(spine.watch("trial_delegation"), spine.unwatch("trial_delegation")),
        migrations.RunSQL(spine_of_accounts.INSTALL, migrations.RunSQL.noop),
        migrations.RunSQL(spine_of_accounts.RECORD_THOSE_THERE, migrations.RunSQL.noop),
    ]
