"""Who has been erased is in no backup made since; nor in one from before, once it is restored."""

import pytest

from bookings.models import Client
from tests import factories
from tests.clinic.operations.test_backup import KEY, backed_up, restored
from tests.clinic.records.conftest import *  # noqa: F403 - fixtures
from tests.clinic.records.conftest import ALL_OF_OURS, left_of
from tests.clinic.records.test_erasing import TRACES, erase
from tests.whole_database import whole_database


@pytest.fixture
def clinic(scratch, backup_folder, settings):
    """In a database of its own, which is restored into."""
    settings.BACKUP_KEY = KEY
    return factories.make_clinic()


def test_a_fresh_backup_holds_nothing_that_an_erased_client_or_anybody_about_them_typed(
    known, planted, backup_folder
):
    erase(Client.objects.get(pk=known.pk))
    restored(backed_up(backup_folder), replace=True)
    assert left_of(planted) == ALL_OF_OURS
    assert not [trace for trace in TRACES if trace in whole_database()]


def test_a_backup_from_before_holds_it_and_a_restore_erases_it_anew(known, planted, backup_folder):
    path = backed_up(backup_folder)
    erase(Client.objects.get(pk=known.pk))
    restored(path, replace=True)
    assert left_of(planted) == ALL_OF_OURS
