"""Entries keep the edition of their form, and sites the approvals of editions, these under the spine.

Entries that are there get none: who saved them was not asked, and their versions tell it (`trial.protocol.form_versions`).
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from trial import spine
from trial.holds_in_sql import in_own_hand

ENTRIES = (
    "adverseevent", "assessment", "bloodpressure", "cycle", "death", "deviation", "followup", "hormonelevel",
    "medicalhistory", "medication", "offstudy", "offtreatment", "participant", "visit", "withdrawal",
)


class Migration(migrations.Migration):

    dependencies = [
        ('trial', '0017_problem_reports'),
    ]

    operations = [
        *(migrations.AddField(
            model_name=name,
            name='form_edition',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='edition of the form'),
        ) for name in ENTRIES),
        migrations.CreateModel(
            name='EditionApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('form', models.CharField(max_length=24)),
                ('edition', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('opened', 'In use since the site was opened'), ('approved', 'Approved'), ('withdrawn', 'Approval withdrawn')], max_length=10)),
                ('decided_on', models.DateField()),
                ('decided_by', models.CharField(blank=True, default='', max_length=200)),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='edition_approvals', to='trial.site')),
            ],
            options={
                'ordering': ('id',),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('decided_by', ''), _negated=True), _connector='OR'), name='edition_approval_says_who_approved')],
            },
        ),
        migrations.RunSQL(spine.watch("trial_editionapproval"), spine.unwatch("trial_editionapproval")),
        migrations.RunSQL(in_own_hand("trial_editionapproval", "recorded_by_id"), migrations.RunSQL.noop),
    ]
