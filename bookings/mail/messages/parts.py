"""The parts of a message: its words twice, calendars, files.

The standard library's own `set_content` reads each of their headers as if somebody had typed it,
encodes words letter by letter, and looks at each line again when the whole is put together: a
third of what a mail costs (ADR 19).
"""

import binascii
from base64 import b64encode, encodebytes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.headerregistry import BaseHeader
from email.message import EmailMessage, Message
from email.policy import EmailPolicy
from secrets import token_hex
from typing import Any, cast

# What is written here, or in `compose.py`, and comes from nobody: short, ASCII, and always alike.
OURS = frozenset((
    "content-type", "content-transfer-encoding", "content-disposition", "mime-version",
    "content-id", "date", "message-id", "auto-submitted",
    "list-unsubscribe", "list-unsubscribe-post",
))  # fmt: skip
TOLD_AS_WRITTEN = frozenset(("content-type", "content-transfer-encoding"))


class _OursAsWritten(EmailPolicy):
    """Keeps headers of ours as they are written, and reads the rest, in which people's words are.

    Of those that are kept, the two that the library itself looks at all the time are told as text.
    """

    def header_max_count(self, name: str) -> int:
        """Each stands once; the library would make a class of each name to find that out."""
        return 1

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        if name.lower() in OURS:
            return name, value
        return super().header_store_parse(name, value)

    def header_fetch_parse(self, name: str, value: Any) -> Any:
        if name.lower() in TOLD_AS_WRITTEN:
            return value
        return super().header_fetch_parse(name, value)


# A folded address in List-Unsubscribe comes out as an encoded word, which nobody can press.
LONG_LINES = _OursAsWritten(linesep="\r\n", max_line_length=990)


@dataclass(frozen=True)
class Enclosed:
    """What a message carries besides its words: other ways to say the same, and files."""

    alternatives: Sequence[EmailMessage] = ()
    files: Sequence[EmailMessage] = ()


def words(text: str, subtype: str) -> EmailMessage:
    lines = b"\n".join(text.encode().splitlines()) + b"\n"
    encoded = binascii.b2a_qp(lines).decode("ascii")
    return _part(f'text/{subtype}; charset="utf-8"', "quoted-printable", encoded)


def with_picture(html: EmailMessage, png: bytes, content_id: str) -> EmailMessage:
    """The words with a picture that they show."""
    picture = _part("image/png", "base64", encodebytes(png).decode("ascii"))
    picture["Content-ID"] = f"<{content_id}>"
    picture["Content-Disposition"] = "inline"
    together = EmailMessage(policy=LONG_LINES)
    _of_several(together, "related", [html, picture])
    return together


def with_pictures_inside(html: str, message: EmailMessage) -> str:
    """The HTML for a page, which has no message around it."""
    for part in message.walk():
        name = str(part["Content-ID"] or "").strip("<>")
        if name and part.get_content_maintype() == "image":
            data = b64encode(cast(bytes, part.get_payload(decode=True))).decode("ascii")
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
    return html


def calendar(invitation: bytes, method: str) -> EmailMessage:
    """Which calendars act on."""
    kind = f'text/calendar; charset="utf-8"; method="{method}"'
    return _part(kind, "base64", encodebytes(invitation).decode("ascii"))


def calendar_file(invitation: bytes, filename: str) -> EmailMessage:
    """For readers that hide the other; a second text/calendar shows two in Outlook."""
    part = _part("application/ics", "base64", encodebytes(invitation).decode("ascii"))
    part["Content-Disposition"] = f'attachment; filename="{filename}"'
    return part


def fill(message: EmailMessage, texts: Sequence[EmailMessage], enclosed: Enclosed) -> None:
    """Give the message, which has its headers, what it says and carries."""
    alternatives: list[Message | str] = [*texts, *enclosed.alternatives]
    message["MIME-Version"] = "1.0"
    if enclosed.files:
        together = EmailMessage(policy=LONG_LINES)
        _of_several(together, "alternative", alternatives)
        _of_several(message, "mixed", [together, *enclosed.files])
    else:
        _of_several(message, "alternative", alternatives)


def _of_several(message: EmailMessage, kind: str, parts: list[Message | str]) -> None:
    """No line of an encoded part can be the boundary, for none has =_ in it (RFC 2045, 6.7)."""
    message["Content-Type"] = f'multipart/{kind}; boundary="=_{token_hex(12)}"'
    message.set_payload(parts)


def as_sent(message: Message) -> bytes:
    """What `as_bytes` gives. All that is written here is ASCII, in lines that end with LF."""
    return "".join(_lines(message)).encode("ascii")


def _lines(part: Message) -> Iterator[str]:
    for name, value in cast(Iterator[tuple[str, Any]], part.raw_items()):
        was_read = isinstance(value, BaseHeader)
        yield value.fold(policy=LONG_LINES) if was_read else f"{name}: {value}\r\n"
    yield "\r\n"
    payload = cast(str | list[Message], part.get_payload())
    if isinstance(payload, str):
        yield payload.replace("\n", "\r\n")
        return
    boundary = part["Content-Type"].partition('boundary="')[2].removesuffix('"')
    for one in payload:
        yield f"--{boundary}\r\n"
        yield from _lines(one)
        yield "\r\n"
    yield f"--{boundary}--\r\n"


def _part(kind: str, encoding: str, payload: str) -> EmailMessage:
    part = EmailMessage(policy=LONG_LINES)
    part["Content-Type"] = kind
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(payload)
    return part
