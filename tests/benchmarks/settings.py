"""The clinic's settings, and one view to measure beside."""

from clinic.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.urls"
LIMITS = {}
HOLDS_AT_ONCE_PER_ADDRESS = HOLDS_PER_HOUR_PER_ADDRESS = 10**9
WHITENOISE_USE_FINDERS = True  # nothing is collected here, and no static file is measured
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
