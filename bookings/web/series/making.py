"""Making an appointment come again: how often, each of its dates, and then all in one go."""

from dataclasses import replace
from datetime import date
from secrets import token_hex
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.refusals import Busy, Refused
from bookings.actions.series import making
from bookings.actions.series.making import DatesRefused, SeriesRequest
from bookings.core.scheduling.series import Rule
from bookings.models import Appointment, Clinic
from bookings.queries.scheduling.slots import Slot
from bookings.queries.series.dates import AskedFor, Key, SeriesDate, looked_at
from bookings.queries.series.in_words import rule_in_words
from bookings.queries.series.race_ahead import race_ahead
from bookings.web.mail.told import say_done
from bookings.web.responses import status_of
from bookings.web.series.doors import Door
from bookings.web.series.forms import COUNT, USUAL_COUNT, USUAL_WEEKS, DatesForm, RuleForm


def repeat(request: HttpRequest, door: Door) -> HttpResponse:
    """GET shows what the rule would come to; POST carries each date as it was chosen there."""
    if not making.may_come_again(door.visit):
        return back(door)
    clinic = Clinic.objects.the()
    is_sent = request.method == "POST"
    asked = request.POST if is_sent else request.GET
    given = asked if "every_weeks" in asked else _usual(door)
    race = race_ahead(door.visit, clinic, now=timezone.now())
    rule = RuleForm(given, visit=door.visit, clinic=clinic, race=race)
    if not rule.is_valid():
        return _show(request, door, rule, None, status=422)
    found = _dates(clinic, door, rule.rule, rule)
    if not is_sent:
        return _show(request, door, rule, DatesForm(initial=_new_key(), dates=found))
    form = DatesForm(request.POST, dates=found)
    if not form.is_valid():
        return _show(request, door, rule, form, status=422)
    return _make(request, door, rule, form)


def may_repeat(visit: Appointment) -> bool:
    return making.may_come_again(visit)


def back(door: Door) -> HttpResponse:
    """To its series, where it has one."""
    return redirect(door.series_url if door.visit.series_id else door.visit_url)


def _make(request: HttpRequest, door: Door, rule: RuleForm, form: DatesForm) -> HttpResponse:
    wanted = SeriesRequest(
        visit=door.visit,
        therapist=rule.cleaned_data["therapist"],
        rule=rule.rule,
        slots={day: slot for day, slot in form.chosen_slots.items() if isinstance(day, date)},
        waits_for=form.chosen_to_wait,
        key=form.cleaned_data["key"],
        rules=door.rules,
        notify=door.notify("tell" in request.POST),
        by=door.by,
    )
    try:
        making.make(wanted, now=timezone.now())
    except Busy:
        raise
    except Refused as refusal:
        found = _dates(Clinic.objects.the(), door, rule.rule, rule)
        again = DatesForm(request.POST, dates=found)
        again.is_valid()
        return _show(request, door, rule, again, refusal=refusal, status=status_of(refusal))
    _say_what_was_made(request, wanted, door)
    return redirect(door.series_url)


def _say_what_was_made(request: HttpRequest, wanted: SeriesRequest, door: Door) -> None:
    if door.at_the_desk:
        messages.success(request, _("The series is booked, exactly as it was shown."))
    elif wanted.slots:
        mailed = _("We have emailed you all of it, with a file for each.")
        say_done(request, _("Your series is booked."), mailed, door.visit.whose)
    else:
        messages.success(request, _("Your series is noted. We email you as each date is booked."))


def _usual(door: Door) -> dict[str, Any]:
    visit = door.visit
    return {
        "every_weeks": USUAL_WEEKS,
        "ends": COUNT,
        "count": USUAL_COUNT,
        "therapist": "" if visit.any_therapist else visit.therapist.slug,
    }


def _dates(clinic: Clinic, door: Door, rule: Rule, form: RuleForm) -> list[SeriesDate]:
    """All after the first, which is booked already."""
    visit = door.visit
    slot = Slot(
        treatment=visit.treatment,
        start=visit.starts_at,
        therapist=form.cleaned_data["therapist"],
    )
    wanted: dict[Key, Slot] = {
        day: replace(slot, start=rule.start_on(day, clinic.tz)) for day in rule.days[1:]
    }
    asked = AskedFor(client=visit.whose, rules=door.rules)
    return looked_at(clinic, wanted, asked, now=timezone.now())


def _new_key() -> dict[str, str]:
    return {"key": token_hex(16)}


def _show(
    request: HttpRequest,
    door: Door,
    rule: RuleForm,
    form: DatesForm | None,
    *,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    context = {
        "door": door,
        "visit": door.visit,
        "clinic": clinic,
        "today": clinic.day_of(now),
        "form": rule,
        "dates_form": form,
        "refusal": refusal,
        "refused": refusal.refused if isinstance(refusal, DatesRefused) else {},
        "horizon_days": clinic.horizon_days,
        "tells": request.method != "POST" or "tell" in request.POST,
    }
    if form is not None:
        context["has_to_wait"] = any(one.waits for one in form.dates)
        context["meets_the_plan"] = any(one.session for one in form.dates)
        made = rule.rule
        context["in_words"] = rule_in_words(
            made.every_weeks, made.first_day, made.at, made.days[-1], today=clinic.day_of(now)
        )
    return render(request, "web/series/repeat.html", context, status=status)
