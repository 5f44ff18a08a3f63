"""Puts the second half of the record under the spine."""

from django.db import migrations

from trial import spine

WATCHED = (
    "trial_adverseevent", "trial_hormonelevel", "trial_visit", "trial_laboratoryresult", "trial_bloodpressure",
    "trial_medication", "trial_medicalhistory", "trial_deviation", "trial_offtreatment", "trial_followup",
    "trial_death", "trial_withdrawal", "trial_offstudy", "trial_acknowledgement", "trial_groupsettings",
    "trial_reopening",
)  # fmt: skip


class Migration(migrations.Migration):
    """The triggers of each new clinical table."""

    dependencies = [("trial", "0003_second_half_of_the_record")]
    operations = [migrations.RunSQL(spine.watch(table), spine.unwatch(table)) for table in WATCHED]
