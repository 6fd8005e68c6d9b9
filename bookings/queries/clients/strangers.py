"""What has been booked, and mailed, under addresses that nobody has proved."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from django.db.models import Q, QuerySet

from bookings import dates
from bookings.core.clients.addresses import mailbox_of
from bookings.core.clients.search_text import same_name
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic, Mail, MailKind, MailState, WaitlistEntry
from bookings.models.mail.kinds import UNFINISHED
from bookings.queries.statements import planned_rows

NOBODY_CONFIRMED = "nobody confirmed it"  # as events name who gave it back
SAID_NOT_THEIRS = "who reads the address knows nobody there"
ADDRESS_MISTYPED = "to correct the address"
MAILS_A_DAY = 3  # to a mailbox that nobody has answered from
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATELY = timedelta(days=4)  # a day, and longer than anything waits
ONE_CLUB = 10  # runners who book after training, on one Wi-Fi
NETWORKS_TO_FILL_IT = 3
ONE_HOUSEHOLD_HAS = 3  # bookings that wait; more from one network are shown to the desk

# What limits a stranger's booking, in one round trip: it is asked under the diary's lock. As the
# functions of the same names below, which say what each of them is. Who waits is laid out first:
# by what an address begins with the planner would look for each of them among all clients. What is
# ahead is asked of each client whose address begins so, not of all that is ahead (OFFSET); that it
# begins so is said as a range too, since planned for any beginning no index knows ^@.
COUNTS = """
      WITH strangers AS MATERIALIZED (
    SELECT visit.status, visit.booked_at, visit.held_from, client.id, client.email,
           client.proved_at IS NULL AS unproved
      FROM bookings_appointment visit
      JOIN bookings_client client ON client.id = visit.client_id
     WHERE visit.prove_by IS NOT NULL
       AND (visit.status = 'booked' OR visit.booked_at > %(lately)s)),
           joined AS MATERIALIZED (
    SELECT client.id, client.email
      FROM bookings_waitlistentry entry
      JOIN bookings_client client ON client.id = entry.client_id
     WHERE entry.by = 'runner' AND entry.joined_at > %(lately)s AND client.proved_at IS NULL),
           written_to AS (
    SELECT id, email FROM strangers
     WHERE unproved AND booked_at > %(lately)s AND upper(email) ^@ upper(%(alike)s::text)
     UNION
    SELECT id, email FROM joined WHERE upper(email) ^@ upper(%(alike)s::text))
    SELECT array(SELECT email
                   FROM strangers
                  WHERE status = 'booked' AND unproved AND upper(email) ^@ upper(%(alike)s::text))
               AS waiting_in,
           array(SELECT written_to.email
                   FROM written_to
                   JOIN bookings_mail mail ON mail.client_id = written_to.id
                  WHERE mail.data_at > %(yesterday)s
                     OR (mail.state = ANY(%(unfinished)s) AND mail.kind <> 'reminder'))
               AS mails_of_the_day,
           array(SELECT client.email
                   FROM bookings_client client
                  CROSS JOIN LATERAL (
                        SELECT prove_by FROM bookings_appointment
                         WHERE client_id = client.id
                           AND status = 'booked' AND starts_at >= %(now)s
                        OFFSET 0) visit
                  WHERE %(asks_what_is_ahead)s::boolean
                    AND NOT (visit.prove_by IS NOT NULL AND client.proved_at IS NULL)
                    AND upper(client.email) ~>=~ upper(%(alike)s::text)
                    AND upper(client.email) ~<~ (upper(%(alike)s::text) || chr(1114111))
                    AND upper(client.email) ^@ upper(%(alike)s::text)) AS ahead_of,
           count(*) FILTER (WHERE unproved) AS booked_within_the_hour,
           count(*) FILTER (WHERE unproved AND held_from ^@ %(around)s::text)
               AS booked_from_one_network,
           count(*) FILTER (WHERE held_from ^@ %(around)s::text) AS newcomers_from_one_network
      FROM strangers
     WHERE booked_at > %(an_hour_ago)s
