"""Sentences can be translated: what is not marked yet is counted, and may only become less."""

import ast
import re
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr
from functools import cache
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from django.apps import apps
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils.functional import Promise

from clinic.operations import catalogs

ROOT = settings.BASE_DIR
# file -> how many sentences in it are not marked for translation yet.
UNMARKED = Path(__file__).with_name("unmarked.txt")
# Django's admin's own pages and the demo's words are for engineers.
NOT_FOR_READERS = ("/demo", "templates/admin", "migrations")
MARKS = {
    "_",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
    "gettext_noop",
    "Sentence",
    "wrong",
    "counted",
}
# Whole elements that are not text, tags, entities.
NO_TEXT = re.compile(r"<(style|script).*?</\1>|<!--.*?-->|<[^>]*>|&\w+;", re.S)
SPOKEN = re.compile(r"""\b(?:aria-label|alt|placeholder|title)=(?:"([^"]*)"|'([^']*)')""")
TRANSLATED = ("blocktranslate", "blocktrans", "comment", "verbatim")
A_CLASS = ["block", "width"]
# Languages have their own names; what kinds of session are called is the protocol's to say.
NAMED_OTHERWISE = {"bookings.Client.language", "bookings.DeclinedSession.kind"}
A_SENTENCE = re.compile(r"^[A-Z“{][^\n]* [^\n]* [^\n]*[.?!…:]$")
A_CHOICE = re.compile(r"""\(['"][a-z_]*['"], ['"][A-Z][a-z’]+.*\)""")
A_HEADING = re.compile(r"[A-Z“][a-z’]+(?: [^\n]+)? [a-z’][^\n]*")
# What is said of a field needs no stop to be read, nor more than a word.
SAID_OF_A_FIELD = {
    "label", "help_text", "choices", "empty_label", "verbose_name", "description", "placeholder",
    "aria-label", "title",
}  # fmt: skip
NAMED_FIRST = re.compile(r"(?!Regex|OneToOne|ManyToMany)\w*Field")
A_WORD = re.compile(r"[(“]?[A-Z]?[a-z’]+[)”.,;:?!…]*")
A_GAP = re.compile(r"[(“]?_[)”.,;:?!…]*")
IN_QUOTES = re.compile(r"""//.*|"([^"\n]*)"|'([^'\n]*)'|`([^`]*)`""")
SAID_BY_A_SCRIPT = re.compile(r"(?=..)[A-Z][a-z’]*(?:[ ,.].*)?")
KEYS = {"Escape", "Enter", "Accept"}


def unmarked_in_template(text: str) -> list[str]:
    """Runs of text with a word in them, in elements and in attributes that are read aloud."""
    pieces, inside = [], False
    for token in Lexer(text).tokenize():
        words = token.contents.split()
        if token.token_type == TokenType.BLOCK and words:
            starts = words[0] in TRANSLATED or words[:2] == A_CLASS
            inside = starts or (inside and not words[0].startswith("end"))
        is_ours = token.token_type == TokenType.TEXT and not inside
        pieces.append(token.contents if is_ours else "\t")
    page = "".join(pieces)
    lines = NO_TEXT.sub("\n", page).splitlines()
    lines += ["".join(found) for found in SPOKEN.findall(page)]
    return [" ".join(line.split()) for line in lines if re.search(r"[A-Za-z]{2}", line)]


