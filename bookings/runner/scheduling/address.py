"""The address of a booking was mistyped: its mail goes to another one, and all else stays."""

from functools import partial
from secrets import token_hex

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.actions.refusals import Refused, Stale
from bookings.actions.scheduling import booking as booking_action
from bookings.links import page_url
from bookings.models import Appointment
from bookings.queries.clients import strangers
from bookings.runner.scheduling.booking import asked_for, confirm, is_them, note_booked
from bookings.web.appointment_links import Opened, back_to_it, behind_a_link
from bookings.web.forms import PERSON, PersonForm
from bookings.web.rate_limits import BOOKING, limited
from bookings.web.responses import page_methods, status_of, tell_when_to_return
from bookings.web.training.plan_store import SessionPlan
from bookings.web.visitor import visitor


@page_methods
@limited(BOOKING)
@partial(behind_a_link, says_yes=False)
def correct(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Nothing is given up, and nothing mailed, before an address is there that may be right."""
    visit = opened.appointment
    if not visit.visitor or visit.visitor != visitor(request):
        raise Http404
    if strangers.asked_until(visit) is None:
        return _waits_no_more(request, opened)
    if request.method != "POST":
        known = {name: getattr(visit.whose, name) for name in PERSON}
        return _ask(request, opened, PersonForm(initial={**known, "key": token_hex(16)}))
    form = PersonForm(request.POST)
    if form.is_valid() and is_them(visit.whose, form.person):
        form.add_error("email", _("That is where the email went. Please give another address."))
    if not form.is_valid():
        return _ask(request, opened, form, status=422)
    try:
        return redirect(_booked_anew(request, visit, form))
    except Stale:
        return _waits_no_more(request, opened)
    except Refused as refusal:
        page = _ask(request, opened, form, refusal=refusal, status=status_of(refusal))
        return tell_when_to_return(page, refusal)


def _booked_anew(request: HttpRequest, visit: Appointment, form: PersonForm) -> str:
    """All that was booked at once, under the other address. Returns the page that shows it."""
    now, plan = timezone.now(), SessionPlan(request)
    told = plan.told_with(visit)
    wanted = asked_for(request, [], form, told, now=now)
    visits = booking_action.book_at_another_address(visit, wanted, now=now)
    plan.take_back_from(visit)
    note_booked(request, visits, told, now=now)
    confirm(request, form.cleaned_data, waits=visits[0].prove_by is not None)
    return plan.url if len(visits) > 1 else page_url(visits[0])


def _waits_no_more(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Confirmed or given back meanwhile."""
    messages.error(request, str(Stale()))
    return back_to_it(opened)


def _ask(
    request: HttpRequest,
    opened: Opened,
    form: PersonForm,
    *,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    together = opened.appointment.together
    back = SessionPlan(request).url if together else page_url(opened.appointment)
    context = {"opened": opened, "form": form, "refusal": refusal, "back": back}
    return render(request, "runner/scheduling/address.html", context, status=status)
