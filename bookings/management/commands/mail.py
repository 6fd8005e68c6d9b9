"""Prints the mail that is due soon: manage.py mail --due-within 7d."""

import re
from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from bookings.models import Clinic
from bookings.queries.mail import mail_status

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def stretch(text: str) -> timedelta:
    """From 90m, 12h or 7d."""
    found = re.fullmatch(r"(\d{1,4})([mhd])", text)
    if not found:
        raise ArgumentTypeError("Please give a time such as 90m, 12h or 7d.")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


class Command(BaseCommand):
    help = "Lists the mails that are due within a time, the next first, and what is wrong."
    requires_system_checks = []  # they load every page, for which nobody waits

    def add_arguments(self, parser):
        parser.add_argument("--due-within", type=stretch, default=timedelta(days=7))

    def handle(self, *, due_within: timedelta, **_: Any) -> None:
        clinic = Clinic.objects.the()
        for problem in mail_status.problems(clinic):
            self.stderr.write(problem)
        for mail in mail_status.to_come(due_within):
            due = mail.due_at.astimezone(clinic.tz)
            kind = mail.get_kind_display()
            self.stdout.write(
                f"{due:%a %d %b %H:%M}  {kind}  to {mail.client}  {mail.explanation}".rstrip()
            )
