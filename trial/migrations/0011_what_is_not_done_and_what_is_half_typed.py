"""What was due and is not done, under the spine; and what people have half typed, beside the record."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from trial import spine


class Migration(migrations.Migration):
    """Drafts are nobody's record: the application may delete them."""

    dependencies = [
        ('trial', '0010_data_cuts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=300)),
                ('fields', models.JSONField()),
                ('kept_at', models.DateTimeField(auto_now=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'path'), name='one_draft_per_person_and_page')],
            },
        ),
        migrations.CreateModel(
            name='NotDone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('struck_out_reason', models.TextField(blank=True, default='')),
                ('what', models.CharField(max_length=40)),
                ('due_on', models.DateField()),
                ('reason', models.CharField(choices=[('unwell', 'Participant too unwell'), ('refused', 'Participant declined'), ('not_attended', 'Participant did not come'), ('not_reached', 'Participant could not be reached'), ('site', 'Not possible at the site'), ('other', 'Other')], max_length=16)),
                ('because', models.CharField(blank=True, default='', max_length=200)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='not_done', to='trial.participant')),
            ],
            options={
                'ordering': ('due_on', 'id'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('struck_out_reason', '')), fields=('participant', 'what'), name='one_word_per_thing_not_done')],
            },
        ),
        migrations.RunSQL(spine.watch("trial_notdone"), spine.unwatch("trial_notdone")),
    ]
