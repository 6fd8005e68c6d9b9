"""manage.py make_secrets: lines for a new clinic's .env."""

import secrets
from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand

from clinic.operations.backups import encryption
from clinic.operations.version import VERSION
from therapists.core import web_push_keys


class Command(BaseCommand):
    help = "Prints new secrets, and which Taper this is, as lines of .env; changes nothing."
    requires_system_checks = []  # it runs before there are any settings

    def handle(self, **_options: Any) -> None:
        self.stdout.write(f"TAPER_VERSION={VERSION}")
        self.stdout.write(f"SECRET_KEY={secrets.token_urlsafe(48)}")
        self.stdout.write(f"HEALTH_KEYS={Fernet.generate_key().decode()}")
        self.stdout.write(f"FACTOR_KEYS={Fernet.generate_key().decode()}")
        self.stdout.write(f"BACKUP_KEY={encryption.new_key()}")
        self.stdout.write(f"PUSH_KEY={web_push_keys.new_key()}")
        self.stdout.write(f"POSTGRES_PASSWORD={secrets.token_hex(24)}")
