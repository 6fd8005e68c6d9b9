from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0019_own_training_plans'),
    ]

    operations = [
        migrations.AddField(
            model_name='importedrow',
            name='only_ours',
            field=models.BooleanField(db_default=False, default=False, help_text='Its reason has no word of the file in it.'),
        ),
    ]
