"""The appointment's own page, its calendar file, and "yes, that's me" and "I'm coming"."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bookings import calendars, links
from bookings.actions.mail import reminders
from bookings.actions.refusals import Refused, Stale
from bookings.actions.scheduling import undoing, unproved
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Client, Clinic
from bookings.queries.clients import strangers
from bookings.queries.scheduling import cutoffs
from bookings.queries.series.in_words import one_of_it
from bookings.queries.waiting_list.relays import was_passed_on
from bookings.runner.clients.age_consent import still_to_tell
from bookings.runner.scheduling.series import can_repeat
from bookings.runner.training.race_answer import answer_to
from bookings.web.appointment_links import (
    Opened,
    back_to_it,
    behind_a_link,
    reads_the_mailbox,
)
from bookings.web.responses import page_methods
from bookings.web.scheduling.visits import Visit, times_of_the_day
from bookings.web.training.own_plan.misplaced import misplaced_shown
from bookings.web.training.plan_store import (
    ConfirmedHere,
    PlanStore,
    SessionPlan,
    days_come_along,
    offered_in,
    plan_behind_a_link,
    plan_of_store,
)
from bookings.web.visitor import has_proved, visitor
from bookings.web.waiting_list.better import better_for_the_reader

IN_WORDS = {
    Status.BOOKED: gettext_lazy("Booked"),
    Status.ARRIVED: gettext_lazy("You have arrived"),
    Status.COMPLETED: gettext_lazy("Took place"),
    Status.NO_SHOW: gettext_lazy("Missed"),
    Status.CANCELLED: gettext_lazy("Cancelled"),
}


@require_safe
@behind_a_link
def appointment(request: HttpRequest, opened: Opened) -> HttpResponse:
    visit, clinic, now = opened.appointment, Clinic.objects.the(), timezone.now()
    can_change = visit.status == Status.BOOKED and visit.starts_at > now
    confirm_by = strangers.asked_until_in_words(visit, clinic, now=now)
    context = {
        **(_races(request, opened, clinic, now) if can_change else {}),
        **_waits_and_series(request, opened, clinic, can_change, now),
        "opened": opened,
        "appointment": visit,
        "clinic": clinic,
        "status": _("Kept for you") if confirm_by else IN_WORDS[Status(visit.status)],
        "calendars": calendars.on_the_web(visit, clinic),
        "undo": undoing.offered(visit, clinic, by=Role.RUNNER, now=now),
        "asked_of": _asked_of(opened) if can_change else [],
        "is_booked": visit.status == Status.BOOKED,
        "confirm_by": confirm_by,
        "booked_here": _booked_here(request, opened),
        "was_given_back": strangers.was_given_back(visit),
        "again_url": times_of_the_day(visit, clinic),
        "same_again": Visit(visit).again_url if opened.from_mail else "",
        "visits_url": _all_of_them(request, opened),
        "today": clinic.day_of(now),
        "is_today": clinic.day_of(visit.starts_at) == clinic.day_of(now),
        "is_over": visit.ends_at <= now,
        "to_tell": still_to_tell(visit.whose, clinic, clinic.day_of(now)),
        "can_change": can_change,
        "why_not_move": cutoffs.why_not_move(visit, clinic, now=now),
        "why_not_cancel": cutoffs.why_not_cancel(visit, clinic, now=now),
    }
    return render(request, "runner/scheduling/appointment.html", context)


def _waits_and_series(
    request: HttpRequest, opened: Opened, clinic: Clinic, can_change: bool, now: datetime
) -> dict[str, Any]:
    series = _series(request, opened, clinic, now)
    waits = _waits(request, opened, clinic, now) if can_change else {}
    visit = opened.appointment
    return {
        **series,
        **waits,
        "owed": clinic.fee_for_cancelling_late(visit.price),
        "owed_unless_they_come": clinic.fee_for_not_coming(visit.price),
        "was_passed_on": was_passed_on(visit),
    }


def _waits(request: HttpRequest, opened: Opened, clinic: Clinic, now: datetime) -> dict[str, Any]:
    """Whether another time is waited for; its page is for the reader of the mailbox."""
    visit = opened.appointment
    entry = visit.earlier_wishes.waiting().first() if visit.has_a_wish else None
    if entry is None:
        return {"better": better_for_the_reader(request, opened, clinic, now)}
    client = visit.whose
    is_theirs = opened.from_mail and has_proved(request, client)
    url = links.client_path(links.Purpose.WAITING, client, entry=entry.pk) if is_theirs else ""
    return {"waits_for_another": entry, "place_url": url}


def _series(request: HttpRequest, opened: Opened, clinic: Clinic, now: datetime) -> dict[str, Any]:
    """What it comes again in, or that it could; for who reads the mailbox."""
    visit = opened.appointment
    if not reads_the_mailbox(request, opened):
        return {}
    if visit.series is None:
        return {"can_repeat": can_repeat(visit, now)}
    return {
        "series_words": one_of_it(visit.series, clinic.day_of(now)),
        "can_repeat": can_repeat(visit, now),
    }


def _asked_of(opened: Opened) -> list[Appointment]:
    """What a yes makes firm, where that is more than the one that the page is about."""
    together = opened.appointment.together
    if not (opened.asks_who and together):
        return []
    visits = Appointment.objects.visits().filter(together=together, status=Status.BOOKED)
    return list(visits.with_everything().order_by("starts_at"))


def _races(request: HttpRequest, opened: Opened, clinic: Clinic, now: datetime) -> dict[str, Any]:
    """What is known of the runner's races: behind a mailed link theirs, else this browser's."""
    client = opened.appointment.whose
    store: PlanStore | None
    known: dict[str, Any] = {}
    if opened.from_mail:
        store = plan_behind_a_link(client, opened.token)
        known = {
            "store": store,
            "offered": offered_in(store, request),
            "days_come_along": days_come_along(store, request),
        }
    else:
        store = _plan_here(request, client)
    if store is None:
        return {"races": []}
    plan = plan_of_store(store, clinic, now=now)
    shown = misplaced_shown(store, clinic, holder=visitor(request), now=now, plan=plan)
    known["misplaced"] = [one for one in shown if one.of.visit == opened.appointment]
    known["plan_store"] = store
    if plan:
        known["greeted"] = answer_to(store, plan, clinic, now=now, holder=visitor(request))
    today = clinic.day_of(now)
    ahead = [race for race in store.races if race.race_date >= today]
    return {**known, "races": ahead or store.races}


def _plan_here(request: HttpRequest, client: Client) -> PlanStore | None:
    """This browser's, where it went with what the client has booked, or has become theirs."""
    browser = SessionPlan(request)
    if browser.taken_by == client:
        return ConfirmedHere(client)
    return browser if browser.told.data and client in browser.companions else None


