"""Is all well? One page that says so, or what to do."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.actions import alerts
from bookings.models import Clinic, LastSeen, Seen, Tally, Trouble
from bookings.queries.office import watch
from bookings.web.requests import StaffRequest
from bookings.web.responses import private

MOST_TRIES, TRIES_PER = 5, timedelta(minutes=10)


@require_safe
@private
def page(request: StaffRequest) -> HttpResponse:
    clinic, now = Clinic.objects.the(), timezone.now()
    found = watch.standings(clinic, now=now)
    since = dict(Trouble.objects.filter(well_since=None).values_list("part", "since"))
    context = {
        "found": [(one, since.get(one.part)) for one in sorted(found, key=_worst_first)],
        "summary": watch.in_a_sentence(found),
        "is_trouble": any(one.is_trouble for one in found),
        "has_second_way": bool(settings.ALERT_EMAIL_URL or settings.ALERT_URL),
        "second_way": LastSeen.objects.of(Seen.SECOND_WAY),
        "has_alive": bool(settings.ALIVE_URL),
    }
    return render(request, "office/watch/watch.html", context)


def _worst_first(one: watch.PartStanding) -> int:
    order = (watch.State.TROUBLE, watch.State.COULD_BE_BETTER, watch.State.WELL)
    return order.index(one.state)


@require_POST
def try_second_way(request: StaffRequest) -> HttpResponse:
    if asked_too_often(request, "second-way"):
        return redirect("office:watch")
    if not say_what_the_second_way_does(request):
        messages.error(request, _("No second way is set: ALERT_EMAIL_URL or ALERT_URL."))
    return redirect("office:watch")


def say_what_the_second_way_does(request: StaffRequest) -> bool:
    """Sends a test by it; whether there is one."""
    went = alerts.try_the_second_way() if settings.ALERT_EMAIL_URL or settings.ALERT_URL else []
    for sentence, good in went:
        (messages.success if good else messages.error)(request, sentence)
    return bool(went)


def asked_too_often(request: StaffRequest, what: str) -> bool:
    """Counts one more; says so, where it is too much."""
    if Tally.objects.one_more(f"{what}-{request.user.pk}", TRIES_PER) <= MOST_TRIES:
        return False
    messages.error(request, _("That was tried too often. Please wait a few minutes."))
    return True
