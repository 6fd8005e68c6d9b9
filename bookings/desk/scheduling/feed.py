"""One day as JSON for the drawn diary, in the clinic's wall-clock time.

The calendar library knows no time zones: it is given naive local times and real lengths.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.openings import without
from bookings.core.scheduling.statuses import Status
from bookings.core.wording import isolated
from bookings.desk.scheduling.gaps import BookableGap, gaps_of
from bookings.desk.training.phase_badge import badge
from bookings.models import STATUS_NAMES, Absence, Appointment, Clinic, Room, Therapist
from bookings.queries.desk.diary_days import (
    DiaryDays,
    diary_days,
    moment,
    version,
)
from bookings.web.requests import StaffRequest

ICONS: dict[str, str] = {
    Status.HELD: "⏳",
    Status.BOOKED: "○",
    Status.ARRIVED: "◐",
    Status.COMPLETED: "●",
    Status.NO_SHOW: "✕",
}
# Put into words where they hold: a day has hundreds of visits, and each would ask for all of them.
FIRST_VISIT, PAID, NOTE = gettext_lazy("First visit"), gettext_lazy("Paid"), gettext_lazy("Note")
LATE, TO_PAY = gettext_lazy("{count} min late"), gettext_lazy("To pay")
AWAY_THEN, NOT_TOLD = gettext_lazy("Away then: to be moved"), gettext_lazy("Not told")
OTHER_NAME = gettext_lazy("Different name given")
HEALTH = gettext_lazy("Health: to be checked by the therapist")
NO_CONSENT, UNDER_18 = gettext_lazy("Under 18, consent missing"), gettext_lazy("Under 18")
THERAPIST_LEFT = gettext_lazy("The therapist has left")
ROOM_OUT_OF_USE = gettext_lazy("The room is out of use")
EARLIEST, LATEST = 8, 19  # hours shown on a day without earlier or later ones


@require_safe
def feed(request: StaffRequest, day: date) -> HttpResponse:
    """The day, or 304 when it is as the browser knows it."""
    clinic, now = Clinic.objects.the(), timezone.now()
    tag = f'"{version(clinic, day, now=now)}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    shown = diary_days(clinic, day, now=now)
    return JsonResponse(drawn(shown, clinic), headers={"ETag": tag})


def drawn(shown: DiaryDays, clinic: Clinic) -> dict:
    first_hour, last_hour = hours_shown(shown, clinic)
    gaps = {one.pk: gaps_of(shown, one, clinic) for one in shown.therapists}
    appointments = reverse("diary:appointment", args=[0]).removesuffix("0/")  # asked once
    names = {status: str(name) for status, name in STATUS_NAMES.items()}
    return {
        "therapists": [
            _column("t", one, _("{name} (has left)")) | _at_work(one, gaps[one.pk], shown, clinic)
            for one in shown.therapists
        ],
        "rooms": [_column("r", room, _("{name} (out of use)")) for room in shown.rooms],
        "first": f"{first_hour:02}:00:00",
        "last": f"{last_hour:02}:00:00",
        "visits": [_visit(visit, shown, clinic, appointments, names) for visit in shown.visits],
        "shades": [
            *_shifts(shown, clinic),
            *_gaps(gaps, clinic),
            *_breaks(shown, clinic),
            *_absences(shown, clinic),
            *_buffers(shown, clinic),
        ],
    }


def _column(kind: str, row: Therapist | Room, if_gone: str) -> dict:
    title = isolated(row.name) if row.active else if_gone.format(name=row)
    return {"id": f"{kind}{row.pk}", "title": title}


def _at_work(one: Therapist, gaps: list[BookableGap], shown: DiaryDays, clinic: Clinic) -> dict:
    """For the head of a column: the hours, and what is free in them; `off` where it can fold."""
    working = shown.hours.get(one.pk, [])
    absences = [
        (int(away.starts_at.timestamp()), int(away.ends_at.timestamp()))
        for away in shown.absences
        if away.therapist_id in (None, one.pk)
    ]
    hours = [
        f"{_wall(moment(start), clinic.tz):%H:%M}–{_wall(moment(end), clinic.tz):%H:%M}"
        for start, end in without(working, absences)
    ]
    if working and not hours:
        hours = [_("Away")]
    minutes = sum(gap.minutes for gap in gaps)
    booked = any(visit.therapist_id == one.pk for visit in shown.visits)
    return {
        "hours": ", ".join(hours),
        "free": _("{minutes} min free").format(minutes=minutes) if minutes else "",
        "off": not working and not booked,
    }


def _gaps(gaps: dict[int, list[BookableGap]], clinic: Clinic) -> list[dict]:
    return [
        _shade(
            one.interval,
            [f"t{pk}"],
            "gap",
            _("{minutes} min free").format(minutes=one.minutes),
            clinic.tz,
            url=one.url,
        )
        for pk, found in gaps.items()
        for one in found
    ]


def hours_shown(shown: DiaryDays, clinic: Clinic) -> tuple[int, int]:
    """From the first to the last hour in which anybody works or anything stands."""
    bounds = day_bounds(shown.first, 1, clinic.tz)
    spans = [(moment(a), moment(b)) for hours in shown.hours.values() for a, b in hours]
    spans += [(visit.starts_at, visit.ends_at) for visit in shown.visits]
    begin = [max(start, bounds.start).astimezone(clinic.tz).hour for start, _ in spans]
    end = [_hour_after(min(end, bounds.end), shown.first, clinic) for _, end in spans]
    return min([EARLIEST, *begin]), max([LATEST, *end])


def _hour_after(at: datetime, day: date, clinic: Clinic) -> int:
    local = at.astimezone(clinic.tz)
    return 24 if clinic.day_of(at) > day else min(24, local.hour + (local.minute > 0))


def _visit(
    visit: Appointment,
    shown: DiaryDays,
    clinic: Clinic,
    appointments: str,
    names: dict[Status, str],
) -> dict:
    start = _wall(visit.starts_at, clinic.tz)
    status = Status(visit.status)
    flagged = signs_of(visit, clinic, shown.absences)
    return {
        "id": str(visit.pk),
        "start": start.isoformat(),
        "end": (start + (visit.ends_at - visit.starts_at)).isoformat(),
        "therapist": f"t{visit.therapist_id}",
        "room": f"r{visit.room_id}",
        **_named(visit),
        "status": status.value,
        "status_name": names[status],
        "icon": ICONS.get(status, ""),
        "phase": badge(shown.phase_of(visit)),
        "flags": [words for _sign, words in flagged],
        "signs": [sign for sign, _words in flagged],
        "waits": visit.awaits_decision,
        "revision": visit.revision,
        "seen": visit.last_event or 0,
        "movable": status == Status.BOOKED,
        "url": f"{appointments}{visit.pk}/" if visit.client_id else "",
    }


def _named(visit: Appointment) -> dict:
    return {
        "client": isolated(visit.client.name) if visit.client else _("Being booked online"),
        "treatment": isolated(visit.treatment.name),
        "therapist_name": isolated(visit.therapist.name),
        "room_name": isolated(visit.room.name),
    }


def flags_of(visit: Appointment, clinic: Clinic, absences: Sequence[Absence] = ()) -> list[str]:
    """What the desk should see at a glance; who stands in an absence is still to be moved."""
    return [words for _sign, words in signs_of(visit, clinic, absences)]


def signs_of(
    visit: Appointment, clinic: Clinic, absences: Sequence[Absence] = ()
) -> list[tuple[str, str]]:
    """The same, each with the sign that stands for it on a card too short for words."""
    client, day = visit.client, clinic.day_of(visit.starts_at)
    left = visit.price - visit.settled
    waits = visit.status in (Status.HELD, Status.BOOKED, Status.ARRIVED)
    booked, late = visit.status == Status.BOOKED, visit.late_minutes
    minor, alone = client and client.is_under_age(day), client and client.lacks_consent(day)
    signs = (
        ("1st", FIRST_VISIT, waits and client and visit.is_first),
        (f"+{late}", LATE, booked and late),
        ("→", AWAY_THEN, booked and _is_in_one_of(absences, visit)),
        ("✉", NOT_TOLD, waits and visit.not_told),
        ("≠", OTHER_NAME, client and client.same_address_as_id),
        ("⚠", HEALTH, client and client.health_hold),
        ("<18!", NO_CONSENT, alone),
        ("<18", UNDER_18, minor and not alone),
        ("£", TO_PAY, visit.status == Status.COMPLETED and left > 0),
        ("✓", PAID, visit.settled > 0 and left <= 0),
        ("…", NOTE, visit.desk_note),
        ("!", THERAPIST_LEFT, waits and not visit.therapist.active),
        ("!", ROOM_OUT_OF_USE, waits and not visit.room.active),
    )
    return [(sign, str(words).format(count=late)) for sign, words, holds in signs if holds]


def _is_in_one_of(absences: Sequence[Absence], visit: Appointment) -> bool:
    return any(
        one.starts_at < visit.ends_at and visit.starts_at < one.ends_at
        for one in absences
        if one.therapist_id in (None, visit.therapist_id)
    )


def _breaks(shown: DiaryDays, clinic: Clinic) -> list[dict]:
    return [
        _shade(
            during,
            [f"t{pause.therapist_id}"],
            "break",
            isolated(pause.reason) or _("Break"),
            clinic.tz,
            url=reverse("diary:block", args=["break", pause.pk]),
        )
        for pause, during in shown.breaks
    ]


def _shifts(shown: DiaryDays, clinic: Clinic) -> list[dict]:
    return [
        _shade(Interval(moment(start), moment(end)), [f"t{pk}"], "shift", "", clinic.tz)
        for pk, spans in shown.hours.items()
        for start, end in spans
    ]


def _absences(shown: DiaryDays, clinic: Clinic) -> list[dict]:
    bounds = day_bounds(shown.first, 1, clinic.tz)
    everywhere = [f"t{one.pk}" for one in shown.therapists] + [f"r{one.pk}" for one in shown.rooms]
    return [
        _shade(
            Interval(max(away.starts_at, bounds.start), min(away.ends_at, bounds.end)),
            [f"t{away.therapist_id}"] if away.therapist_id else everywhere,
            "away" if away.therapist_id else "closed",
            isolated(away.reason) or (_("Away") if away.therapist_id else _("Closed")),
            clinic.tz,
            url=reverse("diary:block", args=["off" if away.therapist_id else "closed", away.pk]),
        )
        for away in shown.absences
    ]


def _buffers(shown: DiaryDays, clinic: Clinic) -> list[dict]:
    """The minutes after a visit in which its therapist and its room get ready for the next."""
    title = _("Buffer")
    return [
        _shade(
            Interval(visit.ends_at, visit.blocked_until),
            [f"t{visit.therapist_id}", f"r{visit.room_id}"],
            "buffer",
            title,
            clinic.tz,
        )
        for visit in shown.visits
        if visit.blocked_until > visit.ends_at
    ]


def _shade(
    span: Interval, where: list[str], kind: str, title: str, tz: ZoneInfo, *, url: str = ""
) -> dict:
    start = _wall(span.start, tz)
    end = start + max(span.end - span.start, timedelta(minutes=1))
    return {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "where": where,
        "kind": kind,
        "title": title,
        "url": url,
    }


def _wall(at: datetime, tz: ZoneInfo) -> datetime:
    return at.astimezone(tz).replace(tzinfo=None)
