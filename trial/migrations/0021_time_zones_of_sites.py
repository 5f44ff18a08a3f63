"""The time zone of each site, and how far its clock was from UTC when it became aware of an event.

What is on record was typed in UTC, and says so: nothing moves.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('trial', '0019_editions_of_forms'),
    ]

    operations = [
        migrations.AddField(
            model_name='site',
            name='time_zone',
            field=models.CharField(default='UTC', max_length=40),
        ),
        migrations.AddField(
            model_name='adverseevent',
            name='aware_offset',
            field=models.CharField(blank=True, default='UTC', max_length=12),
        ),
        migrations.AddConstraint(
            model_name='adverseevent',
            constraint=models.CheckConstraint(condition=models.Q(('aware_on__isnull', True), models.Q(('aware_offset', ''), _negated=True), _connector='OR'), name='event_aware_day_has_its_offset'),
        ),
    ]