"""


class Counts(NamedTuple):
    waiting_in: int
    mails_of_the_day: int
    ahead_of: int
    booked_within_the_hour: int
    booked_from_one_network: int
    newcomers_from_one_network: int


@dataclass(frozen=True)
class FromOneAddress:
    """Bookings that wait for their addresses to be proved, all made from one network address."""

    visits: Sequence[Appointment]

    @property
    def first(self) -> datetime | None:
        return min(visit.booked_at for visit in self.visits if visit.booked_at)

    @property
    def last(self) -> datetime | None:
        return max(visit.booked_at for visit in self.visits if visit.booked_at)


def asked_until(visit: Appointment) -> datetime | None:
    """Until when it waits to be confirmed; None when nobody asks for that (any more)."""
    waits = visit.status == Status.BOOKED and visit.client and visit.client.is_provisional
    return visit.prove_by if waits else None


def asked_until_in_words(visit: Appointment, clinic: Clinic, *, now: datetime) -> str:
    """15:30; "" when nobody asks for it."""
    until = asked_until(visit)
    return dates.until(until, now, clinic.tz) if until else ""


def was_given_back(visit: Appointment) -> bool:
    """Because nobody had confirmed it in time."""
    return _was_let_go(visit, NOBODY_CONFIRMED)


def address_was_mistyped(visit: Appointment) -> bool:
    """Whether it was booked anew, under another address."""
    return _was_let_go(visit, ADDRESS_MISTYPED)


def _was_let_go(visit: Appointment, by: str) -> bool:
    if visit.status != Status.CANCELLED or visit.prove_by is None:
        return False
    return visit.events.filter(kind=Status.CANCELLED, by=by).exists()


def booked_anew_for(visit: Appointment) -> Appointment | None:
    """What the same browser has in its place since its address was corrected."""
    same = Appointment.objects.visits().filter(visitor=visit.visitor, starts_at=visit.starts_at)
    return same.filter(booked_at__gte=visit.booked_at).exclude(pk=visit.pk).order_by("pk").last()


def corrects_another(visit: Appointment) -> bool:
    """Whether it stands itself in the place of what that browser had with another address."""
    same = Appointment.objects.visits().filter(visitor=visit.visitor, starts_at=visit.starts_at)
    before = same.filter(booked_at__lte=visit.booked_at, pk__lt=visit.pk, status=Status.CANCELLED)
    return before.filter(events__by=ADDRESS_MISTYPED).exists()


def would_join(client: Client) -> Client | None:
    """Who they turn out to be once the mailbox answers: known there already, by the same name."""
    known = Client.objects.at(client.email).exclude(proved_at=None).exclude(pk=client.pk)
    there = known.order_by("proved_at", "pk")
    return next((one for one in there if same_name(one.name, client.name)), None)


def counts(clinic: Clinic, mailbox: str, held_from: str, now: datetime) -> Counts:
    """All that limits what a stranger may book, as each function below has it."""
    around = _around(held_from)
    [(waiting, mails, ahead, *of_the_hour)] = planned_rows(
        COUNTS,
        alike=_before_the_at(mailbox),
        around=around,
        asks_what_is_ahead=clinic.most_ahead > 0,
        now=now,
        an_hour_ago=now - HOUR,
        yesterday=now - DAY,
        lately=now - LATELY,
        unfinished=list(UNFINISHED),
    )
    within, booked, newcomers = of_the_hour

    def there(emails: list[str]) -> int:
        return sum(mailbox_of(one) == mailbox for one in emails)

    return Counts(
        waiting_in=there(waiting),
        mails_of_the_day=there(mails),
        ahead_of=there(ahead),
        booked_within_the_hour=within,
        booked_from_one_network=booked if around else 0,
        newcomers_from_one_network=newcomers if around else 0,
    )


def waiting_in(mailbox: str) -> int:
    """How many starts of that mailbox wait."""
    return _of_mailbox(Appointment.objects.awaiting_proof(), mailbox)


def ahead_of(address: str, now: datetime) -> int:
    """How many visits to come that mailbox has for certain, whoever of it they are for."""
    return _of_mailbox(_certain(now), address)


def not_answered_for(address: str, now: datetime) -> int:
    """How many of them nobody has answered a mail about yet."""
    return _of_mailbox(_certain(now).filter(client__proved_at=None), address)


def _certain(now: datetime) -> QuerySet[Appointment]:
    """But for what still waits, which anybody may have typed the address into."""
    return Appointment.objects.upcoming(now).exclude(prove_by__isnull=False, client__proved_at=None)


def _of_mailbox(visits: QuerySet[Appointment], address: str) -> int:
    mailbox = mailbox_of(address)
    alike = visits.filter(client__email__istartswith=_before_the_at(mailbox))
    return sum(mailbox_of(one) == mailbox for one in alike.values_list("client__email", flat=True))


def booked_within_the_hour(now: datetime) -> int:
    """By strangers, whatever became of it, in the whole clinic."""
    return _within_the_hour(now).count()


def booked_from_one_network(held_from: str, now: datetime) -> int:
    """The same from one neighbourhood of addresses: `visitor.held_from` begins with it."""
    return _from_one_network(_within_the_hour(now), held_from)


def newcomers_from_one_network(held_from: str, now: datetime) -> int:
    """First bookings of the hour from there, confirmed since or not."""
    first = Appointment.objects.filter(prove_by__isnull=False, booked_at__gt=now - HOUR)
    return _from_one_network(first, held_from)


def _from_one_network(visits: QuerySet[Appointment], held_from: str) -> int:
    around = _around(held_from)
    return visits.filter(held_from__startswith=around).count() if around else 0


def _around(held_from: str) -> str:
    return held_from[: len(held_from) // 2]


def _before_the_at(mailbox: str) -> str:
    return mailbox.rpartition("@")[0]


def share_of_a_network(clinic: Clinic) -> int:
    """So many of the clinic's brake one network may fill; a club on its Wi-Fi has room."""
    return max(ONE_CLUB, ceil(clinic.unproved_per_hour / NETWORKS_TO_FILL_IT))


