"""The door for a web server."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

if settings.SECRET_KEY == settings.KNOWN_TO_ALL and not settings.DEMO:
    raise ImproperlyConfigured("Set SECRET_KEY: with the source's own, anybody could forge links.")
if settings.HEALTH_KEY_KNOWN_TO_ALL in settings.HEALTH_KEYS and not settings.DEMO:
    raise ImproperlyConfigured("Set HEALTH_KEYS: the source's own key protects nobody's health.")

application = get_wsgi_application()