def unmarked_in_module(text: str) -> list[str]:
    """What reads as a sentence and goes through no gettext, but for docstrings: in constants, in
    f-strings, and whatever is said of a field."""
    nodes = list(ast.walk(ast.parse(text)))
    passed_by = {
        id(constant)
        for node in nodes
        if isinstance(node, ast.Call) and _name(node.func) in MARKS
        for constant in ast.walk(node)
    }
    passed_by |= {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    passed_by |= {
        id(piece) for node in nodes if isinstance(node, ast.JoinedStr) for piece in node.values
    }
    of_fields = {id(one) for node in nodes for one in _said_of_fields(node)}
    return glued(nodes) + [
        node.value
        for node in nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in passed_by
        and (
            A_SENTENCE.match(node.value)
            or A_HEADING.fullmatch(node.value)
            or (id(node) in of_fields and node.value.strip())
        )
    ]


def _said_of_fields(node: ast.AST) -> Iterator[ast.expr]:
    """The words of a field, wherever they stand: a keyword, a key, the first thing it is given."""
    if isinstance(node, ast.Call) and NAMED_FIRST.fullmatch(_name(node.func)):
        yield from node.args[:1]
    if isinstance(node, ast.Tuple) and _may_be_a_choice(node):
        yield node.elts[1]
    named: list[tuple[object, ast.expr]] = []
    if isinstance(node, ast.keyword):
        named = [(node.arg, node.value)]
    if isinstance(node, ast.Dict):
        named = [
            (getattr(key, "value", ""), said)
            for key, said in zip(node.keys, node.values, strict=True)
        ]
    for name, said in named:
        if name == "choices":
            pairs = (one.elts[-1] for one in ast.walk(said) if isinstance(one, ast.Tuple))
            yield from pairs
        elif name in SAID_OF_A_FIELD:
            yield said


def _may_be_a_choice(node: ast.Tuple) -> bool:
    """How it is written takes longer to find than that it begins with no text."""
    first = node.elts[0] if node.elts else None
    is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return is_text and bool(A_CHOICE.fullmatch(ast.unparse(node)))


def unmarked_in_script(text: str) -> list[str]:
    """What a script would say in English, instead of in words that the page gives it."""
    found = (re.sub(r"\${[^}]*}", "_", "".join(one)) for one in IN_QUOTES.findall(text))
    return [
        said
        for said in found
        if said not in KEYS and (SAID_BY_A_SCRIPT.fullmatch(said) or _is_glued(said))
    ]


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


@cache
def unmarked() -> dict[str, int]:
    counted = {}
    for top, reading in (
        ("templates", unmarked_in_template),
        ("static/js", unmarked_in_script),
        *((app, unmarked_in_module) for app in catalogs.APPS),
    ):
        for path in sorted((ROOT / top).rglob("*.*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in (".py", ".html", ".txt", ".js") and not any(
                part in name for part in NOT_FOR_READERS
            ):
                read = unmarked_in_script if path.suffix == ".js" else reading
                counted[name] = len(read(path.read_text()))
    return {name: count for name, count in counted.items() if count}


def listed() -> dict[str, int]:
    lines = (line.split() for line in UNMARKED.read_text().splitlines())
    return {name: int(count) for count, name in lines}


def test_no_file_has_more_sentences_without_a_mark_than_the_list_says():
    allowed = listed()
    more = {name: count for name, count in unmarked().items() if count > allowed.get(name, 0)}
    assert more == {}


def test_the_list_is_not_longer_than_what_is_left():
    now = unmarked()
    assert {name: count for name, count in listed().items() if count > now.get(name, 0)} == {}


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Two words</p>", ["Two words"]),
        ('<p>{% translate "Two words" %}</p>', []),
        ("<p>{% blocktranslate %}Hello {{ name }}, well{% endblocktranslate %}</p>", []),
        ("{# a remark #}<b>{{ name }}</b>, &nbsp; 5", []),
        ("<b>{{ name }} stays in {{ place }}</b>", ["stays in"]),
        ('<input value="{{ key }}"{% if on %} checked{% endif %}>', []),
        ('<nav aria-label="On this page"></nav>', ["On this page"]),
        ("<nav aria-label=\"{% translate 'Here' %}\"></nav>", []),
    ],
)
def test_the_reading_of_templates_knows_what_is_marked(template, found):
    assert unmarked_in_template(template) == found


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ('"""A docstring, which is no sentence for readers."""', []),
        ('x = "That time is taken."', ["That time is taken."]),
        ('x = _("That time is taken.")', []),
        ('x = "Weekly hours"', ["Weekly hours"]),
        ('x = DayField(label="From")', ["From"]),
        ('x = DayField(label=_("From"))', []),
        ('x = models.DateField("ideal day")', ["ideal day"]),
        ('x = [("no", "No"), ("yes", _("Yes"))]', ["No"]),
        ('x = TextInput(attrs={"placeholder": "where", "type": "text"})', ["where"]),
        ('x = f"{how} {when} with {whom}."', ["_ _ with _."]),
        (r'x = rf"\bbetween {one} and {other}\b", f"login:{pk}", f"{one} {other}"', []),
    ],
)
def test_the_reading_of_modules_knows_what_is_marked(module, found):
    assert unmarked_in_module(module) == found


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("// Says it aloud.\nsay(form.dataset.saved);", []),
        ('button("Don’t tell", press)', ["Don’t tell"]),
        ("says.textContent = `${left} minutes left.`;", ["_ minutes left."]),
        ('key === "Escape" && fetch(`${path}/tell/`, { method: "POST" })', []),
    ],
)
def test_the_reading_of_scripts_knows_what_the_page_could_say(script, found):
    assert unmarked_in_script(script) == found


