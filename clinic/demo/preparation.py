"""All that is made before the demo's first page: tables, data, static files."""

from pathlib import Path

import django
from django.core.management import call_command
from django.db import OperationalError, connections

from clinic.demo import pseudo_languages
from clinic.demo.asked import is_empty, speaks_pseudo_languages
from clinic.demo.servers import StackError
from clinic.demo.static_files import collected_meanwhile


def prepare(state: Path) -> None:
    django.setup()
    if speaks_pseudo_languages():
        pseudo_languages.write(state / "locale")
    with collected_meanwhile(state):
        try:
            print("Bringing the database up to date …", flush=True)
            call_command("migrate", verbosity=0, interactive=False)
            if not is_empty():
                print("Looking for the demo data …", flush=True)
                call_command("load_demo_data", verbosity=0)
        except OperationalError as error:
            reason = str(error).strip().partition("\n")[0]
            raise StackError(f"The database cannot be used: {reason}") from error
        finally:
            connections.close_all()
