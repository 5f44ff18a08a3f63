"""A journal of who took the record out and who looked at interim results; nobody alters or deletes its rows."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

from trial.spine import APPLICATION_ROLE, _as_application

KEEP = """
CREATE TRIGGER endpoint_keep BEFORE UPDATE OR DELETE ON trial_journalentry
    FOR EACH ROW EXECUTE FUNCTION endpoint_refuse();
CREATE TRIGGER endpoint_keep_all BEFORE TRUNCATE ON trial_journalentry EXECUTE FUNCTION endpoint_refuse();
""" + _as_application(f"""
    REVOKE ALL ON trial_journalentry FROM {APPLICATION_ROLE};
    GRANT SELECT, INSERT ON trial_journalentry TO {APPLICATION_ROLE};""")


class Migration(migrations.Migration):

    dependencies = [
        ('trial', '0014_forms_saved_once'),
    ]

    operations = [
        migrations.CreateModel(
            name='JournalEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('role', models.CharField(blank=True, default='', max_length=20)),
                ('kind', models.CharField(choices=[('results', 'Looked at results'), ('plot', 'Took a plot out'), ('record', 'Took the record out'), ('trail', 'Took the trail out')], max_length=10)),
                ('words', models.CharField(max_length=200)),
                ('newest_change', models.BigIntegerField()),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
