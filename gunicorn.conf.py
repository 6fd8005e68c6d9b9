"""Read by gunicorn wherever it is started from this folder; its command line has the last word."""

import gc
import os
import shutil
import tempfile
from typing import Any

from gunicorn.glogging import Logger

from clinic.monitoring.json_logs import JsonFormatter

TOGETHER = "PROMETHEUS_MULTIPROC_DIR"  # where the processes count together, if anybody asks
MADE_HERE = bool(os.environ.get("METRICS_TOKEN")) and TOGETHER not in os.environ
if MADE_HERE:
    os.environ[TOGETHER] = tempfile.mkdtemp(prefix="taper-metrics-")


class JsonLogger(Logger):
    """Says what the master has to say as the rest of the clinic does."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        if os.environ.get("LOG_FORMAT") == "json":
            for handler in self.error_log.handlers:
                handler.setFormatter(JsonFormatter())


logger_class = JsonLogger
worker_class = "clinic.web_server.worker.BufferedWorker"
threads = 4
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """What is loaded before workers part stays in memory they share: collecting writes into it."""
    gc.collect()
    gc.freeze()


def post_fork(_server: Any, _worker: Any) -> None:
    """A page makes tens of thousands of objects that go with it. Looked through after each 700, as
    usual, they cost a tenth of it."""
    gc.set_threshold(20_000, 20, 50)


def on_exit(_server: Any) -> None:
    if MADE_HERE:
        shutil.rmtree(os.environ[TOGETHER], ignore_errors=True)
