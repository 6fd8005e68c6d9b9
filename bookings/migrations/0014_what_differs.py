from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0013_choices_of_a_list'),
    ]

    operations = [
        migrations.AddField(
            model_name='importedrow',
            name='filled',
            field=models.CharField(blank=True, db_default='', default='', help_text='What was empty of a known client and is from here: columns.', max_length=20),
        ),
        migrations.AlterField(
            model_name='importedrow',
            name='outcome',
            field=models.CharField(blank=True, choices=[('new', 'New client'), ('visit', 'Appointment of a known client'), ('added', 'Known client, details added'), ('same', 'Already here, nothing to add'), ('differs', 'Differs from here'), ('left_out', 'Left out'), ('clash', 'Appointment not possible'), ('broken', 'Cannot be imported')], max_length=10),
        ),
    ]
