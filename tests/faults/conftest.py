"""Many at once on a busy machine wait long for their turn; nobody is to be told "busy" for that."""

import pytest

from tests import patience


@pytest.fixture(autouse=True)
def nobody_loses_patience_with_the_diary(settings):
    settings.DIARY_LOCK_SECONDS = round(patience.seconds())
