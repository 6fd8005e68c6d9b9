"""The table of Django's cache, so that bringing the database up to date is one command."""

from django.core.management import call_command
from django.db import migrations


def create(_apps, editor):
    call_command("createcachetable", verbosity=0, database=editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ("bookings", "0003_sentences_for_constraints"),
    ]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
    ]
