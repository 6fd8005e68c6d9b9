"""Training plans that are read from a calendar's link: looked at now, and followed from then on."""

import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils.crypto import salted_hmac

from bookings.actions import pasted_links
from bookings.actions.mail.outbox import owe_about_their_data
from bookings.actions.pasted_links import NotReadable
from bookings.actions.training import own_plans
from bookings.core.records import plan_files
from bookings.core.records.plan_files.corrections import Corrections
from bookings.core.records.plan_files.limits import NO_DAYS, TOO_MANY
from bookings.core.training import Schedule
from bookings.models import Clinic, MailKind, OwnPlan, PlanLink, Race
from bookings.models.pasted_links import NotRead
from bookings.queries.training.plan_words import plan_words

CALENDAR = b"BEGIN:VCALENDAR"
BEFORE_IT = b"\xef\xbb\xbf \t\r\n"
ASKED_FOR = timedelta(days=3)  # a mail about it is of use
FOLLOWED_FOR = timedelta(weeks=4)  # after the last day of the plan, and the last race


def digest(words: str) -> str:
    """Of words that were taught: enough to know them again, and nothing to read."""
    return salted_hmac("bookings.plan_links", words, algorithm="sha256").hexdigest()[:32]


def read_calendar(
    data: bytes, corrections: Corrections, *, today: date, tz: ZoneInfo
) -> plan_files.PlanRead:
    """With what was put right before. Raises NotReadable: nothing is no plan, nor is a page that
    says so."""
    if data.lstrip(BEFORE_IT)[: len(CALENDAR)].upper() != CALENDAR:
        raise NotReadable(NotRead.UNREADABLE)
    try:
        found = plan_files.read(data, plan_words(), today=today, tz=tz)
    except plan_files.UnreadablePlan as refusal:
        why = {NO_DAYS: NotRead.EMPTY, TOO_MANY: NotRead.MUCH}
        raise NotReadable(why.get(refusal.sentence, NotRead.UNREADABLE)) from None
    found = corrections.applied(found, digest)
    if not found.schedule.days:
        raise NotReadable(NotRead.EMPTY)
    return found


def fetch_due(*, now: datetime, seconds: float = 40) -> int:
    """Whatever is due, for at most so long."""
    until = time.monotonic() + seconds
    return pasted_links.fetch_due(
        PlanLink.objects.all(), _read, _keep, _ask, is_over=_is_over, now=now, until=until
    )


def _is_over(link: PlanLink, now: datetime) -> bool:
    """Some weeks after the last day that anybody trains for: a password is not kept for nothing."""
    clinic = Clinic.objects.the()
    own = OwnPlan.objects.filter(client=link.client_id).first()
    last_race = Race.objects.filter(client=link.client_id).aggregate(day=Max("race_date"))["day"]
    ends = [clinic.day_of(link.kept_at), own and own.schedule.last, last_race]
    return max(filter(None, ends)) + FOLLOWED_FOR < clinic.day_of(now)


def _read(link: PlanLink, data: bytes, now: datetime) -> Schedule:
    clinic = Clinic.objects.the()
    corrections = Corrections.from_data(link.corrections)
    return read_calendar(data, corrections, today=clinic.day_of(now), tz=clinic.tz).schedule


def _keep(link: PlanLink, schedule: Schedule, now: datetime) -> None:
    own_plans.follow_link(link, schedule, now=now)


@transaction.atomic
def _ask(link: PlanLink, now: datetime) -> None:
    """Once of each silence, when it has lasted: whoever pasted it is written to."""
    there = PlanLink.objects.select_related("client").filter(pk=link.pk).first()
    if there is None or not there.is_silent(now) or not there.client.email:
        return
    key = f"{there.kept_at:%Y%m%d%H%M%S}:{there.good_at:%Y%m%d%H%M%S}"
    about = {"link": there.pk, "good_at": there.good_at.isoformat()}
    owe_about_their_data(
        MailKind.PLAN_SILENT, there.client, key=key, about=about, good_for=ASKED_FOR, now=now
    )
