"""A week of one therapist, and the week of all with what is free in it."""

from collections import Counter, defaultdict
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.core.intervals import day_bounds
from bookings.desk.scheduling.feed import row_of
from bookings.desk.scheduling.gaps import BookableGap, gaps_of
from bookings.models import Absence, Clinic, Therapist
from bookings.queries.desk.diary_days import DiaryDays, diary_days, moment, who_has_a_week
from bookings.web.requests import StaffRequest


@require_safe
def week(request: StaffRequest, day: date, slug: str) -> HttpResponse:
    """The week, Monday to Sunday, that the day is in."""
    therapist = get_object_or_404(Therapist, slug=slug)
    clinic = Clinic.objects.the()
    monday = day - timedelta(days=day.weekday())
    now = timezone.now()
    shown = diary_days(clinic, monday, days=7, therapist=therapist, now=now)
    dates = [monday + timedelta(days=n) for n in range(7)]
    by_day: dict[date, list] = {one: [] for one in dates}
    for visit in shown.visits:
        on = max(clinic.day_of(visit.starts_at), monday)
        by_day[on].append(row_of(visit, clinic, shown))
    hours: dict[date, list] = {one: [] for one in dates}
    for start, end in shown.hours.get(therapist.pk, []):
        at_work = (moment(start), moment(end))
        hours.setdefault(clinic.day_of(at_work[0]), []).append(at_work)
    today = clinic.day_of(now)
    context = {
        "today": today,
        "this_week": today - timedelta(days=today.weekday()) == monday,
        "therapist": therapist,
        "therapists": who_has_a_week(clinic, monday, shown=therapist, now=now),
        "days": [(one, hours[one], by_day[one]) for one in dates],
        "day": day,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "away": [one for one in shown.absences if one.therapist_id in (None, therapist.pk)],
    }
    return render(request, "desk/scheduling/week.html", context)


@require_safe
def clinic_week(request: StaffRequest, day: date) -> HttpResponse:
    """Who works on which day, how many come, and what is free: each gap books."""
    clinic, now = Clinic.objects.the(), timezone.now()
    monday, today = day - timedelta(days=day.weekday()), clinic.day_of(now)
    shown = diary_days(clinic, monday, days=7, now=now)
    dates = [monday + timedelta(days=n) for n in range(7)]
    context = {
        "day": day,
        "today": today,
        "this_week": monday <= today < monday + timedelta(days=7),
        "dates": dates,
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "rows": [(one, _days_of(one, shown, dates, clinic)) for one in shown.therapists],
        "closed": [away for away in shown.absences if away.therapist_id is None],
    }
    return render(request, "desk/rota/clinic_week.html", context)


def _days_of(
    therapist: Therapist, shown: DiaryDays, dates: list[date], clinic: Clinic
) -> list[dict]:
    """By day, in order: whether they work or are away, how many come, and what is still free."""
    visits = shown.visits_of.get(therapist.pk, ())
    booked = Counter(clinic.day_of(visit.starts_at) for visit in visits)
    at_work = {clinic.day_of(moment(start)) for start, _ in shown.hours.get(therapist.pk, [])}
    gaps: dict[date, list[BookableGap]] = defaultdict(list)
    for gap in gaps_of(shown, therapist, clinic):
        gaps[clinic.day_of(gap.interval.start)].append(gap)
    return [
        {
            "date": one,
            "works": one in at_work,
            "booked": booked[one],
            "gaps": gaps[one],
            "away": _away(therapist, shown, one, clinic),
        }
        for one in dates
    ]


def _away(therapist: Therapist, shown: DiaryDays, day: date, clinic: Clinic) -> list[Absence]:
    """Theirs alone: a closure stands above the week."""
    whole_day = day_bounds(day, 1, clinic.tz)
    return [
        one
        for one in shown.absences
        if one.therapist_id == therapist.pk
        and one.starts_at < whole_day.end
        and one.ends_at > whole_day.start
    ]
