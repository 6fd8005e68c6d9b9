"""The protocol as a YAML file: written for people to read and edit, and read with suspicion."""

import json
from typing import Any

import yaml
from django.utils.translation import gettext as _

from bookings.core.training import FieldError

LARGEST = 128 * 1024  # bytes; the one that comes with Taper has a quarter of it
DEEPEST = 50  # lists in one another; the one that comes with Taper has five
# The same in C, which is ten times as quick, where PyYAML was built with it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
HEADER = "# The clinic's protocol. Every field is described in bookings/protocol.yaml.\n"


def written(data: dict[str, Any]) -> str:
    return HEADER + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)


def read(content: bytes) -> Any:
    """Plain data, which may be no protocol yet. Raises FieldError with a sentence."""
    if len(content) > LARGEST:
        raise FieldError("", too_large())
    try:
        text = content.decode("utf-8-sig")
        costly = _costly(text)
        data = None if costly else yaml.load(text, LOADER)  # noqa: S506 - a safe one
    except UnicodeDecodeError:
        sentence = _("The file is not YAML that can be read: it is not text in UTF-8.")
        raise FieldError("", sentence) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        sentence = (
            _("The file is not YAML that can be read, near line {line}.")
            if mark
            else _("The file is not YAML that can be read.")
        )
        raise FieldError("", sentence.format(line=mark and mark.line + 1)) from None
    if costly:
        raise FieldError("", costly)
    return _plain(data)


def too_large() -> str:
    sentence = _("The file is larger than {most} KB, which no protocol needs to be.")
    return sentence.format(most=LARGEST // 1024)


def _costly(text: str) -> str:
    """A sentence about what costs more than its length, or ""; raises yaml.YAMLError.

    A few lines of aliases can stand for more data than there is memory; and for each bracket that
    opens, the parser looks at all that are open.
    """
    depth = 0
    for event in yaml.parse(text, LOADER):
        if isinstance(event, yaml.AliasEvent):
            return _("The file refers to parts of itself (*alias); please write them out.")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            sentence = _(
                "The file holds more than {deepest} lists in one another, which no protocol needs."
            )
            return sentence.format(deepest=DEEPEST)
    return ""


def _plain(data: Any) -> Any:
    """As it comes out of JSON; refuses what that or the database has no word for.

    Those are dates, infinity and half characters.
    """
    try:
        as_json = json.dumps(data, allow_nan=False, ensure_ascii=False)
        as_json.encode("utf-8")
    except (TypeError, ValueError, RecursionError):
        sentence = _(
            "The file holds a value that is neither text, a number, yes or no, nor a list."
        )
        raise FieldError("", sentence) from None
    if "\\u0000" in as_json:
        raise FieldError("", _("The file holds a character that is no text."))
    return json.loads(as_json)
