"""Keeps the secrets of links out of logs: whoever reads a log must not be able to open a page.

Every token of ours and of allauth's is a long part of a path or of a query; of what else is as
long, only names of files are worth reading.
"""

import logging
import re
from typing import Any

from django.db.utils import InterfaceError, OperationalError
from redis.exceptions import RedisError

IS_AWAY = (OperationalError, InterfaceError, RedisError, OSError)
A_TOKEN = re.compile(r"(?<=[/=])[\w:%.~-]{24,}")
A_FILE = re.compile(r"\.(?:css|js|svg|png|ico|woff2?|map|html?|txt|py)$", re.IGNORECASE)
HIDDEN = "[…]"


def redacted(text: str) -> str:
    return A_TOKEN.sub(lambda found: found[0] if A_FILE.search(found[0]) else HIDDEN, text)


def on_one_line(text: str) -> str:
    """Whatever somebody typed: the end of a line, or a terminal's command, is spelled out."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


class WithoutTokens(logging.Filter):
    """Redacts what a line says, and what it says it with, and keeps it one line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = on_one_line(redacted(record.getMessage())), ()
        return True


class WithoutWordsOfExceptions(logging.Filter):
    """Celery puts into its sentence what an exception says, which may be what somebody typed, and
    the task's arguments besides. What is away for a while, the database or Redis, is a line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(("celery", "kombu")):
            return True
        error = record.exc_info[1] if record.exc_info else None
        data = getattr(record, "data", None)
        if isinstance(data, dict) and "exc" in data:
            kind = type(error).__name__ if error else str(data["exc"]).partition("(")[0]
            record.msg = "Task %s[%s] %s: %s"
            record.args = (data.get("name"), data.get("id"), data.get("description"), kind)
            del record.data  # type: ignore[attr-defined]
        if isinstance(error, IS_AWAY):
            record.exc_info = record.exc_text = None
        return True


class WithoutExpectedTracebacks(logging.Filter):
    """A page that is refused, or that has to wait for the database, is a line: its kind is enough,
    and the places in the source would be as many as strangers like.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", 500)
        if record.exc_info and record.exc_info[1] and (status < 500 or status == 503):
            kind = type(record.exc_info[1]).__name__
            record.msg, record.args = f"{record.getMessage()} ({kind})", ()
            record.exc_info = record.exc_text = None
        return True


class LineFormatter(logging.Formatter):
    """Redacts tracebacks too, which may name what was asked for."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return redacted(super().formatException(ei))
