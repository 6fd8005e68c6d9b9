"""manage.py reset_second_factor: for whoever has lost the phone and the recovery codes."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management import CommandParser
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.actions import logins
from bookings.models import SignInKind, User


class Command(BaseCommand):
    help = "Forgets somebody's second factors, ends their sessions, and tells them and every owner."
    requires_system_checks = []  # they load every page, for which nobody waits

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the e-mail that they sign in with")

    def handle(self, *, address: str, **_options: Any) -> None:
        user = User.objects.filter(email__iexact=address).first()
        if user is None:
            raise CommandError("Nobody signs in with that address.")
        ended = logins.end_sessions(user)
        forgotten, _ = Authenticator.objects.filter(user=user).delete()
        now = timezone.now()
        logins.note(SignInKind.FACTORS_RESET, now=now, user=user, by="program")
        logins.tell_both(user, "factors_taken_away", now=now)
        self.stdout.write(f"{forgotten} factors forgotten, {ended} sessions ended.")
