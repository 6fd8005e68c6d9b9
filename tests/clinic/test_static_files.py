"""Of a package with many files, pages get those they ask for."""

import re

from django.conf import settings
from django.contrib.staticfiles import finders

A_FILE = re.compile(r"{% static 'vendor/chart/([^']+)' %}")


def listed(prefix: str) -> set[str]:
    return {
        path
        for finder in finders.get_finders()
        for path, storage in finder.list([])
        if getattr(storage, "prefix", None) == prefix
    }


def test_of_the_charts_only_what_pages_ask_for_is_collected_with_its_map():
    templates = (settings.BASE_DIR / "templates").rglob("*.html")
    asked = {name for page in templates for name in A_FILE.findall(page.read_text())}
    assert asked
    assert listed("vendor/chart") == asked | {f"{name}.map" for name in asked}


def test_other_packages_are_collected_whole():
    assert len(listed("vendor/htmx")) > 1
