"""Words that runners do not meet: they sound translated, or like an office.

The list is of what was once written, and of what people say instead.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings

PAGES = ("templates/runner", "templates/mail", "templates/records/own_data.html",
         "templates/records/your_data.html", "templates/records/_wish.html",
         "templates/therapists/health", "templates/web/scheduling")  # fmt: skip
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
}


def files() -> list[Path]:
    found = [settings.BASE_DIR / one for one in PAGES]
    inside = [file for one in found for file in ([one] if one.is_file() else one.rglob("*.*"))]
    return sorted(one for one in inside if one.suffix in (".html", ".txt"))


def sentences(file: Path) -> list[str]:
    text = re.sub(r"{{.*?}}|<[^>]*>", "", file.read_text())
    return [" ".join("".join(found).split()) for found in SENTENCES.findall(text)]


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
