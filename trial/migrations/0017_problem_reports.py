"""Problems that people report from within the product, under the spine; nobody reports or reviews in another's name."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from trial import spine
from trial.holds_in_sql import in_own_hand


class Migration(migrations.Migration):

    dependencies = [
        ('trial', '0016_training_and_review_of_access'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProblemReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('reported_at', models.DateTimeField()),
                ('severity', models.CharField(choices=[('data', 'Data or a result are wrong, or were lost'), ('blocks', 'I cannot go on with my work'), ('hinders', 'It hinders, there is a way round it'), ('small', 'A small thing')], max_length=8)),
                ('words', models.CharField(max_length=1000)),
                ('page', models.CharField(blank=True, default='', max_length=200)),
                ('program', models.CharField(max_length=60)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('found', models.CharField(blank=True, default='', max_length=600)),
                ('reported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.RunSQL(spine.watch("trial_problemreport"), spine.unwatch("trial_problemreport")),
        migrations.RunSQL(in_own_hand("trial_problemreport", "reported_by_id", "reviewed_by_id"), migrations.RunSQL.noop),
    ]
