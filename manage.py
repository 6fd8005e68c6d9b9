#!/usr/bin/env python
"""Django's command line for the clinic."""

import os
import sys
from importlib import import_module

from django.core.management import execute_from_command_line
from django.db import OperationalError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None):  # a database that has answered
            raise
        sys.exit(import_module("clinic.operations.database").no_answer(error))
