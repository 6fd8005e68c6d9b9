"""The clinic's protocol, read once."""

from functools import cache
from pathlib import Path

import yaml

from bookings.core.training import Protocol

FILE = Path(__file__).parents[1] / "protocol.yaml"


@cache
def current() -> Protocol:
    return Protocol.from_data(yaml.safe_load(FILE.read_text("utf-8")))
