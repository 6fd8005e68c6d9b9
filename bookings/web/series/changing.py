"""A series and what stands in it; cancelling and moving several of it, shown before it is done."""

from datetime import date, datetime, timedelta
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.refusals import Busy, Refused
from bookings.actions.scheduling.changes import BOOKED_ALREADY, as_booked
from bookings.actions.series import changing
from bookings.actions.series.changing import SeriesCancel, SeriesMove, rules_of_moving
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Clinic, Series
from bookings.queries.scheduling.cutoffs import is_late_to_cancel, why_not_cancel, why_not_move
from bookings.queries.scheduling.slots import Slot
from bookings.queries.series.dates import AskedFor, SeriesDate, looked_at
from bookings.queries.series.following import still_to_book
from bookings.queries.series.in_words import series_in_words
from bookings.queries.series.scope import Concerned, Scope, WhyNot, concerned, visits_of
from bookings.web.mail.told import say_done
from bookings.web.responses import status_of
from bookings.web.series.doors import Door
from bookings.web.series.forms import (
    CancelScopeForm,
    ConfirmForm,
    DatesForm,
    MoveScopeForm,
)


def overview(request: HttpRequest, door: Door) -> HttpResponse:
    """What is booked of it, what waits for the diary, and the ways to change it."""
    series = _series_of(door)
    if series is None:
        return redirect(door.visit_url)
    context = _about(door, series)
    clinic, now = context["clinic"], timezone.now()
    visits, waits = visits_of(series), still_to_book(series, clinic, now=now)
    context |= {
        "visits": [(one, door.url_of(one)) for one in visits],
        "can_change": any(one.status == Status.BOOKED and one.starts_at > now for one in visits),
        "waits_for": [(day, _opens_on(day, clinic)) for day in waits],
    }
    return render(request, "web/series/series.html", context)


def cancel(request: HttpRequest, door: Door) -> HttpResponse:
    """Which ones; then those by name, with what comes too late; then all of them at once."""
    series = _series_of(door)
    if series is None:
        return redirect(door.visit_url)
    if series.ended_at and not _concerned(door, series, Scope.ALL, why_not_cancel).visits:
        return redirect(door.series_url)
    waits = bool(_concerned(door, series, Scope.WAITING, why_not_cancel).waits_for)
    form = CancelScopeForm(_chosen(request, "scope"), waits=waits)
    if not (form.is_bound and form.is_valid()):
        return _show(request, door, series, "cancel", {"form": form})
    confirm = ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and confirm.is_valid():
        return _cancel(request, door, series, form, confirm)
    return _show_cancel(request, door, series, form)


def move(request: HttpRequest, door: Door) -> HttpResponse:
    """To which day and time; then each of them as it could be had; then all of them at once."""
    series = _series_of(door)
    if series is None:
        return redirect(door.visit_url)
    if series.follows_a_race:  # whose day says when: one alone is moved, or the race is
        return redirect(door.series_url)
    form = MoveScopeForm(_chosen(request, "weekday"), visit=door.visit, initial=_as_it_is(series))
    if not (form.is_bound and form.is_valid()):
        status = 422 if form.is_bound else 200
        return _show(request, door, series, "move", {"form": form}, status=status)
    found = _concerned(door, series, form.chosen, why_not_move)
    dates = _new_places(door, series, form, found)
    if request.method != "POST":
        chosen = DatesForm(dates=dates, **_of(found))
        return _show_move(request, door, series, form=form, found=found, dates_form=chosen)
    chosen = DatesForm(request.POST, dates=dates, visits=_of(found)["visits"])
    if not chosen.is_valid():
        return _show_move(
            request, door, series, form=form, found=found, dates_form=chosen, status=422
        )
    return _move(request, door, series, form, chosen)


def _cancel(
    request: HttpRequest, door: Door, series: Series, form: CancelScopeForm, confirm: ConfirmForm
) -> HttpResponse:
    wanted = SeriesCancel(
        visit=door.visit,
        scope=form.chosen,
        seen=confirm.cleaned_data["seen"],
        reason=confirm.cleaned_data["reason"],
        notify=door.notify("tell" in request.POST),
        charging=door.at_the_desk and request.POST.get("wish") == "client",
        by=door.by,
    )
    try:
        done = changing.cancel(wanted, now=timezone.now())
    except Busy:
        raise
    except Refused as refusal:
        return _show_cancel(request, door, series, form, refusal=refusal)
    _say_what_was_cancelled(request, door, done)
    return redirect(door.series_url)


def _say_what_was_cancelled(request: HttpRequest, door: Door, done: Concerned) -> None:
    """Nothing by the second of two presses; what is true after the first is said of both."""
    if done.visits and not door.at_the_desk:
        said, mailed = _("Your appointments are cancelled."), _("We have emailed you about them.")
        say_done(request, said, mailed, door.visit.whose)
    else:
        messages.success(request, _what_was_cancelled(done))


def _what_was_cancelled(done: Concerned) -> str:
    if done.visits:
        return _("The appointments are cancelled.")
    if done.scope == Scope.WAITING or done.too_late:
        return _("Nothing more of the series is booked. What is booked stays.")
    if done.scope == Scope.LATER:
        return _("Nothing of the series is booked any more from this appointment on.")
    return _("Nothing of the series is booked any more.")


