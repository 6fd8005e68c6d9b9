"""Telling the clinic's own people what has happened: found each minute, written down, mailed, and
shown on their devices.

What has happened is read from the diary's own events and rows, so that no action can forget to
tell. Whoever has done it is not told. What is told says times, initials and rooms, as the morning's
mail does, and nothing of health.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import dates
from bookings.actions import watch
from bookings.actions.mail import sign_in_mails
from bookings.core.intervals import day_bounds
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.core.wording import clock
from bookings.models import (
    Absence,
    Appointment,
    AppointmentEvent,
    Change,
    Clinic,
    Therapist,
    Trouble,
    User,
    WatchedPart,
)
from bookings.queries.clients import strangers
from therapists.actions import push_devices
from therapists.core.notice_times import told_at
from therapists.feeds import initials_of
from therapists.models import (
    Answer,
    HealthCheck,
    NoticeKind,
    NoticeWishes,
    StaffNotice,
    TimeOff,
)

LOOKED_BACK = timedelta(hours=2)
OF_USE_FOR = timedelta(hours=12)
BEFORE = timedelta(days=14)
KIND_OF = {
    "booked": NoticeKind.BOOKED,
    "cancelled": NoticeKind.GONE,
    "moved": NoticeKind.GONE,
    "held_here": NoticeKind.HELD_HERE,
}


def tell(*, now: datetime) -> int:
    """Find and write down what has happened, and owe what is due; returns how many are told."""
    clinic = Clinic.objects.the()
    with transaction.atomic():
        StaffNotice.objects.bulk_create(
            _wished(_found(clinic, now), clinic, now), ignore_conflicts=True
        )
    return 0 if clinic.mail_paused_at else _mail_due(clinic, now)


def _found(clinic: Clinic, now: datetime) -> Iterator[StaffNotice]:
    yield from _of_the_diary(clinic, now)
    yield from _moved_away(clinic, now)
    yield from _to_read(now)
    yield from _answered(clinic, now)
    yield from _sick(clinic, now)
    yield from _alarms(clinic, now)


def _notice(
    user: User, kind: NoticeKind, occasion: Any, now: datetime, **fields: Any
) -> StaffNotice:
    key = f"{kind}:{occasion}:{user.pk}"
    return StaffNotice(user=user, kind=kind, key=key, created_at=now, due_at=now, **fields)


def _is_by(done: AppointmentEvent | HealthCheck, user: User) -> bool:
    """Whatever the role in which they have acted."""
    return done.by.rpartition(": ")[2] == str(user.pk)


def _of_the_diary(clinic: Clinic, now: datetime) -> Iterator[StaffNotice]:
    """Of today's visits, to whose diary they were in then; who has lost one: _moved_away."""
    today = day_bounds(clinic.day_of(now), 1, clinic.tz)
    events = AppointmentEvent.objects.filter(
        appointment__starts_at__gte=today.start,
        appointment__starts_at__lt=today.end,
        appointment__client__isnull=False,
        kind__in=KIND_OF,
        at__gte=now - LOOKED_BACK,
    )
    found: list[tuple[AppointmentEvent, int]] = []
    stood: dict[int, tuple[int, datetime]] = {}  # before the moves that have been gone through
    for event in events.select_related("appointment__client").order_by("-pk"):
        visit = event.appointment
        whose, start = stood.get(visit.pk, (visit.therapist_id, visit.starts_at))
        if event.kind == "moved":
            stood[visit.pk] = _was_of(event), datetime.fromisoformat(_from(event)["starts_at"])
        if today.start <= start < today.end:
            found.append((event, whose))
    users = _users_of(whose for _event, whose in found)
    for event, whose in found:
        user = users.get(whose)
        if user and not _is_by(event, user):
            yield _notice(user, KIND_OF[event.kind], event.pk, now, appointment=event.appointment)


def _moved_away(clinic: Clinic, now: datetime) -> Iterator[StaffNotice]:
    """What was somebody's today: on a later day now, or a colleague's."""
    today = day_bounds(clinic.day_of(now), 1, clinic.tz)
    events = AppointmentEvent.objects.filter(
        appointment__in=Appointment.objects.upcoming(today.start),
        kind="moved",
        at__gte=now - LOOKED_BACK,
    )
    moved = list(events.select_related("appointment__client"))
    users = _users_of(map(_was_of, moved))
    for event in moved:
        visit, before, user = (
            event.appointment,
            _from(event)["starts_at"],
            users.get(_was_of(event)),
        )
        was_today = today.start <= datetime.fromisoformat(before) < today.end
        is_anothers = visit.therapist_id != _was_of(event)
        has_gone = is_anothers or visit.starts_at >= today.end
        if was_today and has_gone and user and not _is_by(event, user):
            facts = {"was": before, "is_anothers": is_anothers}
            yield _notice(user, NoticeKind.GONE, event.pk, now, appointment=visit, facts=facts)


def _users_of(therapists: Iterable[int]) -> dict[int, User]:
    """By therapist, those who can sign in."""
    active = Therapist.objects.filter(pk__in=set(therapists), user__is_active=True)
    return {one.pk: one.user for one in active.select_related("user") if one.user}


