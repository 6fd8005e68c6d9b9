"""A visit remembers that its client has not been told of it as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0004_what_to_wear_by_default'),
    ]

    operations = [
        migrations.AddField(
            model_name='appointment',
            name='not_told',
            field=models.BooleanField(db_default=False, default=False, editable=False, help_text='The client has not been told when, with whom or of what it is.'),
        ),
    ]
