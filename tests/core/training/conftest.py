from copy import deepcopy

import pytest

from bookings.core import training
from tests.core.training.default_protocol import PARSED, PROTOCOL


@pytest.fixture
def protocol() -> training.Protocol:
    return PROTOCOL


@pytest.fixture
def protocol_data() -> dict:
    """The parsed protocol file, a fresh copy for each test to spoil."""
    return deepcopy(PARSED)
