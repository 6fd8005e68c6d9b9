"""Whatever name somebody typed is isolated: its direction turns nothing that stands beside it.

On pages in <bdi> (the filter `bdi`); in mails' text, titles and attributes between marks of Unicode
(the filter `isolated`); in sentences made in Python by formatting the row itself (`models.named`).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What the last part of such a value is called, wherever it is shown.
TYPED = {
    "author", "by", "answered_by", "client", "email", "guardian_agreed_by", "guardian_name", "name",
    "race", "room", "same_address_as", "signed_by", "therapist", "treatment", "who", "whose",
}  # fmt: skip
SAFE = re.compile(r"\|(?:bdi|isolated|names|any_of|with_address)\b")
# Names of fields and the like, which are in the source and not typed.
NOT_TYPED = re.compile(r"(?:question|attrs|field|form|widget|part)\.|\w+_field\.")
NOT_SHOWN = [
    "action",
    "class",
    "content",
    "data-url",
    "for",
    "href",
    "hx-get",
    "hx-post",
    "id",
    "method",
    "name",
    "src",
    "value",
]
TOKEN = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}|<!--.*?-->|([<>])", re.DOTALL)
BINDING = re.compile(r"(\w+)=(\S+)")
ATTRIBUTE = re.compile(r'([\w-]+)="[^"]*$')
TEMPLATES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "templates").rglob("*.*")
    if path.suffix in (".html", ".txt")
)


def bare_names(template: str, *, is_text: bool = False) -> Iterator[str]:
    """Values that are shown as they are, though somebody has typed them."""
    in_tag, bound = False, None
    for token in TOKEN.finditer(template):
        value, tag, bracket = token.groups()
        if bracket and not is_text:
            in_tag = bracket == "<"
        elif tag and tag.strip().startswith("blocktrans"):
            pairs = dict(BINDING.findall(tag))
            bound = set(pairs)
            yield from (value for value in pairs.values() if _is_bare(value))
        elif tag and tag.strip().startswith("endblocktrans"):
            bound = None
        elif value and not (bound and value.strip() in bound) and _is_bare(value.strip()):
            attribute = ATTRIBUTE.search(template[: token.start()]) if in_tag else None
            if not in_tag or (attribute and attribute[1] not in NOT_SHOWN):
                yield value.strip()


def _is_bare(value: str) -> bool:
    name = value.partition("|")[0]
    what = name.rpartition(".")[2]
    other_use = "|as_crispy_field" in value or "|field_name" in value or "|dialled" in value
    return what in TYPED and not (SAFE.search(value) or NOT_TYPED.match(name)) and not other_use


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_name_on_a_page_or_in_a_mail_is_isolated(name):
    found = list(bare_names((ROOT / name).read_text(), is_text=name.endswith(".txt")))
    assert found == [], f"in {name}: give it |bdi, or |isolated where there can be no element"


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<td>{{ visit.client }}</td>", ["visit.client"]),
        ("<td>{{ visit.client|bdi }} {{ client.pk }}</td>", []),
        ('<a href="?q={{ client.name }}" title="{{ client.name }}">', ["client.name"]),
        ("{% blocktranslate with who=visit.client.name %}Of {{ who }}{% endblocktranslate %}",
         ["visit.client.name"]),
        ("{% blocktranslate with who=visit.client|bdi %}Of {{ who }}{% endblocktranslate %}", []),
        ("{% blocktranslate %}Of {{ client }}{% endblocktranslate %}", ["client"]),
    ],
)  # fmt: skip
def test_the_reading_of_templates_knows_a_bare_name(template, found):
    assert list(bare_names(template)) == found


# Where sentences for readers are made.
SENTENCES = (
    *(f"bookings/{part}" for part in ("web", "runner", "desk", "mail", "queries", "calendars.py")),
    *(f"therapists/{part}" for part in ("pages", "queries", "feeds.py")),
    "bookings/core/training/plan",
)
NAME_IN_A_SENTENCE = re.compile(
    r"\{(?:\w+\.)*(?:client|whose|therapist|room|treatment|race|clinic)\.name\}"
)


def test_no_sentence_is_made_with_a_bare_name():
    found = [
        f"{path.relative_to(ROOT)}: {one}"
        for place in SENTENCES
        for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
        for one in NAME_IN_A_SENTENCE.findall(path.read_text())
    ]
    assert found == []
