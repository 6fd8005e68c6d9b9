"""The forms of a page, as a browser sees them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED = ("text", "email", "search", "")
ASKED_BY_SCRIPTS = {"hx-get": "get", "hx-post": "post", "data-draft": "post"}


@dataclass
class Form:
    """Where it goes, how, and what a browser would send of it as it stands."""

    method: str
    action: str
    sent: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)  # fields for words
    can_be_sent: bool = False  # by a button, or by a script that asks for it


def forms_of(html: str) -> list[Form]:
    """All of them; what scripts ask for by an attribute counts as one that sends nothing."""
    return _Reader(html).found


class _Reader(HTMLParser):
    def __init__(self, html: str):
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        got = {name: value or "" for name, value in attrs}
        for name in ASKED_BY_SCRIPTS.keys() & got.keys():
            self.found.append(Form(ASKED_BY_SCRIPTS[name], got[name], can_be_sent=True))
        if tag == "form":
            method = got.get("method", "get").lower()
            self._form = Form(method, got.get("action", ""))
            if method != "dialog":  # which a browser closes, and sends nothing
                self.found.append(self._form)
        elif self._form:
            self._field(self._form, tag, got)

    def _field(self, form: Form, tag: str, got: dict[str, str]) -> None:
        name, kind = got.get("name", ""), got.get("type", "")
        form.can_be_sent |= kind == "submit" or (tag == "button" and kind == "")
        if "formaction" in got:
            self.found.append(Form(form.method, got["formaction"], form.sent, can_be_sent=True))
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in got or self._select not in form.sent:
                form.sent[self._select] = got.get("value", "")
        elif tag == "textarea" or (tag == "input" and kind in TYPED and name):
            form.typed.append(name)
            form.sent[name] = got.get("value", "")
        elif tag == "input" and kind in ("checkbox", "radio"):
            if "checked" in got or (kind == "radio" and name not in form.sent):
                form.sent[name] = got.get("value", "on")
        elif tag in ("input", "button") and name and name not in form.sent:
            form.sent[name] = got.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = ""
