"""manage.py start_up gunicorn clinic.wsgi: the program, once everything it needs is there."""

import argparse
import os
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandParser
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils.translation import gettext as _

from clinic.checks import refuse_to_start, refuse_unsafe_settings
from clinic.operations import migrate_lock, setup


class Command(BaseCommand):
    help = (
        "Checks the settings, waits for the database, brings it up to date (once, however many "
        "start at the same time), and then becomes the program that is named."
    )
    requires_system_checks = []  # they are said here in words, and need a database

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "program", nargs=argparse.REMAINDER, help="what to run, and its options"
        )

    def handle(self, *, program: list[str], **_options: Any) -> None:
        try:
            refuse_unsafe_settings()
            migrate_lock.wait_for_the_database(say=self.stdout.write)
            migrate_lock.migrate_once(say=self.stdout.write)
            refuse_to_start()
            self._say_how_to_begin()
        except ImproperlyConfigured as refusal:
            raise CommandError(f"Refused to start: {refusal}") from refusal
        except migrate_lock.NoDatabase as silence:
            raise CommandError(
                f"The database does not answer ({silence}). Is it running, and is DATABASE_URL its "
                "address?"
            ) from silence
        connections.close_all()
        if program:
            self.stdout.flush()
            _become(program)

    def _say_how_to_begin(self) -> None:
        """Only who reads this log sets the clinic up."""
        if setup.is_begun():
            return
        address = f"{settings.SITE_URL}/setup/?token={setup.token()}"
        sentence = _("No clinic is here yet. Set it up, once, at {address}")
        self.stdout.write(sentence.format(address=address))


def _become(program: list[str]) -> None:
    try:
        os.execvp(program[0], program)  # noqa: S606 - what whoever starts us has named
    except OSError as error:
        says = _("{program} cannot be started: {why}.")
        raise CommandError(says.format(program=program[0], why=error.strerror)) from error
