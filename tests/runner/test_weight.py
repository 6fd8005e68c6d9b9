"""What a runner's phone fetches, compressed: a page's styles and scripts together, and fonts."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

STYLES_AND_SCRIPTS, FONTS = 45_000, 180_000  # bytes; with all of Bootstrap it is 60,000
FILE = re.compile(r'<(?:link|script)\b[^>]*\b(?:href|src)="/static/([^"]+\.(?:css|js|woff2))"')
A_FACE = re.compile(r'@font-face\s*\{[^}]*url\("?[^")]*/([^")/]+\.woff2)"?\)[^}]*\}')
LATIN = "U+0000-00FF"  # the faces that every page in English fetches


def read(name: str) -> bytes:
    found = finders.find(name)
    assert isinstance(found, str), name
    return Path(found).read_bytes()


def files_of(page: str) -> set[str]:
    return set(FILE.findall(page))


def latin_fonts_of(names: set[str]) -> set[str]:
    sheets = [read(name).decode() for name in names if name.endswith(".css")]
    faces = [face for sheet in sheets for face in A_FACE.finditer(sheet)]
    return {face[1] for face in faces if LATIN in face[0]}


def weight(names: set[str]) -> dict[str, int]:
    return {
        name: len(gzip.compress(read(name), 9)) for name in names if name.endswith((".css", ".js"))
    }


@pytest.fixture
def pages(client, massage, plan, choose, send_details, start) -> dict[str, Callable[[], str]]:
    """Each page as a new runner's browser is given it."""

    def confirmation() -> str:
        choose(start)
        return client.get(send_details().url).content.decode()

    return {
        "home": lambda: client.get("/").content.decode(),
        "picker": lambda: client.get(f"/book/{massage.slug}/").content.decode(),
        "plan": lambda: plan(wants_nudges="on").content.decode(),
        "confirmation": confirmation,
    }


@pytest.mark.parametrize("name", ["home", "picker", "plan", "confirmation"])
def test_styles_and_scripts_of_a_page_stay_under_their_weight(pages, name):
    weights = weight(files_of(pages[name]()))
    assert any("bootstrap" in one for one in weights)
    assert sum(weights.values()) < STYLES_AND_SCRIPTS, weights


@pytest.mark.parametrize("name", ["home", "picker", "plan", "confirmation"])
def test_a_page_fetches_few_fonts_and_says_so_in_its_head(pages, name):
    page = pages[name]()
    preloaded = re.findall(r'<link rel="preload" href="/static/([^"]+\.woff2)" as="font"', page)
    fetched = latin_fonts_of(files_of(page))
    assert fetched
    assert fetched == {Path(font).name for font in preloaded}
    assert sum(len(read(font)) for font in preloaded) < FONTS