@pytest.fixture(scope="module")
def extracts() -> list[catalogs.Extract]:
    complaints = StringIO()
    with redirect_stderr(complaints):
        found = list(catalogs.extracted())
    assert complaints.getvalue() == ""  # it would stand among the first lines of a demo
    return found


@pytest.fixture(scope="module")
def marked(extracts) -> Catalog:
    return catalogs.marked_sentences(extracts)


def test_a_catalog_has_every_marked_sentence_and_keeps_what_is_translated(tmp_path, marked):
    assert catalogs.keep(tmp_path, "de", marked) == len(marked)
    po = tmp_path / "django.po"
    ids = [message.id for message in marked if isinstance(message.id, str)]
    in_one_line = next(one for one in ids if re.fullmatch(r"[\w ,.]{1,60}", one))
    without = f'msgid "{in_one_line}"\nmsgstr ""'
    po.write_text(po.read_text().replace(without, without.replace('""', '"Wort"')))
    assert catalogs.keep(tmp_path, "de", marked) == len(marked) - 1
    assert (tmp_path / "django.mo").stat().st_size > 0


def test_what_the_core_says_is_in_the_catalog_as_well(marked):
    assert "The day after is {race}." in marked
    assert "light to medium" in marked
    assert marked["{count} week"].id == ("{count} week", "{count} weeks")


def test_no_sentence_is_marked_both_alone_and_as_one_of_many(extracts):
    """A catalog has one entry for both, and then finds words for only one of them."""
    alone, of_many = set[str](), set[tuple[str, ...]]()
    for _path, (_line, sentence, _remarks, _context) in extracts:
        if isinstance(sentence, tuple):
            of_many.add(sentence)
        else:
            alone.add(sentence)
    assert alone & {one for one, _several in of_many} == set()


def test_no_sentence_is_glued_from_endings():
    """Other languages have other plurals than an s: blocktranslate count, or ngettext."""
    templates = (ROOT / "templates").rglob("*.*")
    tags = re.compile(r"{% blocktrans[^%]*pluralize")
    assert [path.name for path in templates if tags.search(path.read_text())] == []


def test_every_choice_has_a_name_that_can_be_translated():
    fields: list[Any] = [
        field
        for model in apps.get_models()
        if model._meta.app_label in catalogs.APPS
        for field in model._meta.get_fields()
        if getattr(field, "choices", None) and str(field) not in NAMED_OTHERWISE
    ]
    assert fields
    words = {(str(one), name) for one in fields for _, name in one.flatchoices}
    assert {(field, name) for field, name in words if not isinstance(name, Promise)} == set()


def glued(nodes: Iterable[ast.AST]) -> list[str]:
    """f-strings with words in them, which no catalog can have; `_` is what they leave open."""
    pieces = (node.values for node in nodes if isinstance(node, ast.JoinedStr))
    return [said for said in ("".join(map(_said, some)) for some in pieces) if _is_glued(said)]


def _is_glued(said: str) -> bool:
    """Whether a word stands beside another, or beside a gap; not in an expression to be found."""
    if "_" not in said or "\\" in said:
        return False
    return any(
        (A_WORD.fullmatch(one) and (A_WORD.fullmatch(other) or A_GAP.fullmatch(other)))
        or (A_GAP.fullmatch(one) and A_WORD.fullmatch(other))
        for one, other in pairwise(said.split())
    )


def _said(piece: ast.expr) -> str:
    return str(piece.value) if isinstance(piece, ast.Constant) else "_"


@pytest.mark.parametrize("where", ["bookings/runner", "bookings/desk", "bookings/web"])
def test_no_page_glues_a_sentence(where):
    found = {
        path.relative_to(ROOT).as_posix(): said
        for path in sorted((ROOT / where).rglob("*.py"))
        if (said := glued(ast.walk(ast.parse(path.read_text()))))
    }
    assert found == {}


def test_no_template_asks_for_a_name_where_it_means_a_value():
    asks = re.compile(r"""{%[^%]*[=!]=\s*["'][A-Z][a-z]""")
    templates = (ROOT / "templates").rglob("*.*")
    assert [path.name for path in templates if asks.search(path.read_text())] == []
