import json
from pathlib import Path

import pytest
import yaml

from bookings.core import training

HERE = Path(__file__).parent
PROTOCOL_FILE = Path(__file__).parents[3] / "bookings" / "protocol.yaml"


@pytest.fixture(scope="session")
def protocol() -> training.Protocol:
    return training.Protocol.from_data(yaml.safe_load(PROTOCOL_FILE.read_text("utf-8")))


@pytest.fixture
def protocol_data() -> dict:
    """The parsed protocol file, a fresh copy for each test to spoil."""
    return yaml.safe_load(PROTOCOL_FILE.read_text("utf-8"))


@pytest.fixture(scope="session")
def oracles() -> dict:
    return json.loads((HERE / "oracles.json").read_text("utf-8"))
