import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models.functions import Left

from bookings.core.clients.addresses import BadAddress, kept_address
from bookings.models.clients.search_column import FINDABLE


def one_spelling_of_each_domain(apps, _schema):
    clients = apps.get_model("bookings", "Client").objects
    for client in clients.filter(email__regex=r"[^ -~]|xn--").only("email"):
        try:
            address = kept_address(client.email)
        except BadAddress:  # no mail has ever reached it; the desk sees that
            continue
        clients.filter(pk=client.pk).update(email=address)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0021_how_people_sign_in")]

    operations = [
        migrations.RemoveIndex("client", "client_findable"),
        migrations.RemoveIndex("client", "client_findable_beginning"),
        migrations.RemoveField("client", "findable"),
        migrations.RunPython(one_spelling_of_each_domain, migrations.RunPython.noop),
        migrations.AddField(
            "client",
            "findable",
            models.GeneratedField(
                expression=FINDABLE, output_field=models.TextField(), db_persist=True
            ),
        ),
        migrations.AddIndex(
            "client",
            django.contrib.postgres.indexes.GinIndex(
                fields=["findable"], name="client_findable", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            "client",
            models.Index(
                django.contrib.postgres.indexes.OpClass(
                    Left("findable", 50), name="text_pattern_ops"
                ),
                name="client_findable_beginning",
            ),
        ),
    ]
