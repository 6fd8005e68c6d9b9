"""What holds for every test."""

import pytest

from tests.cast import *  # noqa: F403 - fixtures


@pytest.fixture(autouse=True)
def without_locks_that_would_stop_every_test(settings):
    """Staff sign in without a second factor and nobody asks too often; tests of that say so."""
    settings.STAFF_NEED_A_SECOND_FACTOR = False
    settings.LIMITS = {}
    settings.SECONDS_TO_ANSWER_ABOUT_AN_ADDRESS = 0
