"""Joining the waiting list, changing what one waits for, and leaving it."""

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from bookings.actions.clients.details import NewClient, take_down
from bookings.actions.clients.identity import prove, write_down
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import preferences
from bookings.actions.refusals import Refused, TooManyUnproved
from bookings.actions.training import brought
from bookings.actions.waiting_list.offers import (
    TASK,
    TOLD_FOR,
    withdraw_open,
    write_about_entry,
)
from bookings.core.clients.search_text import same_name
from bookings.core.roles import Role
from bookings.core.training import Kind
from bookings.mail.wake_worker import ring
from bookings.models import (
    Appointment,
    BetterBy,
    Client,
    Clinic,
    EntryState,
    FreedBy,
    FreedTime,
    Mail,
    MailGroup,
    MailKind,
    Therapist,
    Told,
    Treatment,
    WaitlistEntry,
)
from bookings.models.mail.kinds import UNFINISHED
from bookings.models.waiting_list.entries import WaitlistEntryQuerySet
from bookings.queries.clients.strangers import MAILS_A_DAY, mails_of_the_day
from bookings.queries.waiting_list.better import better_for
from bookings.queries.waiting_list.people import mailbox_of_client

MOST_WISHES, MOST_UNPROVED = 5, 2  # of one mailbox, and of one that nobody has answered from
MAILBOXES = 7_413  # of PostgreSQL's advisory locks, with the mailbox's digest
HOW = "waiting list"


class TooManyWishes(Refused):
    sentence = gettext_lazy(
        "You are on the waiting list five times already. Please change or leave one of them first."
    )


class AlreadyWaiting(Refused):
    sentence = gettext_lazy("You are on the waiting list for that already.")


class NothingIsBetter(Refused):
    sentence = gettext_lazy(
        "The training plan has nothing against the day of this appointment, so no other day is "
        "better."
    )


class NotWaiting(Refused):
    sentence = gettext_lazy("This place on the waiting list has been given up or used already.")


@dataclass(frozen=True, kw_only=True)
class WaitTerms:
    """What somebody waits for; None and empty are any."""

    therapist: Therapist | None = None
    weekdays: tuple[int, ...] = ()
    parts: tuple[int, ...] = ()
    first_day: date
    last_day: date
    notice_hours: int = 0

    @property
    def columns(self) -> dict:
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**found, "weekdays": list(self.weekdays), "parts": list(self.parts)}


@dataclass(frozen=True, kw_only=True)
class JoinRequest:
    """The same `key` again returns the entry that was made first.

    The client is in the books, or a newcomer who is saved with it (of whom the desk was told, or
    who has typed it). With an `appointment` it is for another time of that, earlier or `better_by`
    their training; the session of their plan that it is for is known by kind and ideal day. What a
    newcomer has `told` of their training goes with them, as it does with a booking. `proved` is
    a digest of the address, where this browser has answered a mail that went there.
    """

    client: Client | NewClient
    treatment: Treatment
    wanted: WaitTerms
    appointment: Appointment | None = None
    better_by: BetterBy = BetterBy.EARLIER
    session: tuple[Kind, date] | None = None
    told: Told | None = None
    proved: str = ""
    language: str = ""
    key: str
    by: str


@transaction.atomic
def join(request: JoinRequest, *, now: datetime) -> WaitlistEntry:
    """Put them on the list and tell them so by mail. Raises what `_limit` does.

    What nobody has confirmed yet is written about once more, with no other answer than the first.
    The diary's lock is not taken: nobody who books waits for it.
    """
    if first := WaitlistEntry.objects.filter(key=request.key).first():
        return first
    if again := _written_to_again(request, now):
        return again
    client = _whose(request, now)
    _limit(client, request, now)
    kind, ideal = request.session or ("", None)
    entry = WaitlistEntry.objects.create(
        client=client,
        treatment=request.treatment,
        appointment=request.appointment,
        better_by=request.better_by,
        session_kind=kind,
        session_ideal=ideal,
        joined_at=now,
        key=request.key,
        by=request.by,
        **request.wanted.columns,
    )
    if request.by == Role.RUNNER:
        preferences.choose(client, MailGroup.NEWS, wanted=True, how=HOW, now=now)
    write_about_entry(MailKind.WAIT_JOINED, entry, now=now)
    look_for(entry, now=now)
    return entry


@transaction.atomic
def change(entry: WaitlistEntry, wanted: WaitTerms, *, now: datetime) -> WaitlistEntry:
    """Wait for something else without losing the place. Raises NotWaiting."""
    entry = _locked(entry)
    if all(getattr(entry, name) == value for name, value in wanted.columns.items()):
        return entry
    for name, value in wanted.columns.items():
        setattr(entry, name, value)
    entry.save(update_fields=list(wanted.columns))
    look_for(entry, now=now)
    return entry


@changes_the_diary
def leave(_clinic: Clinic, entry: WaitlistEntry, *, now: datetime) -> WaitlistEntry:
    """What is offered to them is free for the next at once. Leaving again changes nothing."""
    entry = WaitlistEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
    if not entry.is_waiting:
        return entry
    entry.end(EntryState.LEFT, now=now)
    withdraw_open(entry, now=now)
    write_about_entry(MailKind.WAIT_LEFT, entry, now=now)
    return entry


