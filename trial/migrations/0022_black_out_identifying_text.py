"""Identifying words can be blacked out by two people, in sealed versions too, by one function of the database."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from trial import black_out_in_sql, holds_in_sql, spine


class Migration(migrations.Migration):

    dependencies = [
        ('trial', '0021_time_zones_of_sites'),
    ]

    operations = [
        migrations.CreateModel(
            name='Redaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('of_change', models.BigIntegerField()),
                ('of_version', models.BigIntegerField(null=True)),
                ('field', models.CharField(blank=True, default='', max_length=60)),
                ('from_letter', models.PositiveIntegerField()),
                ('letters', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('asked', 'Waits for the study chair'), ('done', 'Blacked out'), ('refused', 'Refused')], default='asked', max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('asked_because', models.CharField(max_length=300)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_because', models.CharField(blank=True, default='', max_length=300)),
                ('decided_in', models.BigIntegerField(null=True)),
                ('versions', models.JSONField(default=list)),
                ('changes', models.JSONField(default=list)),
                ('copies', models.PositiveIntegerField(default=0)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redactions', to='trial.participant')),
            ],
            options={
                'ordering': ('id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('struck_out_reason', '')), name='black_out_is_decided_never_struck_out'), models.CheckConstraint(condition=models.Q(('asked_because', ''), _negated=True), name='black_out_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('state', 'asked')), models.Q(('decided_by__isnull', False), models.Q(('decided_because', ''), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='black_out_is_decided_by_another_person')],
            },
        ),
        migrations.RunSQL(black_out_in_sql.INSTALL, migrations.RunSQL.noop),
        migrations.RunSQL(holds_in_sql.RENEW_REFUSAL + holds_in_sql.RENEW_RECORD, migrations.RunSQL.noop),
        migrations.RunSQL(spine.watch("trial_redaction"), spine.unwatch("trial_redaction")),
    ]