def _all_of_them(request: HttpRequest, opened: Opened) -> str:
    """For the reader of the mailbox, and not for whoever was sent this one's link."""
    if not opened.from_mail or not has_proved(request, opened.appointment.whose):
        return ""
    return links.client_path(links.Purpose.VISITS, opened.appointment.whose)


@require_safe
@behind_a_link
def calendar(_request: HttpRequest, opened: Opened) -> HttpResponse:
    visit = opened.appointment
    token = links.calendar_token(visit) if opened.from_mail else opened.token
    return HttpResponse(
        calendars.download(visit, Clinic.objects.the(), token),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="appointment.ics"'},
    )


@require_POST
@behind_a_link
def prove(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The link itself has proved the address already; this only goes back and says thank you."""
    if opened.from_mail:
        thanks = _("Thank you. Your email address is confirmed.")
        if opened.appointment.together:
            thanks = _("Thank you. Your email address and all of these appointments are confirmed.")
        messages.success(request, thanks)
    return back_to_it(opened)


@require_POST
@behind_a_link
def send_again(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The mail that asks to confirm, for the browser that has booked and waits for it."""
    if not _booked_here(request, opened):
        raise Http404
    try:
        unproved.ask_again(opened.appointment, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The email to confirm it is on its way again."))
    return back_to_it(opened)


def _booked_here(request: HttpRequest, opened: Opened) -> bool:
    by = opened.appointment.visitor
    return bool(by) and by == visitor(request)


@page_methods
@behind_a_link
def coming(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The mail's link shows the one button; what opens links in mails presses none."""
    if request.method == "POST":
        return _say_so(request, opened)
    visit = opened.appointment
    if visit.status != Status.BOOKED or visit.confirmed_at or visit.starts_at <= timezone.now():
        return back_to_it(opened)
    context = {"opened": opened, "appointment": visit, "clinic": Clinic.objects.the()}
    return render(request, "runner/scheduling/attendance_confirm.html", context)


def _say_so(request: HttpRequest, opened: Opened) -> HttpResponse:
    try:
        reminders.say_coming(opened.appointment, by=Role.RUNNER, now=timezone.now())
    except Stale:
        messages.warning(request, _("This appointment is no longer coming up; see below."))
    else:
        messages.success(request, _("Thank you for telling us. See you soon."))
    return back_to_it(opened)
