"""The protocol file as the project ships it, read once: that takes a while."""

from pathlib import Path
from typing import Any

import yaml

from bookings.core import training

PROTOCOL_FILE = Path(__file__).parents[3] / "bookings" / "protocol.yaml"
PARSED: dict[str, Any] = yaml.safe_load(PROTOCOL_FILE.read_text("utf-8"))

# Not a fixture: hypothesis prints the arguments of a failing test, and this is a long one.
PROTOCOL = training.Protocol.from_data(PARSED)
