"""Forgetting a client: all but what must be kept, at once; the address when it has been told."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, ProtectedError, Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_noop as _

from bookings.actions.clients import identity
from bookings.actions.diary_lock import changes_the_diary
from bookings.actions.logins import digest_of
from bookings.actions.mail import outbox
from bookings.actions.mail.outbox import Notify
from bookings.actions.refusals import Refused
from bookings.actions.scheduling import cancellation
from bookings.core.clients.addresses import compared
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Appointment,
    Change,
    Client,
    Clinic,
    ErasureRequest,
    ErasureState,
    Mail,
    MailKind,
    SignInEvent,
    SignInMail,
    User,
)
from bookings.models.records.history import MAY_FORGET
from clinic.records import erased_list
from clinic.records.registry.record import Fate, Remembered
from clinic.records.registry.rows import BY_MODEL, CLIENTS, RECORDS
from clinic.records.registry.third_party import THIRD_PARTY
from therapists.actions import kept_records

TYPED = tuple(BY_MODEL[Appointment].blank)
TAKE_OUT = """
    UPDATE bookings_change
    SET before = before - %(typed)s::text[], after = after - %(typed)s::text[]
    WHERE client_id = %(client)s AND (before ?| %(typed)s::text[] OR after ?| %(typed)s::text[])
"""
LONGEST_WAIT = timedelta(days=3)  # for the last mail; then the address goes all the same


@dataclass(frozen=True)
class ErasureLine:
    """What becomes of one kind of row, how many there are, and why."""

    name: str
    count: int
    fate: Fate
    why: str


@dataclass(frozen=True)
class ErasurePreview:
    lines: list[ErasureLine]
    coming: list[Appointment]
    others: list[Client]
    kept_until: date | None

    def of(self, fate: Fate) -> list[ErasureLine]:
        return [line for line in self.lines if line.fate is fate]

    @property
    def goes(self) -> list[ErasureLine]:
        return self.of(Fate.GOES)

    @property
    def nameless(self) -> list[ErasureLine]:
        return self.of(Fate.NAMELESS)

    @property
    def stays(self) -> list[ErasureLine]:
        return self.of(Fate.KEPT) + self.of(Fate.STAYS)


def preview(client: Client, clinic: Clinic, *, now: datetime) -> ErasurePreview:
    """What would go, what would stay and why."""
    until = kept_until(client, clinic, now=now)
    lines = []
    for record in RECORDS:
        if count := record.of(client).count():
            over = record.on_erase is Fate.KEPT and until is None
            fate = Fate.GOES if over else record.on_erase
            lines.append(ErasureLine(record.name, count, fate, str(record.why)))
    coming = client.appointments.upcoming(now).with_everything()
    return ErasurePreview(lines, list(coming), list(others_of(client)), until)


def others_of(client: Client) -> QuerySet[Client]:
    """Whose mail goes to the same address: each is a record, and erased on a wish, of its own."""
    if not client.email:
        return Client.objects.none()
    return Client.objects.at(client.email).exclude(pk=client.pk).order_by("created_at", "pk")


def kept_until(client: Client, clinic: Clinic, *, now: datetime) -> date | None:
    """Until when the clinical records stay; None when there are none, or their time is over."""
    if not kept_records.has_records(client):
        return None
    last = clinic.day_of(_last_visit(client, now))
    until = years_after(last, clinic.keep_records_years)
    return until if until > clinic.day_of(now) else None


def years_after(day: date, years: int) -> date:
    """The same day of a later year; of a leap day, the first of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _last_visit(client: Client, now: datetime) -> datetime:
    """Or the last that they told of their health; what is only booked is no visit yet."""
    came = client.appointments.exclude(status__in=[Status.CANCELLED, Status.NO_SHOW])
    came = came.filter(ends_at__lte=now)
    last = came.aggregate(last=Max("ends_at"))["last"]
    told = client.health_checks.aggregate(last=Max("given_at"))["last"]
    return max(filter(None, [last, told, client.created_at]))


class AnsweredMeanwhile(Refused):
    sentence = gettext_lazy("Somebody has answered this wish meanwhile.")


class CannotErase(Refused):
    sentence = gettext_lazy(
        "You have changed this client’s address, login or record yourself, or your own login is "
        "new or was changed since, and nobody has confirmed that the address is theirs. Somebody "
        "else must make sure that it is the client who asks, and erase."
    )


