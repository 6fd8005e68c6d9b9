"""One day as JSON for the drawn diary, in the clinic's wall-clock time.

The calendar library knows no time zones: it is given naive local times and real lengths.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.core.intervals import Interval, day_bounds
from bookings.core.scheduling.openings import without
from bookings.core.scheduling.statuses import Status
from bookings.core.wording import isolated
from bookings.desk.scheduling.gaps import BookableGap, gaps_of, on_the_grid
from bookings.desk.training.phase_badge import badges
from bookings.models import STATUS_NAMES, Absence, Clinic, Room, RoomLoan, Therapist
from bookings.queries.desk.day_facts import day_facts
from bookings.queries.desk.diary_days import DiaryDays, drawn_from, moment
from bookings.queries.desk.shown_visits import ShownVisit
from bookings.web.requests import StaffRequest

ICONS: dict[str, str] = {
    Status.HELD: "⏳",
    Status.BOOKED: "○",
    Status.ARRIVED: "◐",
    Status.COMPLETED: "●",
    Status.NO_SHOW: "✕",
}
FIRST_VISIT, PAID, NOTE = gettext_noop("First visit"), gettext_noop("Paid"), gettext_noop("Note")
LATE, TO_PAY = gettext_noop("{count} min late"), gettext_noop("To pay")
AWAY_THEN, NOT_TOLD = gettext_noop("Away then: to be moved"), gettext_noop("Not told")
OTHER_NAME = gettext_noop("Different name given")
HEALTH = gettext_noop("Health: to be checked by the therapist")
NO_CONSENT, UNDER_18 = gettext_noop("Under 18, consent missing"), gettext_noop("Under 18")
THERAPIST_LEFT = gettext_noop("The therapist has left")
ROOM_OUT_OF_USE = gettext_noop("The room is out of use")
RELAYED = gettext_noop("Offered to the list")
ROOM_LENT_OUT = gettext_noop("The room is lent out then")
# A tag says all of what is drawn, so that the next desk that asks is given the same body.
KEPT = 8  # days, by each process
_bodies: dict[str, bytes] = {}
EARLIEST, LATEST = 8, 19  # hours shown on a day without earlier or later ones


@require_safe
def feed(request: StaffRequest, day: date) -> HttpResponse:
    """The day, or 304 when it is as the browser knows it."""
    clinic, now = request.clinic or Clinic.objects.the(), timezone.now()
    facts = day_facts(clinic, day, 1, None, now=now)
    tag = tag_of(facts, clinic, day, now=now)
    if request.headers.get("If-None-Match", "").removeprefix("W/") == tag:  # weak once compressed
        return HttpResponse(status=304, headers={"ETag": tag})
    if (body := _bodies.get(tag)) is None:
        body = _keep(tag, drawn(drawn_from(facts, clinic, day, now=now), clinic))
    return HttpResponse(body, content_type="application/json", headers={"ETag": tag})


def _keep(tag: str, day: dict) -> bytes:
    body = json.dumps(day).encode()
    while len(_bodies) >= KEPT:
        _bodies.pop(next(iter(_bodies), ""), None)
    _bodies[tag] = body
    return body


def tag_of(facts: str, clinic: Clinic, day: date, *, now: datetime) -> str:
    """Another as soon as anything drawn has changed: of all that `drawn` is given."""
    bounds = day_bounds(day, 1, clinic.tz)
    free_from = on_the_grid(min(max(now, bounds.start), bounds.end), clinic)
    settings = (clinic.timezone, clinic.start_step_minutes, clinic.currency)
    given = (facts, free_from, settings, get_language())
    return f'"{sha256(repr(given).encode()).hexdigest()[:24]}"'


def drawn(shown: DiaryDays, clinic: Clinic) -> dict:
    first_hour, last_hour = hours_shown(shown, clinic)
    gaps = {one.pk: gaps_of(shown, one, clinic) for one in shown.therapists}
    visit_drawn = _VisitsDrawn(shown, clinic)
    return {
        "therapists": [
            _column("t", one, _("{name} (has left)")) | _at_work(one, gaps[one.pk], shown, clinic)
            for one in shown.therapists
        ],
        "rooms": [_column("r", room, _("{name} (out of use)")) for room in shown.rooms],
        "first": f"{first_hour:02}:00:00",
        "last": f"{last_hour:02}:00:00",
        "visits": [visit_drawn.of(visit) for visit in shown.visits],
        "shades": [
            *_shifts(shown, clinic),
            *_gaps(gaps, clinic),
            *_breaks(shown, clinic),
            *_absences(shown, clinic),
            *_loans(shown, clinic),
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
    booked = one.pk in shown.visits_of
    return {
        "hours": ", ".join(hours),
        "free": _("{minutes} min free").format(minutes=minutes) if minutes else "",
        "off": not working and not booked,
    }


def _gaps(gaps: dict[int, list[BookableGap]], clinic: Clinic) -> list[dict]:
    return [
        _shade(
            (one.interval.start, one.interval.end),
            [f"t{pk}"],
            "gap",
            free_in_words(one, clinic.tz),
            clinic.tz,
            url=one.url,
        )
        for pk, found in gaps.items()
        for one in found
    ]


def free_in_words(gap: BookableGap, tz: ZoneInfo) -> str:
    if gap.asked_at is None:
        return _("{minutes} min free").format(minutes=gap.minutes)
    said = _("{minutes} min free, the list is asked at {clock}")
    return said.format(minutes=gap.minutes, clock=f"{_wall(gap.asked_at, tz):%H:%M}")


def kept_in_words(visit: ShownVisit, tz: ZoneInfo) -> str:
    """Of a hold."""
    if visit.kept is None:
        return _("Being booked online")
    said = _("Kept for {client} from the waiting list until {clock}")
    until = f"{_wall(visit.kept.until, tz):%H:%M}"
    return said.format(client=isolated(visit.kept.name), clock=until)


def kept_at(visit: ShownVisit) -> str:
    """Where the list says more of it."""
    return f"{reverse('desk:waiting_list')}?offer={visit.kept.offer}#kept" if visit.kept else ""


def hours_shown(shown: DiaryDays, clinic: Clinic) -> tuple[int, int]:
    """From the first to the last hour in which anybody works or anything stands."""
    bounds = day_bounds(shown.first, 1, clinic.tz)
    spans = [(moment(a), moment(b)) for hours in shown.hours.values() for a, b in hours]
    spans += [(visit.starts_at, visit.ends_at) for visit in shown.visits]
    if not spans:
        return EARLIEST, LATEST
    begin = max(min(start for start, _ in spans), bounds.start).astimezone(clinic.tz).hour
    end = _hour_after(min(max(end for _, end in spans), bounds.end), shown.first, clinic)
    return min(EARLIEST, begin), max(LATEST, end)


def _hour_after(at: datetime, day: date, clinic: Clinic) -> int:
    local = at.astimezone(clinic.tz)
    return 24 if clinic.day_of(at) > day else min(24, local.hour + (local.minute > 0))


class _VisitsDrawn:
    """Draws the visits of a day; what many share is put into words once."""

    def __init__(self, shown: DiaryDays, clinic: Clinic):
        self.shown, self.clinic = shown, clinic
        self.appointments = reverse("diary:appointment", args=[0]).removesuffix("0/")
        self.statuses = {status: str(name) for status, name in STATUS_NAMES.items()}
        self.named, self.say = cache(isolated), cache(_)
        self.badges = badges(shown.phases)

    def of(self, visit: ShownVisit) -> dict:
        start, client, status = _wall(visit.starts_at, self.clinic.tz), visit.client, visit.status
        day = self.clinic.day_of(visit.starts_at)
        flagged = signs_of(visit, day, self.shown, say=self.say)
        return {
            "id": str(visit.pk),
            "start": start.isoformat(),
            "end": (start + (visit.ends_at - visit.starts_at)).isoformat(),
            "therapist": f"t{visit.therapist.pk}",
            "room": f"r{visit.room.pk}",
            "client": isolated(client.name) if client else kept_in_words(visit, self.clinic.tz),
            "treatment": self.named(visit.treatment),
            "therapist_name": self.named(visit.therapist.name),
            "room_name": self.named(visit.room.name),
            "status": status.value,
            "status_name": self.statuses[status],
            "icon": ICONS.get(status, ""),
            "phase": self.badges.get(client.pk, "") if client else "",
            "flags": [words for _sign, words in flagged],
            "signs": [sign for sign, _words in flagged],
            "waits": visit.awaits_decision,
            "revision": visit.revision,
            "seen": visit.last_event or 0,
            "movable": status == Status.BOOKED,
            "url": f"{self.appointments}{visit.pk}/" if client else "",
            "page": kept_at(visit),
        }


def row_of(visit: ShownVisit, clinic: Clinic, shown: DiaryDays) -> dict:
    """The same for a page without the drawn diary."""
    return {
        "visit": visit,
        "kept": kept_in_words(visit, clinic.tz),
        "kept_at": kept_at(visit),
        "icon": ICONS.get(visit.status, ""),
        "flags": flags_of(visit, clinic, shown),
    }


def flags_of(visit: ShownVisit, clinic: Clinic, shown: DiaryDays) -> list[str]:
    """What the desk should see at a glance; who stands in an absence is still to be moved."""
    return [words for _sign, words in signs_of(visit, clinic.day_of(visit.starts_at), shown)]


def signs_of(
    visit: ShownVisit, day: date, shown: DiaryDays, *, say: Callable[[str], str] = _
) -> list[tuple[str, str]]:
    """The same, each with the sign that stands for it on a card too short for words."""
    client, late, left = visit.client, visit.late_minutes, visit.price - visit.settled
    waits = visit.status in (Status.HELD, Status.BOOKED, Status.ARRIVED)
    booked = visit.status == Status.BOOKED
    minor, alone = client and client.is_under_age(day), client and client.lacks_consent(day)
    signs = (
        ("1st", FIRST_VISIT, waits and client and visit.is_first),
        (f"+{late}", LATE, booked and late),
        ("→", AWAY_THEN, booked and _is_in_one_of(shown.absences, visit)),
        ("⇄", RELAYED, booked and visit.relayed),
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
        ("!", ROOM_LENT_OUT, booked and _is_in_a_loan(shown.loans, visit)),
    )
    return [(sign, say(words).format(count=late)) for sign, words, holds in signs if holds]


def _is_in_one_of(absences: Sequence[Absence], visit: ShownVisit) -> bool:
    return any(
        one.starts_at < visit.ends_at and visit.starts_at < one.ends_at
        for one in absences
        if one.therapist_id in (None, visit.therapist.pk)
    )


def _is_in_a_loan(loans: Sequence[RoomLoan], visit: ShownVisit) -> bool:
    return any(
        one.starts_at < visit.blocked_until and visit.starts_at < one.ends_at
        for one in loans
        if one.room_id == visit.room.pk
    )


def _breaks(shown: DiaryDays, clinic: Clinic) -> list[dict]:
    return [
        _shade(
            (during.start, during.end),
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
        _shade((moment(start), moment(end)), [f"t{pk}"], "shift", "", clinic.tz)
        for pk, spans in shown.hours.items()
        for start, end in spans
    ]


def _absences(shown: DiaryDays, clinic: Clinic) -> list[dict]:
    bounds = day_bounds(shown.first, 1, clinic.tz)
    everywhere = [f"t{one.pk}" for one in shown.therapists] + [f"r{one.pk}" for one in shown.rooms]
    return [
        _shade(
            span,
            [f"t{away.therapist_id}"] if away.therapist_id else everywhere,
            "away" if away.therapist_id else "closed",
            isolated(away.reason) or (_("Away") if away.therapist_id else _("Closed")),
            clinic.tz,
            url=_block_url(away),
        )
        for away in shown.absences
        for span in _seen(away, shown, bounds)
    ]


def _seen(away: Absence, shown: DiaryDays, bounds: Interval) -> list[tuple[datetime, datetime]]:
    """Of their own calendar's times those beside visits, under which nobody could read it."""
    start, end = max(away.starts_at, bounds.start), min(away.ends_at, bounds.end)
    if away.pk is not None:
        return [(start, end)]
    visits = shown.visits_of.get(away.therapist_id, ()) if away.therapist_id else ()
    taken = [(int(one.starts_at.timestamp()), int(one.ends_at.timestamp())) for one in visits]
    left = without([(int(start.timestamp()), int(end.timestamp()))], taken)
    return [(moment(since), moment(until)) for since, until in left]


