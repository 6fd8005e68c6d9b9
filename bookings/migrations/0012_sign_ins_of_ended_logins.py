"""Who has signed in stays on record when the desk ends a client's login."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("bookings", "0011_editions_of_links_are_no_news")]

    operations = [
        migrations.AddField(
            model_name="signinevent",
            name="client",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sign_in_events",
                to="bookings.client",
            ),
        ),
        migrations.AddIndex(
            model_name="signinevent",
            index=models.Index(
                condition=models.Q(("client__isnull", False)),
                fields=["client"],
                name="sign_ins_of_ended_logins",
            ),
        ),
    ]
