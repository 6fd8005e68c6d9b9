"""manage.py doctor: what is wrong with this installation, in sentences, and what to do."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from clinic import doctor


class Command(BaseCommand):
    help = _(
        "Looks at everything a clinic needs, from the settings to last night's backup, and says "
        "what is wrong and what to do. Ends with 1 where something is, and prints no secret. "
        "It works while the database is away, empty, or of another version."
    )
    requires_system_checks = []  # said here, in sentences

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for a program that reads it")
        parser.add_argument(
            "--try-alerts", action="store_true", help="sends a test by ALERT_EMAIL_URL, ALERT_URL"
        )

    def handle(self, *, json: bool, try_alerts: bool, **_options: Any) -> None:
        found = list(doctor.examine(try_alerts=try_alerts))
        self._as_json(found) if json else self._in_words(found)
        if any(one.is_wrong for one in found):
            sys.exit(1)

    def _as_json(self, found: list[doctor.Diagnosis]) -> None:
        rows = [
            {"about": one.about, "state": one.state, "says": one.says, "do": one.do}
            for one in found
        ]
        self.stdout.write(json.dumps(rows, indent=1, ensure_ascii=False))

    def _in_words(self, found: list[doctor.Diagnosis]) -> None:
        for one in found:
            self.stdout.write(f"{doctor.MARKS[one.state]}  {one.about}: {one.says}")
            if one.do:
                self.stdout.write(f"         {one.do}")
        self.stdout.write("")
        self.stdout.write(doctor.in_a_sentence(found))
