"""What a therapist has begun to write, among the notes of ten years; built beside work."""

from django.db import migrations, models

from bookings.migrations._operations import AddIndexBesideWork, QuickMigration


class Migration(QuickMigration):

    atomic = False

    dependencies = [
        ('therapists', '0002_how_checks_were_given_and_notes_saved'),
    ]

    operations = [
        AddIndexBesideWork(
            model_name='note',
            index=models.Index(condition=models.Q(('content__isnull', False)), fields=['author'], name='drafts_of_author'),
        ),
    ]
