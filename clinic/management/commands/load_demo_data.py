"""manage.py load_demo_data: an empty database becomes the demo's clinic."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import CommandParser
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.demo.data import load
from clinic.demo.data.clinic import CLINIC


class Command(BaseCommand):
    help = "Loads the demo's clinic, people and appointments, once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="even outside the demo")

    def handle(self, *, yes: bool, **_options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG or yes):
            raise CommandError("This makes logins with a known password; add --yes to mean it.")
        if load.is_loaded():
            self.stdout.write("There is a clinic here already; nothing was loaded.")
            return
        now = timezone.now()
        load.load(today=now.astimezone(ZoneInfo(str(CLINIC["timezone"]))).date(), now=now)
        self.stdout.write("The demo's clinic is loaded.")
