"""The demo's data is loaded into no real clinic. The same each time it is: test_demo_data.py."""

import pytest
from django.core.management import CommandError, call_command

from bookings.models import Clinic


def test_it_is_not_loaded_into_a_real_clinic_by_mistake(db, settings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(CommandError, match="known password"):
        call_command("load_demo_data")
    assert not Clinic.objects.exists()