def look_for(entry: WaitlistEntry, *, now: datetime) -> None:
    """What is free already may be it."""
    clinic = Clinic.objects.the()
    FreedTime.objects.create(
        starts_at=clinic.begin_of(entry.first_day),
        ends_at=clinic.begin_of(entry.last_day + timedelta(days=1)),
        cause=FreedBy.LOOK,
        freed_at=now,
        due_at=now,
    )
    transaction.on_commit(partial(ring, TASK), robust=True)


def _written_to_again(request: JoinRequest, now: datetime) -> WaitlistEntry | None:
    """The very same from the form again, of somebody unknown: its mail may have been lost."""
    client = request.client
    if isinstance(client, NewClient) or request.by != Role.RUNNER or request.proved:
        return None
    if not client.is_provisional:
        return None
    there = WaitlistEntry.objects.waiting().filter(
        client__in=_of_mailbox(client), client__proved_at=None
    )
    if (same := _that_waits(client, request, there)) is None:
        return None
    written = Mail.objects.filter(
        client=same.client_id, kind=MailKind.WAIT_JOINED, about__entry=same.pk
    )
    today = written.filter(created_at__gt=now - TOLD_FOR).count()
    if today >= MAILS_A_DAY or _has_its_mails(client, now):
        raise TooManyUnproved
    if not written.filter(state__in=UNFINISHED).exists():
        write_about_entry(MailKind.WAIT_JOINED, same, times=written.count(), now=now)
    return same


def _refuse_where_nothing_is_better(request: JoinRequest, now: datetime) -> None:
    """What the plan says of its day may have changed since the page was shown."""
    visit = request.appointment
    if visit is None or request.better_by != BetterBy.TRAINING:
        return
    if better_for(visit, Clinic.objects.the(), now=now) is None:
        raise NothingIsBetter


def _whose(request: JoinRequest, now: datetime) -> Client:
    if isinstance(request.client, NewClient):
        client = take_down(**request.client.facts, by=request.by, now=now)
    else:
        client = write_down(request.client)
    if request.language and not client.language:
        client.language = request.language
        client.save(update_fields=["language"])
    if request.told:
        brought.bring(client, request.told, now=now)
    if request.proved and client.is_provisional:
        client = prove(client, mailed_to=request.proved, by=request.by, now=now)
    return Client.objects.select_for_update(no_key=True).get(pk=client.pk)


def _limit(client: Client, request: JoinRequest, now: datetime) -> None:
    """Raises TooManyWishes, AlreadyWaiting or NothingIsBetter."""
    _refuse_where_nothing_is_better(request, now)
    there = _of_mailbox(client)
    theirs = WaitlistEntry.objects.waiting().filter(client__in=there)
    unknown_to_strangers = theirs.filter(client__proved_at=None)
    if _that_waits(client, request, unknown_to_strangers if client.is_provisional else theirs):
        raise AlreadyWaiting
    if request.appointment and theirs.filter(appointment=request.appointment).exists():
        raise AlreadyWaiting
    if client.is_provisional:
        _limit_strangers(client, theirs.of_strangers(), now)
    elif theirs.exclude(pk__in=theirs.of_strangers()).count() >= MOST_WISHES:
        raise TooManyWishes


def _limit_strangers(client: Client, there: WaitlistEntryQuerySet, now: datetime) -> None:
    """Nobody learns whether an address is known, or shuts somebody out by typing theirs: the
    newest stand, of those that nobody has confirmed.
    """
    if _has_its_mails(client, now):
        raise TooManyUnproved
    for oldest in there.order_by("-joined_at", "-pk")[MOST_UNPROVED - 1 :]:
        oldest.end(EntryState.LEFT, now=now)


def _that_waits(
    client: Client, request: JoinRequest, theirs: QuerySet[WaitlistEntry]
) -> WaitlistEntry | None:
    """The form sent again from another page. What somebody known waits for, no stranger learns;
    it becomes one wish when they turn out to be the same (`merge_steps.waiting_list`).
    """
    wanted = {
        **request.wanted.columns,
        "treatment_id": request.treatment.pk,
        "appointment_id": request.appointment and request.appointment.pk,
        "therapist_id": request.wanted.therapist and request.wanted.therapist.pk,
    }
    alike = WaitlistEntry.objects.like(**wanted).filter(pk__in=theirs).select_related("client")
    return next((one for one in alike if same_name(one.client.name, client.name)), None)


def _has_its_mails(client: Client, now: datetime) -> bool:
    """The one that asks them to confirm could not go out."""
    return mails_of_the_day(mailbox_of_client(client), now) >= MAILS_A_DAY


def _of_mailbox(client: Client) -> list[int]:
    """All who read it, whom nobody else puts on the list until this transaction ends."""
    mailbox = mailbox_of_client(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [MAILBOXES, mailbox])
    if not client.email:
        return [client.pk]
    there = Client.objects.living().of_mailbox(client.email)
    return list(there.values_list("pk", flat=True))


def _locked(entry: WaitlistEntry) -> WaitlistEntry:
    found = WaitlistEntry.objects.waiting().select_for_update(no_key=True, of=("self",))
    if (locked := found.filter(pk=entry.pk).first()) is None:
        raise NotWaiting
    return locked
