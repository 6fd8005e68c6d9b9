"""A site that speaks two more languages, which a reader of English can check."""

import pytest

from clinic import languages
from clinic.demo import pseudo_languages

LOCALE = "django.middleware.locale.LocaleMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"


@pytest.fixture(scope="session")
def pseudo_catalogs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("locale")
    pseudo_languages.write(folder)
    return folder


@pytest.fixture
def more_languages(settings, pseudo_catalogs):
    settings.LOCALE_PATHS = [pseudo_catalogs]
    settings.LANGUAGES = [*settings.LANGUAGES, *languages.compiled_in(pseudo_catalogs)]
    at = settings.MIDDLEWARE.index(COMMON)
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:at], LOCALE, *settings.MIDDLEWARE[at:]]
