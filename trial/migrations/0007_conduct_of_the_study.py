"""The conduct of the study under the spine: queries, verification, holds, signatures, reviews of the trail."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from trial import holds_in_sql, spine


WATCHED = (
    "trial_query", "trial_querymessage", "trial_sourceverification", "trial_hold", "trial_signature",
    "trial_auditreview",
)
OWN_HAND = {
    "trial_hold": ("asked_by_id", "decided_by_id", "lift_asked_by_id", "lifted_by_id"),
    "trial_signature": ("signed_by_id",),
    "trial_sourceverification": ("verified_by_id",),
    "trial_auditreview": ("reviewed_by_id",),
    "trial_querymessage": ("said_by_id",),
}


class Migration(migrations.Migration):

    dependencies = [
        ('trial', '0006_say_what_a_reopening_lifts'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('reviewed_at', models.DateTimeField()),
                ('from_change', models.BigIntegerField()),
                ('to_change', models.BigIntegerField()),
                ('span', models.CharField(blank=True, default='', max_length=200)),
                ('words', models.CharField(max_length=600)),
                ('reviewed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Query',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('form', models.CharField(max_length=30)),
                ('row_id', models.BigIntegerField(null=True)),
                ('field', models.CharField(blank=True, default='', max_length=60)),
                ('check_id', models.CharField(blank=True, default='', max_length=40)),
                ('words', models.CharField(max_length=600)),
                ('finding', models.CharField(blank=True, default='', max_length=600)),
                ('state', models.CharField(choices=[('open', 'Open'), ('answered', 'Answered'), ('closed', 'Closed'), ('reopened', 'Reopened'), ('cancelled', 'Cancelled')], default='open', max_length=10)),
                ('assigned_role', models.CharField(choices=[('coordinator', 'Site coordinator'), ('investigator', 'Site investigator'), ('monitor', 'Monitor'), ('chair', 'Study chair'), ('statistician', 'Statistician'), ('administrator', 'Administrator')], default='coordinator', max_length=20)),
                ('raised_at', models.DateTimeField()),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='queries', to='trial.participant')),
                ('raised_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='QueryMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('state', models.CharField(choices=[('open', 'Open'), ('answered', 'Answered'), ('closed', 'Closed'), ('reopened', 'Reopened'), ('cancelled', 'Cancelled')], max_length=10)),
                ('words', models.CharField(blank=True, default='', max_length=600)),
                ('said_at', models.DateTimeField()),
                ('query', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='trial.query')),
                ('said_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('printed_name', models.CharField(max_length=120)),
                ('signed_at', models.DateTimeField()),
                ('meaning', models.CharField(max_length=400)),
                ('at_change', models.BigIntegerField()),
                ('head_seal', models.CharField(max_length=64)),
                ('content_hash', models.CharField(max_length=64)),
                ('versions', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='trial.participant')),
                ('signed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='SourceVerification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('form', models.CharField(max_length=30)),
                ('row_id', models.BigIntegerField()),
                ('field', models.CharField(blank=True, default='', max_length=60)),
                ('at_change', models.BigIntegerField()),
                ('verified_at', models.DateTimeField()),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verifications', to='trial.participant')),
                ('verified_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('kind', models.CharField(choices=[('freeze', 'Freeze'), ('lock', 'Lock')], max_length=6)),
                ('scope', models.CharField(choices=[('form', 'Form'), ('participant', 'Participant'), ('site', 'Site'), ('study', 'Study')], max_length=11)),
                ('form', models.CharField(blank=True, default='', max_length=30)),
                ('row_id', models.BigIntegerField(null=True)),
                ('state', models.CharField(choices=[('asked', 'Waits for the study chair'), ('in_force', 'In force'), ('refused', 'Refused'), ('lift_asked', 'In force, lifting asked for'), ('lifted', 'Lifted')], max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('asked_because', models.CharField(blank=True, default='', max_length=300)),
                ('decided_because', models.CharField(blank=True, default='', max_length=300)),
                ('lift_asked_because', models.CharField(blank=True, default='', max_length=300)),
                ('lifted_because', models.CharField(blank=True, default='', max_length=300)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lift_asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='trial.participant')),
                ('site', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='trial.site')),
            ],
            options={
                'ordering': ('id',),
                'indexes': [models.Index(condition=models.Q(('state__in', ('in_force', 'lift_asked'))), fields=['participant'], name='holds_in_force')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('form', ''), ('participant__isnull', True), ('scope', 'study'), ('site__isnull', True)), models.Q(('form', ''), ('participant__isnull', True), ('scope', 'site'), ('site__isnull', False)), models.Q(('form', ''), ('participant__isnull', False), ('scope', 'participant'), ('site__isnull', True)), models.Q(('participant__isnull', False), ('scope', 'form'), ('site__isnull', True), models.Q(('form', ''), _negated=True)), _connector='OR'), name='hold_names_its_scope'), models.CheckConstraint(condition=models.Q(('struck_out_reason', '')), name='hold_is_lifted_never_struck_out'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'lifted'), _negated=True), models.Q(('lifted_by__isnull', False), models.Q(('lifted_because', ''), _negated=True)), _connector='OR'), name='hold_is_lifted_by_someone_who_says_why'), models.CheckConstraint(condition=models.Q(('kind', 'freeze'), models.Q(('state', 'lifted'), _negated=True), models.Q(('lift_asked_by__isnull', False), models.Q(('lift_asked_because', ''), _negated=True), models.Q(('lift_asked_by', models.F('lifted_by')), _negated=True)), _connector='OR'), name='lock_is_lifted_by_two_people'), models.CheckConstraint(condition=models.Q(('kind', 'freeze'), ('state__in', ('asked', 'refused')), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='lock_is_approved_by_another_person')],
            },
        ),
        migrations.AddIndex(
            model_name='query',
            index=models.Index(fields=['state', 'id'], name='queries_by_state'),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('open', 'answered', 'reopened')), ('struck_out_reason', ''), models.Q(('check_id', ''), _negated=True)), fields=('participant', 'check_id', 'form', 'row_id'), name='one_standing_query_per_finding', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='query',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='query_has_words'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(condition=models.Q(('struck_out_reason', '')), fields=('participant', 'content_hash'), name='one_signature_per_content'),
        ),
        migrations.AddConstraint(
            model_name='sourceverification',
            constraint=models.UniqueConstraint(condition=models.Q(('struck_out_reason', '')), fields=('form', 'row_id', 'field'), name='one_verification_per_place'),
        ),
        migrations.RunSQL(holds_in_sql.INSTALL, migrations.RunSQL.noop),
        *(migrations.RunSQL(spine.watch(table), spine.unwatch(table)) for table in WATCHED),
        *(
            migrations.RunSQL(holds_in_sql.in_own_hand(table, *columns), migrations.RunSQL.noop)
            for table, columns in OWN_HAND.items()
        ),
    ]
