"""Calendars behind pasted links are fetched: outside any lock, each by one worker at a time."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db.models import F

from bookings.actions.one_worker import Work, alone_with
from bookings.actions.refusals import Busy
from bookings.fetching import Fetched, NotFetched, Reach, fetch
from bookings.models.pasted_links import (
    Link,
    NotRead,
    PastedLink,
    PastedLinkQuerySet,
    SealedLink,
    masked,
)

Read = TypeVar("Read")
AGAIN = timedelta(hours=4)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(hours=1), timedelta(days=1)
JITTER = 0.25  # of a pause, either way
READ_ANEW = timedelta(days=7)  # though it has not changed: the days that are looked at have
# What is fetched at once in web processes, however many there are. Whoever pastes the links of slow
# sites keeps out nobody whom the clinic knows better.
STRANGERS = (Work.A_LINK,)
CLIENTS = (Work.ANOTHER_LINK, *STRANGERS)
THERAPISTS = (Work.A_THERAPISTS_LINK, *CLIENTS)


class NotReadable(Exception):
    """Raised with why, by whoever fetches or reads."""

    def __init__(self, why: NotRead):
        super().__init__(why.value)
        self.why = why


class TooManyAtOnce(Exception):
    """Others are being fetched; a moment later there is room."""


def reach() -> Reach:
    hosts = [host for hosts in settings.CALENDAR_SITES.values() for host in hosts]
    return Reach(
        hosts=[*hosts, *settings.CALENDAR_HOSTS],
        networks=settings.CALENDAR_NETWORKS,
        name_servers=settings.DNS_SERVERS,
        port=settings.CALENDAR_PORT,
        authorities=settings.CALENDAR_AUTHORITIES or None,
    )


def fetched(url: str, *, tag: str = "") -> Fetched:
    """Raises NotReadable."""
    try:
        return fetch(url, reach(), tag=tag)
    except NotFetched as refusal:
        raise NotReadable(NotRead(refusal.why.value)) from None


def read_for_a_page(
    url: str, read: Callable[[Fetched], Read], *, rooms: Sequence[Work] = CLIENTS
) -> Read:
    """While somebody waits. So that slow sites and large calendars hold few of the processes that
    show pages, only some are fetched and read at once. Raises NotReadable and TooManyAtOnce."""
    with _one_of(rooms):
        return read(fetched(url))


def opened(link: PastedLink) -> str:
    """Raises NotReadable."""
    try:
        return link.link.opened()
    except InvalidToken:
        raise NotReadable(NotRead.KEY) from None


def new(url: str, tag: str, *, now: datetime) -> dict:
    """The fields of a link that has just been read."""
    return {
        "link": SealedLink.of(url),
        "shown": masked(url),
        "kept_at": now,
        "read_at": now,
        "good_at": now,
        "tag": tag,
        "due_at": now + _about(AGAIN),
        "lease": None,
        "leased_until": None,
        "failures": 0,
        "why": "",
    }


def _never(_link: PastedLink, _now: datetime) -> bool:
    return False


def fetch_due(
    links: PastedLinkQuerySet[Link],
    read: Callable[[Link, bytes, datetime], Read],
    keep: Callable[[Link, Read, datetime], None],
    missed: Callable[[Link, datetime], None],
    *,
    is_over: Callable[[Link, datetime], bool] = _never,
    now: datetime,
    until: float,
) -> int:
    """Whatever is due of them, while there is time; returns how many were asked for.

    `read` says what is in it, or raises NotReadable; `keep` writes it in one transaction, if
    the link is still ours; `missed` is told of one that could not be read. One that is over is
    deleted instead.
    """
    count = 0
    while time.monotonic() < until and (link := links.claim(now=now)):
        if is_over(link, now):
            links.filter(pk=link.pk, lease=link.lease).delete()
            continue
        count += 1
        try:
            got = fetched(opened(link), tag=_tag_of(link, now))
            if got.content is not None:
                keep(link, read(link, got.content, now), now)
        except NotReadable as refusal:
            note_failure(link, refusal.why, now=now)
            missed(link, now)
        except Busy:
            pass  # it is due again in a quarter of an hour
        else:
            note_success(link, got, now=now)
    return count


def note_success(link: PastedLink, got: Fetched, *, now: datetime) -> None:
    """Only while it is ours: what was replaced meanwhile has its own times."""
    read_at = link.read_at if got.content is None else now
    type(link)._default_manager.filter(pk=link.pk, lease=link.lease).update(
        link=link.link.resealed(),
        tag=got.tag,
        good_at=now,
        read_at=read_at,
        failures=0,
        why="",
        due_at=now + _about(AGAIN),
        lease=None,
        leased_until=None,
    )


def note_failure(link: PastedLink, why: NotRead, *, now: datetime) -> None:
    doubled = FIRST_PAUSE * 2 ** min(link.failures, 10)
    type(link)._default_manager.filter(pk=link.pk, lease=link.lease).update(
        failures=F("failures") + 1,
        why=why,
        due_at=now + _about(min(doubled, LONGEST_PAUSE)),
        lease=None,
        leased_until=None,
    )


def _tag_of(link: PastedLink, now: datetime) -> str:
    return link.tag if link.read_at > now - READ_ANEW else ""


def _about(pause: timedelta) -> timedelta:
    """Not all at the same time."""
    return pause * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret


@contextmanager
def _one_of(rooms: Sequence[Work]) -> Iterator[None]:
    for place in rooms:
        with alone_with(place) as is_mine:
            if is_mine:
                yield
                return
    raise TooManyAtOnce
