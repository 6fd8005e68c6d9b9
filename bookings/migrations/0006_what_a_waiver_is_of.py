"""A waiver says whether it is of the price or of a fee; those there are say it too."""

from django.db import migrations, models


# Rows of money never change; this says of them what could not be said before.
OF_WHAT = """
ALTER TABLE bookings_payment DISABLE TRIGGER payments_never_change;
UPDATE bookings_payment SET waives = visit.status FROM bookings_appointment visit
    WHERE visit.id = appointment_id AND method = 'waived'
    AND visit.status IN ('cancelled', 'no_show');
ALTER TABLE bookings_payment ENABLE TRIGGER payments_never_change;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0005_visits_of_which_nobody_was_told'),
    ]

    operations = [
        migrations.AddField(
            model_name='payment',
            name='waives',
            field=models.CharField(blank=True, db_default='', default='', help_text='Of what is waived: the status that the fee was charged for; empty for the price.', max_length=10),
        ),
        migrations.RunSQL(OF_WHAT, migrations.RunSQL.noop),
    ]