def _within_the_hour(now: datetime) -> QuerySet[Appointment]:
    return Appointment.objects.of_strangers().filter(booked_at__gt=now - HOUR)


def is_full(clinic: Clinic, now: datetime) -> bool:
    """Whether strangers may book no more for the moment."""
    most = clinic.unproved_per_hour
    return bool(most) and booked_within_the_hour(now) >= most


def from_one_address(now: datetime) -> list[FromOneAddress]:
    """What looks like more than a household, the most first; one query."""
    there = Appointment.objects.awaiting_proof().filter(starts_at__gt=now).exclude(held_from="")
    groups = defaultdict(list)
    for visit in there.with_everything().order_by("booked_at", "pk"):
        groups[visit.held_from].append(visit)
    many = [FromOneAddress(visits) for visits in groups.values() if len(visits) > ONE_HOUSEHOLD_HAS]
    return sorted(many, key=lambda group: -len(group.visits))


def said_to_be_nobodys(now: datetime) -> QuerySet[Appointment]:
    """To come, on records whose address is read by somebody who knows nobody of the name."""
    theirs = Appointment.objects.visits().filter(client__disowned=True, client__email="")
    return theirs.filter(starts_at__gt=now).with_everything().order_by("starts_at", "pk")


def mails_of_the_day(mailbox: str, now: datetime) -> int:
    """How many have gone there within 24 hours, or are about to."""
    about_to = Q(state__in=UNFINISHED) & ~Q(kind=MailKind.REMINDER)
    return _to(mailbox, now).filter(Q(data_at__gt=now - DAY) | about_to).count()


def gets_what_is_owed(client: Client, now: datetime) -> bool:
    """Whether what has just been written down for them goes out; as `has_had_enough` will find."""
    if not client.email:
        return False
    if not client.is_provisional or not _is_a_stranger(client):
        return True
    return mails_of_the_day(mailbox_of(client.email), now) <= MAILS_A_DAY


def has_had_enough(mail: Mail) -> bool:
    """Asked when a mail has been claimed: whether its stranger has had as many as go in a day.

    New links are the desk's doing, and without them no link works any more.
    """
    if mail.kind == MailKind.NEW_LINKS or not mail.client.is_provisional:
        return False
    if not _is_a_stranger(mail.client):
        return False
    there = _to(mailbox_of(mail.client.email), mail.claimed_at).exclude(pk=mail.pk)
    gone = Q(data_at__gt=mail.claimed_at - DAY) | Q(state=MailState.SENDING, pk__lt=mail.pk)
    return there.filter(gone).count() >= MAILS_A_DAY


def _to(mailbox: str, now: datetime) -> QuerySet[Mail]:
    """The mails to strangers at that mailbox who have booked or joined the waiting list lately;
    who has not is not written."""
    booked = Appointment.objects.of_strangers().filter(booked_at__gt=now - LATELY)
    joined = WaitlistEntry.objects.of_strangers().filter(joined_at__gt=now - LATELY)
    clients = {
        pair
        for there in (booked, joined)
        for pair in there.values_list("client", "client__email").distinct()
    }
    at_it = [pk for pk, address in clients if mailbox_of(address) == mailbox]
    return Mail.objects.filter(client__in=at_it)


def _is_a_stranger(client: Client) -> bool:
    theirs = (Appointment.objects.of_strangers(), WaitlistEntry.objects.of_strangers())
    return any(there.filter(client=client).exists() for there in theirs)
