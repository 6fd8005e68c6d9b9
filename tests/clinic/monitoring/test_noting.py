"""What was last done for the clinic's data is noted by whichever program does it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from bookings.models import Heartbeat, LastSeen, Seen
from clinic.operations.backups import encryption
from tests.factories import make_clinic


@pytest.mark.django_db(transaction=True)
def test_a_backup_notes_itself_and_whether_it_is_sealed(tmp_path, settings):
    make_clinic()
    for settings.BACKUP_KEY, is_sealed in (("", False), (encryption.new_key(), True)):
        call_command(
            "backup", folder=tmp_path, unsealed=not is_sealed, stdout=StringIO(), stderr=StringIO()
        )
        facts = LastSeen.objects.get(what=Seen.BACKUP).facts
        assert facts["is_sealed"] is bool(facts["sealed_for"]) is is_sealed
        assert Path(facts["path"]).stat().st_size == facts["size"]


@pytest.mark.django_db
def test_a_copy_outside_is_noted_by_whatever_has_made_it():
    LastSeen.objects.note(Seen.BACKUP)
    call_command("note_offsite_copy", stdout=StringIO())
    assert LastSeen.objects.of(Seen.OFFSITE)
    assert not Heartbeat.objects.exists()  # where the release before would take it for a worker
