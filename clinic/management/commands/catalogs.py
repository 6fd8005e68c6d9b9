"""`manage.py catalogs de`: reads every sentence that is marked, and keeps a language's catalog."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from clinic.operations import catalogs


class Command(BaseCommand):
    help = "Keeps the catalogs of these languages: new sentences in, compiled for the site."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("languages", nargs="+", help="such as de or pt-br")

    def handle(self, *, languages: list[str], **_options: Any) -> None:
        marked = catalogs.marked_sentences()
        for language in languages:
            missing = catalogs.keep(
                settings.LOCALE_PATHS[0] / catalogs.folder_of(language), language, marked
            )
            self.stdout.write(f"{language}: {len(marked)} sentences, {missing} without words.")
