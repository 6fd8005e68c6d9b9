"""Read by gunicorn wherever it is started from this folder; its command line has the last word."""

import os
import shutil
import tempfile
from typing import Any

from gunicorn.glogging import Logger

from clinic.monitoring.json_logs import JsonFormatter
from clinic.monitoring.redaction import redacted

TOGETHER = "PROMETHEUS_MULTIPROC_DIR"  # where the processes count together, if anybody asks
MADE_HERE = bool(os.environ.get("METRICS_TOKEN")) and TOGETHER not in os.environ
if MADE_HERE:
    os.environ[TOGETHER] = tempfile.mkdtemp(prefix="taper-metrics-")


class LoggerWithoutTokens(Logger):
    """An access log, if one is asked for, holds no address that would open a page."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        if os.environ.get("LOG_FORMAT") == "json":
            for handler in self.error_log.handlers:
                handler.setFormatter(JsonFormatter())

    def atoms(self, *asked: Any) -> dict[str, Any]:
        atoms = super().atoms(*asked)
        return {
            name: redacted(value) if isinstance(value, str) else value
            for name, value in atoms.items()
        }


logger_class = LoggerWithoutTokens
control_socket_disable = True


def on_exit(_server: Any) -> None:
    if MADE_HERE:
        shutil.rmtree(os.environ[TOGETHER], ignore_errors=True)