def _move(
    request: HttpRequest, door: Door, series: Series, form: MoveScopeForm, chosen: DatesForm
) -> HttpResponse:
    wanted = SeriesMove(
        visit=door.visit,
        scope=form.chosen,
        seen=request.POST.get("seen", ""),
        rule=form.rule_of(series),
        therapist=form.cleaned_data["therapist"],
        slots={pk: slot for pk, slot in chosen.chosen_slots.items() if isinstance(pk, int)},
        notify=door.notify("tell" in request.POST),
        by=door.by,
    )
    try:
        changing.move(wanted, now=timezone.now())
    except Busy:
        raise
    except Refused as refusal:
        found = _concerned(door, series, form.chosen, why_not_move)
        dates = _new_places(door, series, form, found)
        again = DatesForm(request.POST, dates=dates, **_of(found))
        return _show_move(
            request, door, series, form=form, found=found, dates_form=again, refusal=refusal
        )
    _say_what_was_moved(request, door)
    return redirect(door.series_url)


def _say_what_was_moved(request: HttpRequest, door: Door) -> None:
    if door.at_the_desk:
        messages.success(request, _("The appointments are moved."))
    else:
        done, mailed = _("Your appointments are moved."), _("We have emailed you the new times.")
        say_done(request, done, mailed, door.visit.whose)


def _series_of(door: Door) -> Series | None:
    known = door.visit.series_id
    return Series.objects.with_everything().get(pk=known) if known else None


def _chosen(request: HttpRequest, name: str) -> Any:
    sent = request.POST if request.method == "POST" else request.GET
    return sent if name in sent else None


def _as_it_is(series: Series) -> dict[str, Any]:
    return {
        "scope": Scope.LATER.value,
        "weekday": series.first_day.weekday(),
        "at": series.at,
        "therapist": series.therapist.slug if series.therapist else "",
    }


def _concerned(door: Door, series: Series, scope: Scope, why_not: WhyNot) -> Concerned:
    clinic, now = Clinic.objects.the(), timezone.now()
    asked = None if door.at_the_desk else why_not
    return concerned(series, door.visit, scope, clinic, why_not=asked, now=now)


def _new_places(
    door: Door, series: Series, form: MoveScopeForm, found: Concerned
) -> list[SeriesDate]:
    """Each on its own date of the series as it is to be, or where that is nearest."""
    clinic, now, rule = Clinic.objects.the(), timezone.now(), form.rule_of(series)
    wanted: dict[Any, Slot] = {}
    for visit in found.visits:
        day = series.rule.nearest_to(clinic.day_of(visit.starts_at))
        start = rule.start_on(day + (rule.first_day - series.first_day), clinic.tz)
        slot = Slot(
            treatment=visit.treatment, start=start, therapist=form.cleaned_data["therapist"]
        )
        wanted[visit.pk] = as_booked(slot, visit)
    asked = AskedFor(
        client=series.client,
        rules=rules_of_moving(door.by),
        excused=BOOKED_ALREADY,
        moving=found.visits,
    )
    return looked_at(clinic, wanted, asked, now=now)


def _of(found: Concerned) -> dict[str, Any]:
    visits = {one.pk: one for one in found.visits}
    return {"visits": visits, "initial": {"key": token_hex(16)}}


def _opens_on(day: date, clinic: Clinic) -> date:
    return day - timedelta(days=clinic.horizon_days)


def _about(door: Door, series: Series) -> dict[str, Any]:
    clinic, now = Clinic.objects.the(), timezone.now()
    today = clinic.day_of(now)
    return {
        "door": door,
        "visit": door.visit,
        "series": series,
        "clinic": clinic,
        "today": today,
        "in_words": series_in_words(series, today),
    }


def _show(
    request: HttpRequest,
    door: Door,
    series: Series,
    page: str,
    more: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    context = {**_about(door, series), **more}
    return render(request, f"web/series/{page}.html", context, status=status)


def _show_cancel(
    request: HttpRequest,
    door: Door,
    series: Series,
    form: CancelScopeForm,
    *,
    refusal: Refused | None = None,
) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    found = _concerned(door, series, form.chosen, why_not_cancel)
    more = {
        "form": form,
        "found": found,
        "refusal": refusal,
        "lines": [(one, _fee(one, clinic, now) if door.at_the_desk else 0) for one in found.visits],
    }
    return _show(
        request, door, series, "cancel", more, status=status_of(refusal) if refusal else 200
    )


def _fee(visit: Appointment, clinic: Clinic, now: datetime) -> Any:
    late = is_late_to_cancel(visit, clinic, now=now)
    return clinic.fee_for_cancelling_late(visit.price) if late else 0


def _show_move(
    request: HttpRequest,
    door: Door,
    series: Series,
    *,
    form: MoveScopeForm,
    found: Concerned,
    dates_form: DatesForm,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    more = {
        "form": form,
        "found": found,
        "dates_form": dates_form,
        "refusal": refusal,
        "tells": request.method != "POST" or "tell" in request.POST,
    }
    return _show(
        request, door, series, "move", more, status=status_of(refusal) if refusal else status
    )
