"""The functions of black-outs, worded anew: letters beyond ASCII count, in either case, and only whole words are asked."""

from django.db import migrations

from trial import black_out_in_sql


class Migration(migrations.Migration):

    dependencies = [
        ('trial', '0022_black_out_identifying_text'),
    ]

    operations = [
        migrations.RunSQL(black_out_in_sql.RENEW, migrations.RunSQL.noop),
    ]
