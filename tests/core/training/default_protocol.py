"""The protocol file as the project ships it, read once, and by LibYAML where there is one."""

from pathlib import Path
from typing import Any

import yaml

from bookings.core import training

PROTOCOL_FILE = Path(__file__).parents[3] / "bookings" / "protocol.yaml"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PARSED: dict[str, Any] = yaml.load(PROTOCOL_FILE.read_text("utf-8"), LOADER)  # noqa: S506 - safe

# Not a fixture: hypothesis prints the arguments of a failing test, and this is a long one.
PROTOCOL = training.Protocol.from_data(PARSED)