def _from(event: AppointmentEvent) -> dict[str, Any]:
    """How the visit stood before a move."""
    return event.facts["from"]


def _was_of(event: AppointmentEvent) -> int:
    """Whose diary a visit was in before it was moved."""
    return _from(event).get("therapist_id", event.appointment.therapist_id)


def _to_read(now: datetime) -> Iterator[StaffNotice]:
    """Somebody has told something: to those whose diary they are in soon, and no word of it."""
    lately = HealthCheck.objects.filter(given_at__gte=now - LOOKED_BACK)
    given = lately.defer("content").order_by("given_at", "pk")
    checks: dict[int | None, HealthCheck] = {one.client_id: one for one in given}
    visits = Appointment.objects.upcoming(now).filter(
        client__in=checks, starts_at__lt=now + BEFORE, therapist__user__is_active=True
    )
    seen = set()
    for visit in visits.select_related("therapist__user"):
        user, check = visit.therapist.user, checks[visit.client_id]
        occasion = visit.therapist_id, check.pk
        if occasion not in seen and user and not _is_by(check, user):
            seen.add(occasion)
            yield _notice(user, NoticeKind.TO_READ, check.pk, now, appointment=visit)


def _answered(clinic: Clinic, now: datetime) -> Iterator[StaffNotice]:
    answered = TimeOff.objects.filter(
        answered_at__gte=now - LOOKED_BACK, therapist__user__is_active=True
    )
    for asked in answered.select_related("therapist__user"):
        if asked.therapist.user and asked.answered_by_id != asked.therapist.user_id:
            said = str(Answer(asked.answer).label)
            facts = {
                "day": dates.day_from(asked.starts_at, clinic.tz, clinic.day_of(now)),
                "answer": said,
            }
            yield _notice(asked.therapist.user, NoticeKind.TIME_OFF, asked.pk, now, facts=facts)


def _sick(clinic: Clinic, now: datetime) -> Iterator[StaffNotice]:
    """Time off that has been entered just now and covers this moment or what is left of today."""
    today = day_bounds(clinic.day_of(now), 1, clinic.tz)
    entered = Change.objects.filter(
        table=Absence._meta.db_table, did="INSERT", at__gte=now - LOOKED_BACK
    )
    by = dict(entered.values_list("row", "user"))
    off = Absence.objects.filter(
        pk__in=by, therapist__isnull=False, starts_at__lt=today.end, ends_at__gt=now
    )
    people = list(User.objects.filter(is_active=True, role__in=[Role.DESK, Role.OWNER]))
    for absence in off.select_related("therapist"):
        ill = cast(Therapist, absence.therapist)
        for user in people:
            if user.pk not in (by[absence.pk], ill.user_id):
                facts = {"name": ill.name}
                yield _notice(user, NoticeKind.SICK, absence.pk, now, facts=facts)


def _alarms(clinic: Clinic, now: datetime) -> Iterator[StaffNotice]:
    """To the owners, once a day each: the brake for newcomers is on; something is in trouble."""
    if strangers.is_full(clinic, now):
        yield from _to_owners(NoticeKind.ALARM, clinic.day_of(now), now)
    watch.look(clinic, now=now)
    for trouble in Trouble.objects.all():
        kind, occasion = _kind_of(trouble), f"{trouble.part}:{trouble.since:%Y%m%dT%H%M}"
        about = {"said": trouble.says, "part": trouble.part}
        if trouble.well_since is None:
            days = (now - trouble.since).days
            yield from _to_owners(kind, f"{occasion}:{days}", now, facts=about)
        elif trouble.well_since <= now - watch.WELL_AGAIN_AFTER:
            yield from _well_again(trouble, kind, occasion, now)


def _kind_of(trouble: Trouble) -> NoticeKind:
    is_backup = trouble.part in (WatchedPart.BACKUP, WatchedPart.OFFSITE)
    return NoticeKind.BACKUP if is_backup else NoticeKind.TROUBLE


def _well_again(
    trouble: Trouble, kind: NoticeKind, occasion: str, now: datetime
) -> Iterator[StaffNotice]:
    """To those who were told that it is not."""
    told = StaffNotice.objects.filter(
        key__startswith=f"{kind}:{occasion}:0:", told_at__isnull=False
    ).select_related("user")
    words = _("Well again: {part}.").format(part=trouble.get_part_display())
    for notice in told:
        yield _notice(notice.user, kind, f"{occasion}:well", now, facts={"said": words})


def _to_owners(
    kind: NoticeKind, occasion: Any, now: datetime, **fields: Any
) -> Iterator[StaffNotice]:
    for user in User.objects.filter(is_active=True, role=Role.OWNER):
        yield _notice(user, kind, occasion, now, **fields)


def _wished(found: Iterable[StaffNotice], clinic: Clinic, now: datetime) -> Iterator[StaffNotice]:
    """Without what somebody has switched off, and due when they like to be told."""
    notices = list(found)
    wishes = NoticeWishes.objects.in_bulk({one.user_id for one in notices}, field_name="user_id")
    for notice in notices:
        wish = wishes.get(notice.user_id) or NoticeWishes()
        if notice.kind in wish.off:
            continue
        notice.due_at = told_at(
            now + watch.A_LOOK_LATER if "part" in notice.facts else now,
            hourly=wish.hourly,
            quiet_from=wish.quiet_from,
            quiet_until=wish.quiet_until,
            tz=clinic.tz,
        )
        yield notice


