"""The day by mail at 07:00, for therapists who like that: initials, and nothing about health.

Not among the clients' mails, whose rows each belong to a client. A row is claimed once the mail
server answers and before the message goes out, so that no morning brings two.
"""

from datetime import date, datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import ngettext

from bookings import dates
from bookings.core.clients.addresses import ascii_address
from bookings.core.wording import one_line
from bookings.models import Clinic, Therapist
from therapists.feeds import initials_of
from therapists.models import MorningMail
from therapists.queries.day import visits_of

FROM_HOUR, TO_HOUR = 7, 9  # later it is of no use


def send_due(*, now: datetime) -> int:
    """Sends what the morning owes; returns how many. Any number of times a morning.

    Nothing while the owner has paused all mail.
    """
    clinic = Clinic.objects.the()
    hour = now.astimezone(clinic.tz).hour
    if clinic.mail_paused_at or not FROM_HOUR <= hour < TO_HOUR:
        return 0
    day = clinic.day_of(now)
    owed = list(_owed(day))
    if not owed:
        return 0
    with get_connection() as connection:
        return sum(_send(therapist, clinic, day, now, connection) for therapist in owed)


def _owed(day: date) -> QuerySet[Therapist]:
    wants = Therapist.objects.active().filter(habits__morning_mail=True, user__is_active=True)
    sent = MorningMail.objects.filter(day=day).values("therapist")
    return wants.exclude(pk__in=sent).select_related("user")


def _send(therapist: Therapist, clinic: Clinic, day: date, now: datetime, connection: Any) -> bool:
    visits, user = visits_of(therapist, day, clinic), therapist.user
    row, is_mine = MorningMail.objects.get_or_create(therapist=therapist, day=day)
    if not visits or not is_mine or user is None:
        return False
    lines = [(visit, initials_of(visit.whose)) for visit in visits]
    url = urljoin(settings.SITE_URL, reverse("therapists:today"))
    facts = {"lines": lines, "clinic": clinic, "url": url}
    with translation.override(settings.LANGUAGE_CODE):
        body = render_to_string("therapists/scheduling/morning.txt", facts).strip() + "\n"
        subject = _subject(day, len(visits))
    to = [ascii_address(user.email)]
    EmailMessage(one_line(subject), body, to=to, connection=connection).send()
    MorningMail.objects.filter(pk=row.pk).update(sent_at=now)
    return True


def _subject(day: date, visits: int) -> str:
    """Tuesday 1 December: 4 visits"""
    subject = ngettext("{day}: {count} visit", "{day}: {count} visits", visits)
    return subject.format(day=dates.civil_day(day), count=visits)
