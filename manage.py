#!/usr/bin/env python
"""Django's command line for the clinic. What keeps it from beginning is told in a sentence."""

import json
import os
import sys
from importlib import import_module

from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.core.management import execute_from_command_line
from django.db import DatabaseError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as refusal:
        if {"doctor", "--json"} <= set(sys.argv):  # for a program, which can read nothing else
            print(
                json.dumps(
                    [{"about": "Settings", "state": "wrong", "says": str(refusal), "do": ""}]
                )
            )
            sys.exit(1)
        sys.exit(f"Refused to start: {refusal}")
    except DatabaseError as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(import_module("clinic.operations.database").in_words(error))
    except ObjectDoesNotExist as nothing:
        if type(nothing).__qualname__ != "Clinic.DoesNotExist":
            raise
        sys.exit("No clinic is here yet: run manage.py setup_clinic, or open /setup/.")
    except OSError as error:
        if "--traceback" in sys.argv or error.filename is None:
            raise
        sys.exit(f"{error.filename} cannot be used: {error.strerror}.")


if __name__ == "__main__":
    main()
