"""Bookings under an address that nobody has proved: few, short, and given back in time."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from bookings.actions.clients.identity import perhaps_theirs
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.mail import outbox
from bookings.actions.optimistic_lock import refuse_if_changed
from bookings.actions.refusals import (
    MailedEnough,
    NetworkPaused,
    NewcomersPaused,
    Stale,
    TooManyAhead,
    TooManyUnproved,
)
from bookings.actions.scheduling import cancellation, holds
from bookings.actions.scheduling.holds import Holder, HoldRequest
from bookings.core.clients.addresses import mailbox_of
from bookings.core.scheduling.codes import Rules
from bookings.core.scheduling.proving import (
    LEAST_TIME,
    MOST_OF_A_FAMILY,
    MOST_WAITING,
    MOST_WAITING_OF_A_PLAN,
)
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    BroughtPlan,
    Client,
    Clinic,
    Mail,
    MailKind,
    MailServer,
    MailState,
    User,
)
from bookings.models.mail.kinds import UNFINISHED
from bookings.queries.clients import strangers
from bookings.queries.scheduling.slots import Slot

MORE_IF_CONFIRMED = 2  # times a network's share: whose mail is read may be real, or self-made
REASON, KEPT = "not_confirmed", "vouched"
AT_ONCE, BATCHES = 20, 10  # visits under one lock, and how often in one run
TELLS_OF_IT = (MailKind.CONFIRMED, MailKind.PLAN_BOOKED, MailKind.MOVED)
WENT_OUT = (MailState.SENT, MailState.AMBIGUOUS)


def deadline(clinic: Clinic, starts: Iterable[datetime], *, told_at: datetime) -> datetime:
    """One for all that are booked together: that of the first to need it."""
    return min(clinic.prove_until(start, told_at=told_at) for start in starts)


def limit(
    clinic: Clinic,
    visits: Sequence[Appointment],
    *,
    corrects: Appointment | None = None,
    now: datetime,
) -> None:
    """Ask, under the lock, whether what a stranger has just been given may stay.

    Whoever corrects an address for the first time takes no more than they had. In the same words
    whether anybody is known at the address or not. Raises TooManyUnproved or
    NewcomersPaused, NetworkPaused among them.
    """
    mailbox = mailbox_of(visits[0].whose.email)
    most = MOST_WAITING_OF_A_PLAN if len(visits) > 1 else MOST_WAITING
    there = strangers.counts(clinic, mailbox, visits[0].held_from, now)
    if there.waiting_in > most:
        raise TooManyUnproved
    if there.mails_of_the_day > strangers.MAILS_A_DAY:
        raise TooManyUnproved  # the mail that asks them to confirm could not go out
    if 0 < clinic.most_ahead < there.ahead_of + there.waiting_in:
        raise TooManyUnproved
    if corrects and not strangers.corrects_another(corrects):
        return
    if 0 < clinic.unproved_per_hour < there.booked_within_the_hour:
        raise NewcomersPaused
    _limit_a_network(clinic, there)


def _limit_a_network(clinic: Clinic, there: strangers.Counts) -> None:
    """No network closes the others out, nor by mailboxes that it has made. Raises NetworkPaused."""
    if clinic.unproved_per_hour == 0:
        return
    share = strangers.share_of_a_network(clinic)
    if share < there.booked_from_one_network:
        raise NetworkPaused
    if share * MORE_IF_CONFIRMED < there.newcomers_from_one_network:
        raise NetworkPaused


def limit_a_family(client: Client, *, now: datetime) -> None:
    """Who has proved the mailbox books there for others too, so many. Raises TooManyUnproved."""
    if strangers.not_answered_for(client.email, now) > MOST_OF_A_FAMILY:
        raise TooManyUnproved


def limit_what_is_ahead(clinic: Clinic, client: Client, *, now: datetime) -> None:
    """Who is known here: nobody books out the diary. Raises TooManyAhead."""
    if 0 < clinic.most_ahead < strangers.ahead_of(client.email, now):
        raise TooManyAhead


def release_due(*, now: datetime) -> int:
    """Give back what nobody has confirmed in time; the rest is for the next minute.

    Returns how many starts are free again.
    """
    released = 0
    for _batch in range(BATCHES):
        seen, gone = _release_some(now=now)
        released += gone
        if seen < AT_ONCE:
            break
    return released


@changes_the_diary
def keep(
    clinic: Clinic, appointment: Appointment, *, seen: int | None = None, by: str, now: datetime
) -> None:
    """The desk knows whose it is: it stays, proved or not. Raises Stale."""
    appointment = Appointment.objects.get(pk=appointment.pk)
    refuse_if_changed(clinic, appointment, seen)
    if appointment.status != Status.BOOKED:
        raise Stale
    if appointment.prove_by is not None:
        Appointment.objects.filter(pk=appointment.pk).update(prove_by=None)
        appointment.record(KEPT, by=by, now=now)


def cancel_together(pks: Collection[int], *, by: str, now: datetime) -> int:
    """The desk cancels those of them that still wait to be confirmed. Returns how many."""
    waiting = sorted(pks)
    return sum(
        _cancel_some(waiting[start : start + AT_ONCE], by=by, now=now)
        for start in range(0, len(waiting), AT_ONCE)
    )


@changes_the_diary
def ask_again(_clinic: Clinic, visit: Appointment, *, now: datetime) -> None:
    """Send the mail that asks to confirm once more; one that has not gone out yet is enough.

    Raises Stale when it waits no more, MailedEnough when the mailbox has had its mails of the day.
    """
    visit = _still_waiting(visit)
    mails = Mail.objects.about(visit).filter(kind__in=TELLS_OF_IT).order_by("pk")
    if mails.unfinished().exists():
        return
    if strangers.mails_of_the_day(mailbox_of(visit.whose.email), now) >= strangers.MAILS_A_DAY:
        raise MailedEnough
    if (last := mails.last()) is not None:
        outbox.owe_once_more(last, times=mails.count(), now=now)
    least = min(now + LEAST_TIME, visit.starts_at)
    together = Q(together=visit.together) if visit.together else Q(pk=visit.pk)
    Appointment.objects.awaiting_proof().filter(together, prove_by__lt=least).update(prove_by=least)


@changes_the_diary
def hold_again(_clinic: Clinic, visit: Appointment, holder: Holder, *, now: datetime) -> list[Slot]:
    """Let go of what went to a mistyped address, and keep its times for who has booked them.

    Of all that was booked at once and waits. What was mailed there still counts for that mailbox.
    Returns what is held. Raises Stale, or the hold's refusals.
    """
    visits = _waiting_with(_still_waiting(visit))
    for one in visits:
        _become_free(one, strangers.ADDRESS_MISTYPED, "mistyped", now)
        Mail.objects.about_older_revisions(one).supersede()
    _tell_nothing_more(visit.whose)
    slots = [_as_asked_for(one) for one in visits]
    # Nobody who waits is asked first: it has come free for nobody else.
    held = holds.hold(HoldRequest(slots=slots, holder=holder, rules=Rules.LISTED), now=now)
    if held.missed:
        raise held.missed[0].why
    return slots


def keep_no_longer_than(
    before: Appointment, visits: Sequence[Appointment], *, now: datetime
) -> list[Appointment]:
    """Whoever corrects an address again and again keeps no time for ever."""
    for one in visits:
        if one.prove_by and before.prove_by:
            least = min(now + LEAST_TIME, one.starts_at)
            one.prove_by = min(one.prove_by, max(before.prove_by, least))
            one.save(update_fields=["prove_by"])
    return list(visits)


def _tell_nothing_more(client: Client) -> None:
    """Whoever reads the mistyped address learns no race and opens no page, unless something else
    that was booked under it stays."""
    if not client.appointments.filter(status=Status.BOOKED).exists():
        BroughtPlan.objects.filter(client=client).delete()
        client.races.all().delete()
        Client.objects.filter(pk=client.pk).update(links_edition=F("links_edition") + 1)


def _waiting_with(visit: Appointment) -> list[Appointment]:
    if not visit.together:
        return [visit]
    waiting = Appointment.objects.awaiting_proof().with_everything()
    return list(waiting.filter(together=visit.together).order_by("starts_at"))


def _as_asked_for(visit: Appointment) -> Slot:
    therapist = None if visit.any_therapist else visit.therapist
    return Slot(treatment=visit.treatment, start=visit.starts_at, therapist=therapist)


def _still_waiting(visit: Appointment) -> Appointment:
    waiting = Appointment.objects.awaiting_proof().with_everything().filter(pk=visit.pk).first()
    if waiting is None:
        raise Stale
    return waiting


@changes_the_diary
def know_nobody(_clinic: Clinic, user: User, client: Client, *, by: str, now: datetime) -> None:
    """Whoever has signed in reads the address and knows nobody of that name. Raises Stale.

    What only a form has booked is free again; what the desk has made or kept stays, since it knows
    whose it is. The record stays for the desk, without the address that was mistyped or misused.
    """
    if client not in perhaps_theirs(user):
        raise Stale
    coming = client.appointments.upcoming(now).filter(vouched_for=False)
    for visit in coming.exclude(events__kind=KEPT):
        _become_free(visit, strangers.SAID_NOT_THEIRS, "not_theirs", now)
    client.mails.supersede(_("Whoever reads this address knows nobody there."))
    Client.objects.filter(pk=client.pk).update(disowned=True, email="")
    client.record_events.create(kind="said to be nobody", by=by, at=now)


@changes_the_diary
def _cancel_some(_clinic: Clinic, pks: Sequence[int], *, by: str, now: datetime) -> int:
    visits = list(Appointment.objects.filter(pk__in=pks).awaiting_proof())
    for visit in visits:
        cancellation.cancel(visit, reason=REASON, by=by, now=now)
    return len(visits)


@changes_the_diary
def _release_some(clinic: Clinic, *, now: datetime) -> tuple[int, int]:
    """How many were looked at, and how many of them given back."""
    due = Appointment.objects.filter(status=Status.BOOKED, prove_by__lte=now)
    first = list(due.order_by("prove_by", "pk").values_list("pk", "together")[:AT_ONCE])
    together = {key for _, key in first if key}
    with_theirs = due.filter(Q(pk__in=[pk for pk, _ in first]) | Q(together__in=together))
    waiting = set(with_theirs.awaiting_proof().values_list("pk", flat=True))
    released = 0
    for visits in _as_booked(with_theirs.with_everything().order_by("starts_at")):
        if any(visit.pk not in waiting or visit.starts_at <= now for visit in visits):
            _stays(visits)
        elif (until := _until(clinic, visits, now)) > now:
            _update(visits, prove_by=until)
        else:
            _give_back(visits, now)
            released += len(visits)
    return len(first), released


def _as_booked(visits: Iterable[Appointment]) -> list[list[Appointment]]:
    """Those that were booked at once, each on its own otherwise."""
    groups: dict[str, list[Appointment]] = {}
    for visit in visits:
        groups.setdefault(visit.together or visit.public_id, []).append(visit)
    return list(groups.values())


def _until(clinic: Clinic, visits: Sequence[Appointment], now: datetime) -> datetime:
    """Counted from when the mail that asks went out: what nobody could read, nobody could answer.

    What our own side has not tried to send yet counts from now; what the other side does not
    take, or we could not write, from the booking on.
    """
    mails = list(Mail.objects.about(visits[0]).filter(kind__in=TELLS_OF_IT))
    went_out = [mail.data_at for mail in mails if mail.data_at and mail.state in WENT_OUT]
    if went_out:
        told_at = min(went_out)
    elif any(_is_held_up(mail) for mail in mails):
        told_at = now
    else:
        told_at = visits[0].booked_at or now
    return deadline(clinic, [visit.starts_at for visit in visits], told_at=told_at)


def _is_held_up(mail: Mail) -> bool:
    """By us: mail is paused, the sender is away, or our mail server takes nothing."""
    if mail.state not in UNFINISHED:
        return False
    return mail.attempts == 0 or MailServer.objects.in_trouble().exists()


def _stays(visits: Sequence[Appointment]) -> None:
    """Settled for good, whatever becomes of the address later."""
    _update(visits, prove_by=None)


def _update(visits: Sequence[Appointment], **changes: datetime | None) -> None:
    Appointment.objects.filter(pk__in=[visit.pk for visit in visits]).update(**changes)


def _give_back(visits: Sequence[Appointment], now: datetime) -> None:
    for visit in visits:
        _become_free(visit, strangers.NOBODY_CONFIRMED, REASON, now)
    outbox.owe_released(visits, now=now)


def _become_free(visit: Appointment, by: str, reason: str, now: datetime) -> None:
    facts, revision = {"reason": reason}, visit.revision + 1
    visit.become(Status.CANCELLED, by=by, now=now, facts=facts, revision=revision)
