"""Whose address begins like another, found among all clients while the diary is locked; and whose
takes no mail, for the desk's page of mails."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Upper

from bookings.migrations._operations import AddIndexBesideWork, QuickMigration


class Migration(QuickMigration):

    atomic = False

    dependencies = [
        ('bookings', '0004_indexes_of_the_second_release'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='client',
            index=models.Index(OpClass(Upper('email'), name='text_pattern_ops'), name='clients_by_mailbox'),
        ),
        AddIndexBesideWork(
            model_name='client',
            index=models.Index(condition=models.Q(('bounced_at__isnull', False)), fields=['name', 'id'], name='clients_unreachable'),
        ),
    ]
