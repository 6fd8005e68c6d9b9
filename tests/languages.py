"""A site that speaks two more languages, which a reader of English can check."""

import fcntl
import os
from collections.abc import Iterator

import pytest
from django.utils.translation import _trans  # type: ignore[attr-defined]

from clinic import languages
from clinic.demo import pseudo_languages

LOCALE = "django.middleware.locale.LocaleMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"


@pytest.fixture(scope="session")
def pseudo_catalogs(tmp_path_factory):
    """Made by the first of the processes that share the run."""
    run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    folder = run / "locale"
    with (run / "locale.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            pseudo_languages.write(folder)
    return folder


@pytest.fixture
def translating(settings) -> Iterator[None]:
    """Sentences are looked up, as where a catalog is compiled in. Django keeps its functions from
    their first call on, and says where they are to be forgotten (`Trans`)."""
    vars(_trans).clear()
    settings.USE_I18N = True
    yield
    vars(_trans).clear()


@pytest.fixture
def more_languages(settings, pseudo_catalogs, translating):
    settings.LOCALE_PATHS = [pseudo_catalogs]
    settings.LANGUAGES = [*settings.LANGUAGES, *languages.compiled_in(pseudo_catalogs)]
    at = settings.MIDDLEWARE.index(COMMON)
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:at], LOCALE, *settings.MIDDLEWARE[at:]]
