"""Showing a mail's HTML inside a page: in a frame that can run nothing and fetch nothing."""

from collections.abc import Callable
from email.message import EmailMessage

from csp.decorators import csp_replace
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin

from bookings.mail.messages.parts import with_pictures_inside

MAIL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],  # a mail carries its styles with it
    "img-src": ["data:"],
    "frame-ancestors": ["'self'"],
    "script-src": None,
    "font-src": None,
    "connect-src": None,
    "manifest-src": None,
    "frame-src": None,
    "form-action": ["'none'"],
}


def framed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """For the view that answers with the mail's own HTML."""
    return xframe_options_sameorigin(csp_replace(MAIL_POLICY)(view))


def framed_by_us(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """For a page that otherwise keeps to the policy of all pages, shown inside one of ours."""
    return xframe_options_sameorigin(csp_replace({"frame-ancestors": ["'self'"]})(view))


def in_a_frame(html: str) -> HttpResponse:
    """Its links open at the top."""
    return HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))


def html_of(message: EmailMessage | None) -> str:
    part = message.get_body(("html",)) if message else None
    if message is None or part is None:
        raise Http404
    return with_pictures_inside(part.get_content(), message)