def is_in_doubt(client: Client) -> bool:
    """Their address was changed, or records were joined, and nobody has said since who it is."""
    since = client.unconfirmed_since  # as the desk wrote them down it is a moment before the row is
    return since is not None and since > client.created_at


@changes_the_diary
def erase(
    clinic: Clinic,
    client: Client,
    *,
    request: ErasureRequest | None = None,
    doer: User | None = None,
    tell: bool,
    by: str,
    now: datetime,
) -> list[str]:
    """Carry it out; a client who is erased already is left as they are.

    `tell`: by a last mail, after which `finish` takes the address too. Returns what was done.
    Raises AnsweredMeanwhile when the request no longer waits, CannotErase when it is in doubt who
    asks and the login (`doer`) may be behind that.
    """
    if request is not None and not _still_waits(request):
        raise AnsweredMeanwhile
    living = Client.objects.select_for_update().filter(pk=client.pk, erased_at=None)
    if (erased := living.first()) is None:
        return []
    if doer is not None:
        _refuse_who_may_be_behind_it(erased, doer)
    seen = preview(erased, clinic, now=now)
    _forget_all_but_the_kept(erased, seen, by=by, now=now)
    outcome = _in_words(seen)
    if request is not None:
        _answer(request, ErasureState.DONE, outcome=outcome, by=by, now=now)
    _end(erased, seen, tell=tell, now=now)
    return outcome


def _end(client: Client, seen: ErasurePreview, *, tell: bool, now: datetime) -> None:
    """Whoever is told by mail keeps the address until that has gone out."""
    transaction.on_commit(lambda: erased_list.note(client, at=now), robust=True)
    if tell and client.email:
        _owe_the_last_mail(client, seen, now)
        _forget_history(client)
    else:
        _finish(client)


def _still_waits(request: ErasureRequest) -> bool:
    waiting = ErasureRequest.objects.filter(pk=request.pk, state=ErasureState.ASKED)
    return waiting.select_for_update().exists()


def _refuse_who_may_be_behind_it(client: Client, doer: User) -> None:
    """But where one person is the whole clinic, nobody else could do what the law asks."""
    others = User.objects.staff().filter(is_active=True).exclude(pk=doer.pk)
    if is_in_doubt(client) and others.exists():
        try:
            identity.refuse_who_cannot_vouch(client, doer)
        except identity.CannotConfirm:
            raise CannotErase from None


def _forget_all_but_the_kept(
    client: Client, seen: ErasurePreview, *, by: str, now: datetime
) -> None:
    for visit in seen.coming:
        cancellation.cancel(visit, notify=Notify.NONE, by=by, now=now)
    if seen.kept_until:
        kept_records.keep(client, now=now)
    else:
        forget_kept(client)
    client.imported_rows.update(erased_at=now)
    logins, addresses = _now_and_before(client, "user_id"), _now_and_before(client, "email")
    _erase_rows(client)
    _forget_signing_in(addresses)
    for login in logins:
        _forget_login(login)
    Client.objects.filter(same_address_as=client).update(same_address_as=None)
    Client.objects.filter(pk=client.pk).update(erased_at=now)


def finish_all(*, now: datetime) -> int:
    """Take the address of everybody who has been told, or cannot be. Returns how many."""
    erased = Client.objects.exclude(erased_at=None).exclude(email="")
    last_mail = Mail.objects.unfinished().filter(client=OuterRef("pk"))
    done = list(erased.exclude(Exists(last_mail), erased_at__gt=now - LONGEST_WAIT))
    for client in done:
        with transaction.atomic():
            _finish(client)
    return len(done)


def _finish(client: Client) -> None:
    client.mails.all().delete()
    Client.objects.filter(pk=client.pk).update(email="", language="")
    _forget_history(client)
    drop_if_empty(client)


def drop_if_empty(client: Client) -> None:
    """A row on which nothing hangs any more is nobody's."""
    try:
        with transaction.atomic():
            ErasureRequest.objects.filter(client=client).update(client=None)
            Client.objects.get(pk=client.pk).delete()
    except ProtectedError:
        return
    _forget_history(client)


def forget_kept(client: Client) -> None:
    """Erase what was locked away, for good; in the caller's transaction."""
    _allow_forgetting()
    for record in reversed(RECORDS):
        if record.on_erase is Fate.KEPT:
            record.of(client).delete()


def _erase_rows(client: Client) -> None:
    _allow_forgetting()
    _forget_the_admins_log(client)
    for record in RECORDS:
        if record.blank:
            record.of(client).update(**record.blank)
        elif record.on_erase is Fate.GOES and record.model is not Change:
            record.of(client).delete()


