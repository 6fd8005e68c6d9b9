"""Every address of the site, from its resolver, so that no page is forgotten."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import reload

from django.test import override_settings
from django.urls import clear_url_caches, get_resolver
from django.urls.resolvers import URLPattern

from clinic import urls

_GROUP = re.compile(r"\(\?P<(\w+)>.*?\)(?=[/$-]|$)")
_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


def every_page(
    argument: Callable[[str, str], str], patterns=None, prefix: str = "", namespace: str = ""
) -> Iterator[tuple[str, str]]:
    """(view name, an address of it); `argument(view, name)` says what stands in it."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = pattern.name or pattern.lookup_str
            name = f"{namespace}:{name}" if namespace else name
            yield name, _filled(path, partial(argument, name))
        else:
            inner = ":".join(filter(None, [namespace, pattern.namespace]))
            yield from every_page(argument, pattern.url_patterns, path, inner)


def _filled(path: str, put: Callable[[str], str]) -> str:
    for place in (_GROUP, _CONVERTER):
        path = place.sub(lambda found: put(found[1]), path)
    return "/" + re.sub(r"\\Z|[\^$\\]", "", path)


@contextmanager
def without_admin() -> Iterator[None]:
    """As the web server reads its addresses at start, without ADMIN in its environment."""
    try:
        with override_settings(ADMIN=False):
            _read_again()
            yield
    finally:
        _read_again()


def _read_again() -> None:
    clear_url_caches()
    reload(urls)
