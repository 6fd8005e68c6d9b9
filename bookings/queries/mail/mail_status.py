"""How the sending of mail goes: what is late, what is paused, what is to come."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta, tzinfo
from functools import cache
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, QuerySet, Window
from django.db.models.functions import Now, RowNumber, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import dates
from bookings.models import Clinic, Component, Heartbeat, Mail, MailServer, MailState, SignInMail
from bookings.models.mail.kinds import GROUP_OF, TIMED_TO_TRAINING
from bookings.queries.actors import named

LATE = timedelta(minutes=5)
SEND_MAIL = (Component.BEAT, Component.SENDER)


def problems(clinic: Clinic) -> list[str]:
    """What the desk must know, a sentence each; nothing while all is well."""
    if clinic.mail_paused_at:
        sentence = _("All mail has been paused since {time}, by {who}.")
        since = dates.day_and_time_from(
            clinic.mail_paused_at, clinic.tz, clinic.day_of(timezone.now())
        )
        return [sentence.format(time=since, who=named(clinic.mail_paused_by))]
    return troubles()


def troubles() -> list[str]:
    """What is wrong with the sending of mail, a sentence each; a pause is meant."""
    return list(_troubles())


def of_the_server() -> list[str]:
    """The same without what the worker and the clock cause; and codes and notices that wait."""
    server = MailServer.objects.in_trouble().first()
    waiting = SignInMail.objects.waiting_for(LATE).count() + Mail.objects.overdue(LATE).count()
    return [*_refusals(server.failures_in_a_row if server else 0), *_overdue(waiting)]


def is_late() -> bool:
    """Whether something that should have happened within five minutes has not; a pause is meant."""
    paused = Clinic.objects.filter(mail_paused_at__isnull=False).exists()
    return any(_silences(_signs().silent) if paused else _troubles())


def to_come(within: timedelta) -> QuerySet[Mail]:
    """What is due within so long, or overdue, the next first."""
    due = Mail.objects.filter(state=MailState.SCHEDULED, due_at__lte=Now() + within)
    return due.select_related("client", "appointment").order_by("due_at", "pk")


def counted(to_come: QuerySet[Mail], tz: tzinfo) -> Iterable[tuple[date, str, int]]:
    """How many of each kind are due on each civil day."""
    of_a_day = to_come.order_by().annotate(day=TruncDate("due_at", tzinfo=tz))
    return of_a_day.values_list("day", "kind").annotate(count=Count("pk")).order_by("day", "kind")


def first_of_each_day(to_come: QuerySet[Mail], most: int, tz: tzinfo) -> QuerySet[Mail]:
    day = TruncDate("due_at", tzinfo=tz)
    place = Window(RowNumber(), partition_by=day, order_by=["due_at", "pk"])
    first = to_come.order_by().annotate(place=place).filter(place__lte=most).values("pk")
    whole = Mail.objects.select_related("client", "appointment")
    return whole.filter(pk__in=first).order_by("due_at", "pk")


def due_on(day: date, to_come: QuerySet[Mail], clinic: Clinic) -> QuerySet[Mail]:
    until = clinic.begin_of(day + timedelta(days=1))
    return to_come.filter(due_at__gte=clinic.begin_of(day), due_at__lt=until)


def not_wanted(mail: Mail) -> str:
    """Why its client does not get it; of training mails that is decided under the client's lock."""
    group = GROUP_OF.get(mail.kind)
    if group is None or mail.kind in TIMED_TO_TRAINING or getattr(mail.client, group.field):
        return ""
    return _("The client wants no {mails}.").format(mails=group.label)


def _silences(silent: Iterable[Component]) -> Iterator[str]:
    """Of several the worker's alone: only it hears the clock."""
    for part in [one for one in silent if one == Component.SENDER] or silent:
        yield _("Mail may be late: no sign of life from {part}.").format(part=part.label)


class _Signs(NamedTuple):
    silent: list[Component]
    failures: int  # of the mail server in trouble
    overdue: int


def _signs() -> _Signs:
    """One question on every page of the staff."""
    sql, params = _asked_on_every_page()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        silent, failures, overdue = cursor.fetchone()
    return _Signs([Component(part) for part in silent], failures or 0, overdue)


@cache
def _asked_on_every_page() -> tuple[str, list]:
    """What the moments in it are is the database's to say, so it is written down once."""
    beats = Heartbeat.objects.with_silence(LATE).filter(part__in=SEND_MAIL, is_silent=True)
    failures = MailServer.objects.in_trouble().values("failures_in_a_row")[:1]
    parts = beats.values("part"), failures, Mail.objects.overdue(LATE).values("pk")
    written = [one.query.sql_with_params() for one in parts]
    sql = "SELECT ARRAY({}), ({}), (SELECT count(*) FROM ({}) late)"
    return sql.format(*(one for one, _ in written)), [
        fact for _, facts in written for fact in facts
    ]


def _troubles() -> Iterator[str]:
    signs = _signs()
    yield from _silences(signs.silent)
    yield from _refusals(signs.failures)
    if Component.SENDER not in signs.silent:  # else it is said already why they wait
        yield from _overdue(signs.overdue)


def _refusals(failures: int) -> Iterator[str]:
    if failures:
        yield ngettext(
            "The mail server has taken nothing, {count} time; it is tried again every few minutes.",
            "The mail server has taken nothing, {count} times in a row; it is tried again every "
            "few minutes.",
            failures,
        ).format(count=failures)


def _overdue(overdue: int) -> Iterator[str]:
    if overdue:
        yield ngettext(
            "One mail has been waiting for more than five minutes.",
            "{count} mails have been waiting for more than five minutes.",
            overdue,
        ).format(count=overdue)
