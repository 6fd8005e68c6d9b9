"""Words that runners do not meet: they sound translated, or like an office.

The list is of what was once written, and of what people say instead.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from bookings.queries.training import protocol

PAGES = ("templates/runner", "templates/mail", "templates/records/own_data.html",
         "templates/records/your_data.html", "templates/records/_wish.html",
         "templates/therapists/health", "templates/web", "templates/404.html", "templates/429.html",
         "templates/500.html", "templates/503.html", "templates/outage.html")  # fmt: skip
CODE = ("bookings/runner", "bookings/web/scheduling",
        "bookings/web/training", "bookings/core/training/plan", "bookings/core/training/races.py",
        "bookings/actions/training/races.py")  # fmt: skip
PROTOCOL = settings.BASE_DIR / "bookings/protocol.yaml"
MARKED = ("_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "Sentence")
FOR_THE_STAFF = ("accesses.html", "kept_record.html", "kept_records.html")
SENTENCES = re.compile(
    r"{%\s*translate\s+\"([^\"]*)\"|{%\s*blocktranslate[^%]*%}(.*?){%\s*endblocktranslate", re.S
)
NEVER = {
    r"\bmails?\b": "email",
    r"\be-mail": "email",
    r"\bkeep of you\b": "know about you",
    r"\bknew of you\b": "knew about you",
    r"press(ed|ing)? the link": "open the link",
    r"\bLeave out\b": "Remove",
    r"Keep my choice": "Save",
    r"has typed your address": "somebody typed your address",
    r"is good for (a|an|one) (day|hour)": "works for a day",
    r"\bwhat we have written\b": "emails from us",
    r"nothing is owed": "there is nothing to pay",
    r"by itself": "",
    r"\brules? [PSN]\d": "why",
    r"\b[PSN]\d\d?\b": "why",
    r"\bprovisional\b": "not confirmed yet",
    r"\bworked out anew\b": "up to date",
    r"\bunwanted (mails?|ones)\b": "spam folder",
    r"\bthis moment\b": "right now",
    r"\b(is|are) being kept\b": "we hold",
    r"\b(opens?|write|about it) (nothing|no) (any )?more\b": "no longer",
    r"\bonce more\b": "again",
    r"\botherwise\b$": "differently",
}


@cache
def files() -> list[Path]:
    found = [settings.BASE_DIR / one for one in (*PAGES, *CODE)]
    inside = [file for one in found for file in ([one] if one.is_file() else one.rglob("*.*"))]
    return [*sorted(one for one in inside if one.suffix in (".html", ".txt", ".py")), PROTOCOL]


@cache
def sentences(file: Path) -> list[str]:
    if file.suffix == ".py":
        return list(_of_code(file))
    if file == PROTOCOL:
        rules = protocol.default()
        phases = [one.client_message for one in rules.phases.values()]
        asked = [one.ask for one in rules.contraindications]
        return [*phases, *asked, *(one.why for one in rules.session_types.values())]
    text = re.sub(r"{{.*?}}|<[^>]*>", "", file.read_text())
    return [" ".join("".join(found).split()) for found in SENTENCES.findall(text)]


def _of_code(file: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(file.read_text())):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in MARKED:
            for given in call.args:
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    yield re.sub(r"{.*?}", "", given.value)


@pytest.mark.parametrize("never", NEVER)
def test_no_sentence_for_runners_has_it(never):
    met = [
        f"{file.relative_to(settings.BASE_DIR)}: {sentence} (better: {NEVER[never]})"
        for file in files()
        if file.name not in FOR_THE_STAFF
        for sentence in sentences(file)
        if re.search(never, sentence, re.IGNORECASE)
    ]
    assert not met, "\n".join(met)


def test_there_are_sentences_to_read():
    assert sum(len(sentences(file)) for file in files()) > 200
