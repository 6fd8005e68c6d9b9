"""Photos of therapists, in a table of their own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("bookings", "0012_sign_ins_of_ended_logins")]

    operations = [
        migrations.CreateModel(
            name="Portrait",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("picture", models.BinaryField(help_text="A square JPEG.")),
                (
                    "digest",
                    models.CharField(
                        help_text="Of the picture; a part of its address.", max_length=16
                    ),
                ),
                (
                    "therapist",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="portrait",
                        to="bookings.therapist",
                    ),
                ),
            ],
            options={"ordering": ["therapist__name"]},
        ),
    ]