def _forget_the_admins_log(client: Client) -> None:
    """What Django's admin wrote of their rows, while they can still be found."""
    for record in CLIENTS:
        if record.model is not Change:
            rows = record.of(client).annotate(logged_as=Cast("pk", TextField()))
            about = ContentType.objects.get_for_model(record.model)
            entries = LogEntry.objects.filter(content_type=about)
            entries.filter(object_id__in=rows.values("logged_as")).delete()


def _forget_signing_in(addresses: set[str]) -> None:
    """What waits to be sent about a login, or to an address of before; tries without a login."""
    waiting = SignInMail.objects.alias(folded=Lower("address"))
    waiting.filter(folded__in={compared(one) for one in addresses}).delete()
    of_nobody = SignInEvent.objects.filter(client=None)  # another client's stay theirs
    of_nobody.filter(login__in=map(digest_of, addresses)).delete()


def _now_and_before(client: Client, column: str) -> set[Any]:
    """What stands in the record, and what has stood there as far as the history remembers."""
    of_it = Change.objects.filter(client=client, table=Client._meta.db_table)
    told = of_it.values_list(f"before__{column}", f"after__{column}")
    return {getattr(client, column), *chain.from_iterable(told)} - {None, ""}


def _forget_login(user: int) -> None:
    """What the history says of a login that has gone; somebody on the staff keeps theirs."""
    if User.objects.filter(pk=user).exists():
        return
    _allow_forgetting()
    Change.objects.filter(table=User._meta.db_table, row=user).delete()
    remembered = [one.table for one in THIRD_PARTY if isinstance(one.history, Remembered)]
    ways_in = Change.objects.filter(table__in=remembered)
    ways_in.filter(Q(after__user_id=user) | Q(before__user_id=user)).delete()
    Change.objects.filter(user=user).update(user=None)


def _allow_forgetting() -> None:
    with connection.cursor() as cursor:
        cursor.execute(MAY_FORGET)


def _forget_history(client: Client) -> None:
    """What says who they are; an appointment's changes only say when and with whom.

    Without what a person has typed.
    """
    _allow_forgetting()
    BY_MODEL[Change].of(client).delete()
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OUT, {"typed": list(TYPED), "client": client.pk})


def _owe_the_last_mail(client: Client, seen: ErasurePreview, now: datetime) -> None:
    until = seen.kept_until
    kept = [_("Clinical records, with your name")] if until else []
    outbox.owe_about_their_data(
        MailKind.ERASED,
        client,
        key="0",
        about={
            "kept": kept,
            "kept_until": until.isoformat() if until else None,
            "cancelled": len(seen.coming),
            "others": len(seen.others),
        },
        good_for=LONGEST_WAIT,
        now=now,
    )


def _in_words(seen: ErasurePreview) -> list[str]:
    words = [f"{line.name}: {line.count}, {line.fate}" for line in seen.lines]
    if seen.coming:
        words.append(
            gettext("Coming appointments cancelled: {count}").format(count=len(seen.coming))
        )
    if seen.kept_until:
        until = seen.kept_until.isoformat()
        words.append(gettext("Clinical records are erased after {day}").format(day=until))
    return words


def ask(client: Client, *, how: str, now: datetime) -> ErasureRequest:
    """Note the wish; asking twice is one wish."""
    defaults = {"asked_at": now, "how": how}
    return ErasureRequest.objects.get_or_create(
        client=client, state=ErasureState.ASKED, defaults=defaults
    )[0]


def withdraw(client: Client, *, now: datetime) -> None:
    for request in client.erasure_requests.filter(state=ErasureState.ASKED):
        _answer(request, ErasureState.WITHDRAWN, by="runner", now=now)


def decline(request: ErasureRequest, why: str, *, by: str, now: datetime) -> None:
    """Raises AnsweredMeanwhile."""
    if not _answer(request, ErasureState.DECLINED, answer=why, by=by, now=now):
        raise AnsweredMeanwhile


def _answer(
    request: ErasureRequest, state: ErasureState, *, by: str, now: datetime, **fields: Any
) -> bool:
    """Only what still waits. Whether it did: the second of two answers changes nothing."""
    waiting = ErasureRequest.objects.filter(pk=request.pk, state=ErasureState.ASKED)
    return bool(waiting.update(state=state, answered_by=by, answered_at=now, **fields))
