from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0015_reports_of_ten_years'),
    ]

    operations = [
        migrations.AddField(
            model_name='importedrow',
            name='names_nobody',
            field=models.BooleanField(db_default=False, default=False, help_text='Nobody could be chosen for it by then; a later row may tell whom.'),
        ),
    ]
