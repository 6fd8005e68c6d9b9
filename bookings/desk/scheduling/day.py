"""A day of the diary: drawn where there is JavaScript, and a table for everybody."""

from datetime import date, datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.actions.scheduling.attendance import marks_after
from bookings.core.scheduling.statuses import Status
from bookings.desk.scheduling.feed import row_of
from bookings.desk.scheduling.gaps import gaps_of
from bookings.desk.training.phase_badge import badge
from bookings.models import Clinic, Therapist
from bookings.queries.desk.diary_days import DiaryDays, diary_days, moment
from bookings.queries.desk.shown_visits import ShownVisit
from bookings.web.days import day_in
from bookings.web.filters import forget, with_remembered
from bookings.web.requests import StaffRequest

MARKED_EARLY = timedelta(hours=1)
DAYS_IN_STRIP = 14  # from the Monday of the day's week


@require_safe
def today(request: StaffRequest) -> HttpResponse:
    """Today, or the day that was asked for."""
    asked = day_in(request.GET.get("day", ""))
    return redirect("diary:day", asked or _today(timezone.now()))


@require_safe
def day(request: StaffRequest, day: date) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    shown = diary_days(clinic, day, now=now)
    chosen = _chosen(request, shown)
    context = {
        "day": day,
        "today": _today(now),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "strip": [day + timedelta(days=n - day.weekday()) for n in range(DAYS_IN_STRIP)],
        "therapists": shown.therapists,
        "chosen": chosen,
        "tables": [table_of(shown, one, clinic, now) for one in shown.therapists if one in chosen],
        "query": request.GET.urlencode(),
        "loans": shown.loans,
        "closed": [away for away in shown.absences if away.therapist_id is None],
    }
    return render(request, "desk/scheduling/day.html", context)


def table_of(shown: DiaryDays, therapist: Therapist, clinic: Clinic, now: datetime) -> dict:
    """One therapist's part of the day as rows."""
    hours = shown.hours.get(therapist.pk, [])
    return {
        "therapist": therapist,
        "hours": [(moment(start), moment(end)) for start, end in hours],
        "breaks": [one for one in shown.breaks if one[0].therapist_id == therapist.pk],
        "away": [away for away in shown.absences if away.therapist_id == therapist.pk],
        "gaps": gaps_of(shown, therapist, clinic),
        "rows": [
            {
                **row_of(visit, clinic, shown),
                "phase": badge(shown.phase_of(visit)),
                "seen": visit.last_event or 0,
                "marks": marks_of(visit, now),
            }
            for visit in shown.visits_of.get(therapist.pk, ())
        ],
    }


def marks_of(visit: ShownVisit, now: datetime) -> list[tuple[Status, str]]:
    """What can be said of it at this hour; the appointment's own page has the rest."""
    waiting = visit.status in (Status.BOOKED, Status.ARRIVED)
    if not waiting or visit.starts_at - MARKED_EARLY > now:
        return []
    return marks_after(visit.status)


def _chosen(request: StaffRequest, shown: DiaryDays) -> list[Therapist]:
    """Those ticked in the filter, now or the last time; all of them when none is.

    Where all are ticked nothing is remembered, so that whoever begins later is shown.
    """
    asked = set(with_remembered(request, "diary", "filter", "therapist").getlist("therapist"))
    chosen = [one for one in shown.therapists if one.slug in asked] or list(shown.therapists)
    if len(chosen) == len(shown.therapists):
        forget(request, "diary")
    return chosen


def _today(now: datetime) -> date:
    return Clinic.objects.the().day_of(now)
