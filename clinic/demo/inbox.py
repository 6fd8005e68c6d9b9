"""The demo's inbox: every mail as the person would see it. Absent outside the demo."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, register_converter
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from bookings.mail.messages.parts import with_pictures_inside
from bookings.web.access import EVERYONE, protected
from bookings.web.mail.frame import framed, in_a_frame
from bookings.web.requests import PageRequest

LISTED = 50


@dataclass(frozen=True)
class MailPart:
    """A calendar or an attachment: its name, its kind, its bytes."""

    name: str
    kind: str
    content: bytes

    @classmethod
    def of(cls, message: EmailMessage) -> "MailPart":
        kind = message.get_content_type()
        method, content = message.get_param("method"), message.get_payload(decode=True)
        return cls(
            name=message.get_filename() or kind.replace("/", "."),
            kind=f"{kind}; method={method}" if method else kind,
            content=content if isinstance(content, bytes) else b"",
        )

    @property
    def text(self) -> str:
        """What a person can read of it; nothing if it is not text."""
        return self.content.decode(errors="replace") if self.kind.startswith("text/") else ""


@dataclass(frozen=True)
class CaughtMail:
    """One caught message, and the name it is kept under."""

    name: str
    message: EmailMessage

    @property
    def arrived(self) -> datetime:
        return datetime.fromtimestamp(int(self.name.partition("-")[0]) / 1e9, UTC)

    def header(self, name: str) -> str:
        return str(self.message[name] or "")

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @property
    def recipient(self) -> str:
        return self.header("To")

    @property
    def sender(self) -> str:
        return self.header("From")

    @property
    def reply_to(self) -> str:
        return self.header("Reply-To")

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return with_pictures_inside(self._body("html"), self.message)

    @property
    def parts(self) -> list[MailPart]:
        """Everything but the two bodies: calendars and attachments."""
        bodies = [self.message.get_body((kind,)) for kind in ("plain", "html")]
        return [
            MailPart.of(part)
            for part in self.message.walk()
            if not part.is_multipart() and not any(part is body for body in bodies)
        ]

    def _body(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        return body.get_content() if body else ""


class NameOfLetter:
    regex = r"\d{20}-\d+"

    def to_python(self, value: str) -> CaughtMail:
        kept = _folder() / f"{value}.eml"
        if not kept.exists():
            raise ValueError(value)
        return _letter(kept)

    def to_url(self, value: CaughtMail) -> str:
        return value.name


register_converter(NameOfLetter, "letter")


def _folder() -> Path:
    return settings.STATE / "mail"


def _letter(kept: Path) -> CaughtMail:
    return CaughtMail(kept.stem, message_from_bytes(kept.read_bytes(), policy=policy.default))


def _newest() -> list[CaughtMail]:
    kept = sorted(_folder().glob("*.eml"), reverse=True)
    return [_letter(one) for one in kept[:LISTED]]


@require_safe
@vary_on_headers("HX-Request")
def inbox(request: PageRequest) -> HttpResponse:
    page = "demo/letters.html" if request.htmx else "demo/inbox.html"
    return render(request, page, {"letters": _newest()})


@require_safe
def letter(request: HttpRequest, letter: CaughtMail) -> HttpResponse:
    return render(request, "demo/letter.html", {"letter": letter})


@require_safe
@framed
def body(request: HttpRequest, letter: CaughtMail) -> HttpResponse:
    """The HTML body alone, whose links open at the top and which can run nothing."""
    return in_a_frame(letter.html)


@require_safe
def part(request: HttpRequest, letter: CaughtMail, number: int) -> HttpResponse:
    try:
        wanted = letter.parts[number]
    except IndexError:
        raise Http404 from None
    return HttpResponse(
        wanted.content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": content_disposition_header(True, Path(wanted.name).name)},
    )


app_name = "demo"
urlpatterns = protected(
    EVERYONE,
    path("inbox/", inbox, name="inbox"),
    path("inbox/<letter:letter>/", letter, name="letter"),
    path("inbox/<letter:letter>/body/", body, name="body"),
    path("inbox/<letter:letter>/parts/<int:number>/", part, name="part"),
)
