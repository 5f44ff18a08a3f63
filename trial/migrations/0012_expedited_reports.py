"""When a site became aware of an event, the reports it sent, the sponsor's table of them, and where a digest goes."""

import django.db.models.deletion
from django.db import migrations, models

from trial import holds_in_sql, spine


class Migration(migrations.Migration):
    """A freeze lets reports be written, as all conduct of the study; hence the refusal is renewed with its list."""

    dependencies = [
        ('trial', '0011_what_is_not_done_and_what_is_half_typed'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExpeditedReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('kind', models.CharField(choices=[('notification', 'First notification'), ('complete', 'Complete report'), ('follow_up', 'Follow-up report')], max_length=12)),
                ('sent_at', models.DateTimeField()),
                ('sent_by', models.CharField(max_length=120)),
                ('reference', models.CharField(blank=True, default='', max_length=60)),
            ],
            options={
                'ordering': ('sent_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='ExpeditedTable',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('source', models.CharField(max_length=300)),
                ('is_confirmed', models.BooleanField()),
                ('rules', models.JSONField()),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.AddField(
            model_name='adverseevent',
            name='aware_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='adverseevent',
            name='aware_time',
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='adverseevent',
            name='hospital_stay',
            field=models.CharField(blank=True, choices=[('no', 'No'), ('yes', 'Yes')], default='', max_length=3),
        ),
        migrations.AddField(
            model_name='person',
            name='digest_on',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='person',
            name='mail_address',
            field=models.EmailField(blank=True, default='', max_length=254),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('aware_time__isnull', True), ('aware_on__isnull', False), _connector='OR'), name='event_aware_time_has_its_day'),
        ),
        migrations.AddField(
            model_name='expeditedreport',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='expedited_reports', to='trial.adverseevent'),
        ),
        migrations.AddField(
            model_name='expeditedreport',
            name='participant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='expedited_reports', to='trial.participant'),
        ),
        migrations.AddConstraint(
            model_name='expeditedtable',
            constraint=models.CheckConstraint(condition=models.Q(('source', ''), _negated=True), name='expedited_table_has_a_source'),
        ),
        migrations.AddConstraint(
            model_name='expeditedreport',
            constraint=models.CheckConstraint(condition=models.Q(('sent_by', ''), _negated=True), name='expedited_report_has_a_sender'),
        ),
        migrations.RunSQL(spine.watch("trial_expeditedreport"), spine.unwatch("trial_expeditedreport")),
        migrations.RunSQL(spine.watch("trial_expeditedtable"), spine.unwatch("trial_expeditedtable")),
        migrations.RunSQL(holds_in_sql.RENEW_REFUSAL, migrations.RunSQL.noop),
    ]
