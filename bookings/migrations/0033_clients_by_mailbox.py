"""Whose address begins like another, found among all clients while the diary is locked."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Upper

from bookings.migrations._operations import AddIndexBesideWork


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('bookings', '0032_on_sale_before'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='client',
            index=models.Index(OpClass(Upper('email'), name='text_pattern_ops'), name='clients_by_mailbox'),
        ),
    ]