def _mail_due(clinic: Clinic, now: datetime) -> int:
    """One mail for each person, about everything that has become due."""
    with transaction.atomic():
        waiting = StaffNotice.objects.filter(told_at=None, due_at__lte=now).select_related(
            "user", "appointment__client", "appointment__treatment", "appointment__room"
        )
        due = list(waiting.select_for_update(of=("self",), skip_locked=True))
        due = _still_so(due)
        told: dict[int, list[StaffNotice]] = {}
        for notice in due:
            told.setdefault(notice.user_id, []).append(notice)
        for notices in told.values():
            _owe(notices, clinic, now)
        StaffNotice.objects.filter(pk__in=[one.pk for one in due]).update(told_at=now)
    return len(told)


def _still_so(due: list[StaffNotice]) -> list[StaffNotice]:
    """Without trouble that is over, which is told should it come again."""
    of_trouble = [one for one in due if "part" in one.facts]
    if not of_trouble:
        return due
    parts = set(Trouble.objects.filter(well_since=None).values_list("part", flat=True))
    over = {one.pk for one in of_trouble if one.facts["part"] not in parts}
    StaffNotice.objects.filter(pk__in=over).delete()
    return [one for one in due if one.pk not in over]


def _owe(notices: list[StaffNotice], clinic: Clinic, now: datetime) -> None:
    user = notices[0].user
    if not user.is_active:
        return
    with translation.override(settings.LANGUAGE_CODE):
        lines = [in_words(one, clinic) for one in notices]
        url = urljoin(settings.SITE_URL, reverse("therapists:notices"))
        subject = lines[0].partition("\n")[0]
        if len(lines) > 1:
            count = len(lines)
            subject = ngettext("{count} thing at {clinic}", "{count} things at {clinic}", count)
            subject = subject.format(count=count, clinic=clinic.name)
        end = _("What you are told, and when: {url}").format(url=url)
        body = "\n".join([*lines, "", end])
    more, path = "\n".join(lines) if len(lines) > 1 else "", _path_for(notices)
    told = push_devices.owe(user, subject, more, path=path, good_for=OF_USE_FOR, now=now)
    if not told or not NoticeWishes.objects.filter(user=user, by_mail=False).exists():
        sign_in_mails.owe(user.email, subject, body, good_for=OF_USE_FOR, now=now)


def _path_for(notices: list[StaffNotice]) -> str:
    """What pressing it opens: the one visit it is about, or their first page."""
    first = notices[0]
    if "part" in first.facts:
        return reverse("office:watch")
    if len(notices) == 1 and first.appointment_id and first.kind != NoticeKind.GONE:
        return reverse("therapists:brief", args=[first.appointment_id])
    is_treating = Role.THERAPIST in first.user.roles()
    return reverse("therapists:today" if is_treating else "desk:home")


def in_words(notice: StaffNotice, clinic: Clinic) -> str:
    """In a line; initials instead of names, as on a lock screen."""
    facts = notice.facts
    if notice.kind == NoticeKind.TIME_OFF:
        return _("Your time off from {day}: {answer}").format(**facts)
    if notice.kind == NoticeKind.SICK:
        return _("{name} is away today").format(**facts)
    if "said" in facts:
        return str(facts["said"])
    if notice.appointment is None:
        return str(NoticeKind(notice.kind).label)
    return _of_a_visit(notice, notice.appointment, clinic)


def _of_a_visit(notice: StaffNotice, visit: Appointment, clinic: Clinic) -> str:
    facts = notice.facts
    about: dict[str, str] = {
        "at": clock(visit.starts_at, clinic.tz),
        "who": initials_of(visit.whose),
    }
    about["what"] = f"{visit.treatment.name}, {visit.room.name}"
    if notice.kind == NoticeKind.TO_READ:
        about["day"] = dates.day_from(visit.starts_at, clinic.tz, clinic.day_of(timezone.now()))
        return _("Something new to read before {day}, {at}: {who}").format(**about)
    if notice.kind == NoticeKind.HELD_HERE:
        return _("{who} is here and waits for you to decide ({at})").format(**about)
    if notice.kind == NoticeKind.BOOKED:
        return _("New today at {at}: {who}, {what}").format(**about)
    if "was" in facts:
        about["was"] = clock(datetime.fromisoformat(facts["was"]), clinic.tz)
        if facts.get("is_anothers"):
            return _("No longer with you today at {was}: {who}").format(**about)
        about["day"] = dates.day_from(visit.starts_at, clinic.tz, clinic.day_of(timezone.now()))
        return _("No longer today at {was}, but {day}, {at}: {who}").format(**about)
    if visit.status == Status.CANCELLED:
        return _("Cancelled today at {at}: {who}, {what}").format(**about)
    return _("Moved, now today at {at}: {who}, {what}").format(**about)
