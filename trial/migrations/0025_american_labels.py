"""Shown words of three code lists, in American spelling; the stored codes stay."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('trial', '0024_black_out_once'),
    ]

    operations = [
        migrations.AlterField(
            model_name='adverseevent',
            name='seriousness',
            field=models.CharField(choices=[('no', 'Not serious'), ('death', 'Death'), ('life_threatening', 'Life-threatening'), ('hospitalisation', 'Hospitalization or longer stay'), ('disability', 'Disability'), ('congenital', 'Congenital anomaly'), ('important', 'Other medically important event')], max_length=20),
        ),
        migrations.AlterField(
            model_name='hormonelevel',
            name='unit',
            field=models.CharField(choices=[('ng/mL', 'ng/mL'), ('ug/L', 'µg/L'), ('pg/mL', 'pg/mL'), ('pmol/L', 'pmol/L'), ('nmol/L', 'nmol/L'), ('U/L', 'U/L'), ('mg/24 h', 'mg/24 h'), ('umol/24 h', 'µmol/24 h'), ('mg/L', 'mg/L'), ('mU/L', 'mU/L')], max_length=12),
        ),
        migrations.AlterField(
            model_name='participant',
            name='tumour_type',
            field=models.CharField(choices=[('gastrinoma', 'Gastrinoma'), ('glucagonoma', 'Glucagonoma'), ('insulinoma', 'Insulinoma'), ('metastatic_gi_carcinoid', 'Metastatic gastrointestinal carcinoid tumor'), ('neuroendocrine_tumour', 'Neuroendocrine tumor (histology decides)'), ('pancreatic_polypeptide', 'Pancreatic polypeptide tumor'), ('recurrent_gi_carcinoid', 'Recurrent gastrointestinal carcinoid tumor'), ('recurrent_islet_cell', 'Recurrent islet cell carcinoma'), ('somatostatinoma', 'Somatostatinoma'), ('wdha_syndrome', 'WDHA syndrome (VIPoma)')], max_length=32),
        ),
    ]
