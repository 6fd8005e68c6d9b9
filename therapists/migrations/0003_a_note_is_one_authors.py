import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("therapists", "0002_signed_versions_never_change")]

    operations = [
        migrations.AlterField(
            model_name="note",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notes",
                to="bookings.appointment",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.UniqueConstraint(
                fields=("appointment", "author"), name="one_note_of_a_visit_each"
            ),
        ),
    ]
