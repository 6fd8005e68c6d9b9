"""Makes a clinic in the database that the environment names, and owes so many mails: a program."""

import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from bookings.actions.mail import outbox  # noqa: E402
from bookings.mail import wake_worker  # noqa: E402
from bookings.models import Mail, MailKind  # noqa: E402
from tests import factories  # noqa: E402


def main(count: int) -> None:
    wake_worker._quiet_until = float("inf")
    call_command("migrate", verbosity=0)
    factories.make_clinic()
    therapist, room = factories.make_therapist(), factories.make_room()
    treatment = factories.make_treatment(therapists=[therapist])
    tomorrow = timezone.now() + timedelta(days=1)
    for number in range(count):
        visit = factories.make_appointment(
            starts_at=tomorrow + timedelta(hours=2 * number), treatment=treatment,
            therapist=therapist, room=room,
        )  # fmt: skip
        outbox.owe(MailKind.CONFIRMED, visit, now=timezone.now())
    Mail.objects.filter(kind=MailKind.REMINDER).delete()


if __name__ == "__main__":
    main(int(sys.argv[1]))