def _block_url(away: Absence) -> str:
    """None of what stands in a therapist's own calendar."""
    if away.pk is None:
        return ""
    return reverse("diary:block", args=["off" if away.therapist_id else "closed", away.pk])


def _loans(shown: DiaryDays, clinic: Clinic) -> list[dict]:
    bounds = day_bounds(shown.first, 1, clinic.tz)
    return [
        _shade(
            (max(loan.starts_at, bounds.start), min(loan.ends_at, bounds.end)),
            [f"r{loan.room_id}"],
            "lent",
            isolated(loan.reason) or _("Lent out"),
            clinic.tz,
        )
        for loan in shown.loans
    ]


def _buffers(shown: DiaryDays, clinic: Clinic) -> list[dict]:
    """The minutes after a visit in which its therapist and its room get ready for the next."""
    title = _("Buffer")
    return [
        _shade(
            (visit.ends_at, visit.blocked_until),
            [f"t{visit.therapist.pk}", f"r{visit.room.pk}"],
            "buffer",
            title,
            clinic.tz,
        )
        for visit in shown.visits
        if visit.blocked_until > visit.ends_at
    ]


def _shade(
    span: tuple[datetime, datetime],
    where: list[str],
    kind: str,
    title: str,
    tz: ZoneInfo,
    *,
    url: str = "",
) -> dict:
    start = _wall(span[0], tz)
    end = start + max(span[1] - span[0], timedelta(minutes=1))
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
