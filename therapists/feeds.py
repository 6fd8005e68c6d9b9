"""Calendars to subscribe to: a therapist's (initials and treatment), a client's (visits, phases).

The address is the secret. It is made from the feed's edition, from that of its client's links and
from the login it belongs to, so nothing secret is stored, and when one of them changes every
earlier address is worthless.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import F, Max
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from bookings import calendars
from bookings.core import training
from bookings.core.wording import isolated
from bookings.models import Appointment, Client, Clinic, Therapist
from bookings.queries.training import protocol
from therapists.models import Feed

_SIGNER = Signer(salt="calendar.feed")
BEHIND, AHEAD = timedelta(weeks=4), timedelta(weeks=52)
READ_AGAIN_AFTER = timedelta(hours=1)


def url_of(feed: Feed) -> str:
    token = _SIGNER.sign(f"{feed.pk}.{_edition_of(feed)}")
    return urljoin(settings.SITE_URL, reverse("therapists:feed", args=[token]))


def read(token: str) -> Feed | None:
    """The feed of an address that holds now; None for any other."""
    try:
        pk, _, edition = _SIGNER.unsign(token).partition(".")
    except BadSignature:
        return None
    feeds = Feed.objects.filter(pk=pk, active=True)
    feed = feeds.select_related("therapist__user", "client__user").first()
    if feed is None or not _has_somebody_to_read_it(feed):
        return None
    return feed if _edition_of(feed) == edition else None


def _has_somebody_to_read_it(feed: Feed) -> bool:
    """Who no longer works here, or may no longer sign in, has no calendar either."""
    if feed.therapist is None:
        return True
    user = feed.therapist.user
    return feed.therapist.active and user is not None and user.is_active


def _edition_of(feed: Feed) -> str:
    """A client's ends with their links as well, anybody's with what their login has opened."""
    whose = feed.therapist or feed.client
    ended = whose.user.keys_edition if whose and whose.user else 0
    login = f".keys-{ended}" if ended else ""
    if feed.therapist:
        return f"{feed.edition}.of-{feed.therapist.user_id}{login}"
    links = feed.client.links_edition if feed.client else 0
    return f"{feed.edition}.{links}{login}" if links or login else str(feed.edition)


def renew(*, therapist: Therapist | None = None, client: Client | None = None) -> Feed:
    """A new address; the one before stops working."""
    feed, is_new = Feed.objects.get_or_create(therapist=therapist, client=client)
    if not is_new:
        Feed.objects.filter(pk=feed.pk).update(edition=F("edition") + 1, active=True)
        feed.refresh_from_db()
    return feed


def revoke(feed: Feed) -> None:
    Feed.objects.filter(pk=feed.pk).update(edition=F("edition") + 1, active=False)


def calendar_of(feed: Feed, clinic: Clinic, *, now: datetime) -> bytes:
    """In the language of whose it is: the program that asks has none."""
    language = feed.client.language_of_mails if feed.client else settings.LANGUAGE_CODE
    with translation.override(language):
        if feed.therapist:
            return _of_therapist(feed.therapist, clinic, now)
        return _of_client(feed.client, clinic, now) if feed.client else _calendar(clinic.name, ())


def _of_therapist(therapist: Therapist, clinic: Clinic, now: datetime) -> bytes:
    events = (
        _visit(visit, f"{initials_of(visit.whose)} {visit.treatment}", place=visit.room.name)
        for visit in _around(therapist.appointments, now)
    )
    return _calendar(f"{clinic}: {therapist.initials}", events)


def _of_client(client: Client, clinic: Clinic, now: datetime) -> bytes:
    place = ", ".join(clinic.address.splitlines())
    events = [
        _visit(visit, calendars.summary(visit, clinic), place=place)
        for visit in _around(client.appointments, now)
    ]
    name = _("{clinic}: my massages").format(clinic=clinic)
    return _calendar(name, [*events, *_phases(client, clinic, now)])


def _around(appointments: Any, now: datetime) -> Iterable[Appointment]:
    """Those cancelled stay in, as cancelled: some calendars forget nothing by themselves."""
    near = appointments.visits().filter(starts_at__gt=now - BEHIND, starts_at__lt=now + AHEAD)
    changed_at = Coalesce(Max("events__at"), "booked_at", "created_at")
    return near.with_everything().with_waits().annotate(changed_at=changed_at).order_by("starts_at")


def initials_of(client: Client) -> str:
    """A. D., so that a lock screen tells nobody's name."""
    return " ".join(f"{part[0].upper()}." for part in client.name.split()[:3])


def _visit(visit: Appointment, summary: str, *, place: str = "") -> Event:
    event = _event(f"feed-{calendars.uid_of(visit)}", summary, visit.changed_at)
    event.add("sequence", visit.revision)
    event.add("dtstart", visit.starts_at)
    event.add("dtend", visit.ends_at)
    if place:
        event.add("location", place)
    event.add("status", calendars.status_of(visit, waits=visit.waits))
    event.add("transp", "TRANSPARENT" if visit.status == "cancelled" else "OPAQUE")
    return event


def _phases(client: Client, clinic: Clinic, now: datetime) -> Iterable[Event]:
    """Whole days, which belong to no zone."""
    rules = protocol.current()
    races = [race.in_training for race in client.races.all()]
    today = clinic.day_of(now)
    for segment in training.Timeline.of(races, rules).segments(today - BEHIND, today + AHEAD):
        if segment.race is None:
            continue
        name = f"{rules.phases[segment.phase].name}: {isolated(segment.race.name)}"
        uid = f"phase-{_signed(client)}-{segment.race.race_date}-{segment.phase}-{segment.start}"
        event = _event(uid, name, _midnight(segment.start))
        event.add("dtstart", segment.start)
        event.add("dtend", segment.end)
        event.add("transp", "TRANSPARENT")
        yield event


def _signed(client: Client) -> str:
    """A number alone would be another clinic's client's too."""
    return _SIGNER.signature(f"phases of {client.pk}")[:16]


def _midnight(day: date) -> datetime:
    """A phase has no row of its own to say when it changed; a stamp must not follow the reader."""
    return datetime.combine(day, time.min, UTC)


def _event(uid: str, summary: str, changed_at: datetime) -> Event:
    """`changed_at` is the row's own, so that a calendar which reads again finds the same file."""
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("summary", summary)
    event.add("class", "PRIVATE")
    return event


def _calendar(name: str, events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Taper//Feed//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", READ_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical()
