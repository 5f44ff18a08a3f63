"""Trainings for a role and reviews of the access rights, both under the spine."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from trial import spine
from trial.holds_in_sql import in_own_hand

ROLES = [('coordinator', 'Site coordinator'), ('investigator', 'Site investigator'), ('monitor', 'Monitor'), ('chair', 'Study chair'), ('statistician', 'Statistician'), ('administrator', 'Administrator')]


class Migration(migrations.Migration):

    dependencies = [
        ('trial', '0015_journal_of_reading'),
    ]

    operations = [
        migrations.CreateModel(
            name='Training',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('role', models.CharField(choices=ROLES, max_length=20)),
                ('what', models.CharField(max_length=200)),
                ('trained_on', models.DateField()),
                ('valid_until', models.DateField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-trained_on', '-id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('trained_on')), _connector='OR'), name='training_ends_after_it_began')],
            },
        ),
        migrations.CreateModel(
            name='AccessReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('reviewed_at', models.DateTimeField()),
                ('rights_on', models.DateField()),
                ('accounts', models.PositiveIntegerField()),
                ('words', models.CharField(max_length=600)),
                ('reviewed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.RunSQL(spine.watch("trial_training"), spine.unwatch("trial_training")),
        migrations.RunSQL(spine.watch("trial_accessreview"), spine.unwatch("trial_accessreview")),
        migrations.RunSQL(in_own_hand("trial_accessreview", "reviewed_by_id"), migrations.RunSQL.noop),
    ]
