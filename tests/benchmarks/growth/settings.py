"""The clinic's, but that whoever has signed in once stays so for the whole of it."""

from clinic.settings import *  # noqa: F403

ALLOWED_HOSTS += ["testserver"]  # noqa: F405
ADMIN = True
LIMIT_SIGNING_IN = False
STAFF_IDLE_MINUTES = STAFF_STILL_THEM_MINUTES = 60 * 24
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, for nobody
LIMITS = {}
WHITENOISE_USE_FINDERS = True  # nothing is collected here, and no static file is measured
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", 1  # nobody's: not a mail leaves
