"""The functions of black-outs, worded anew: a request whose text was blacked out meanwhile cannot be approved."""

from django.db import migrations

from trial import black_out_in_sql


class Migration(migrations.Migration):

    dependencies = [
        ('trial', '0023_black_out_in_every_alphabet'),
    ]

    operations = [
        migrations.RunSQL(black_out_in_sql.RENEW, migrations.RunSQL.noop),
    ]
