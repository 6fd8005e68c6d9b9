"""A log for machines: a JSON object a line, with nothing in it about a person.

Paths and messages have lost the secrets of links already (clinic.monitoring.redaction); here go
e-mail addresses, and the words of exceptions, in which databases and parsers repeat what was typed.
Where it happened stays.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

from clinic.monitoring.redaction import HIDDEN, redacted

# Begins only where a word does, or a long one would be gone through from each of its letters.
AN_ADDRESS = re.compile(r"(?<![^\s<>\"'(),;:=@])[^\s<>\"'(),;:=@]++@[^\s<>\"'(),;]+")
# What a line may say besides its message; `appointment` and `mail` are numbers of rows.
FACTS = ("view", "method", "status", "ms", "sign_in", "appointment", "mail")


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": without_addresses(redacted(record.getMessage())),
            **{fact: getattr(record, fact) for fact in FACTS if hasattr(record, fact)},
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = where_it_happened(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def without_addresses(text: str) -> str:
    return AN_ADDRESS.sub(HIDDEN, text)


def where_it_happened(error: BaseException) -> dict:
    """The kinds of error, from the first cause to the last, and where each was raised."""
    steps = traceback.extract_tb(error.__traceback__)
    told = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "at": [f"{step.filename}:{step.lineno} {step.name}" for step in steps],
    }
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return {**told, "because": where_it_happened(cause)} if cause else told
