"""The door for a web server."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

application = get_wsgi_application()
import_module("clinic.checks").refuse_to_start()  # only now, when there are models
import_module("clinic.monitoring.outage").learn_the_phone()
connections.close_all()  # before a server makes copies of this process
