"""Pages about one appointment, opened by whoever has its link."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from bookings import links
from bookings.actions.clients import identity
from bookings.actions.refusals import Busy
from bookings.core.roles import Role
from bookings.models import Appointment
from bookings.queries.clients import strangers
from bookings.web.responses import private, sorry
from bookings.web.visitor import has_proved, remember_proved, visitor


@dataclass
class Opened:
    """An appointment and the link it was opened with."""

    appointment: Appointment
    token: str
    from_mail: bool
    mailed_to: str
    is_for_the_mailbox: bool

    @property
    def asks_who(self) -> bool:
        """Whether this is the first visit from a mail to an address not yet proved."""
        return self.from_mail and self.appointment.whose.is_provisional

    def ended_before(self, instant: datetime) -> bool:
        """Whether the visit is that long ago, so that its link has had its time."""
        return self.appointment.ends_at < instant


def behind_a_link(
    view: Callable[..., HttpResponse], *, says_yes: bool = True
) -> Callable[..., HttpResponse]:
    """A POST from behind a mailed link proves its address first, here and from now on, but for
    what does not say yes: who cancels it as not theirs answers for nothing else booked there.

    A link is over with the address that it was mailed to; one that a browser was shown is over
    with the answer from the mailbox, but where that was given, and leads on from a mistyped one.
    """

    @private
    @wraps(view)
    def run(request: HttpRequest, token: str, **asked: Any) -> HttpResponse:
        opened = _open(token)
        if elsewhere := _is_elsewhere(request, opened):
            return elsewhere
        try:
            if request.method == "POST" and says_yes and opened.asks_who:
                client, mailed_to = opened.appointment.whose, opened.mailed_to
                identity.prove(client, mailed_to=mailed_to, by=Role.RUNNER, now=timezone.now())
                opened = _open(token)
            if request.method == "POST":
                remember_proved(request, opened.mailed_to)
            return view(request, opened, **asked)
        except identity.AnotherAddress:
            raise Http404 from None
        except Busy as refusal:
            return sorry(request, refusal)

    return run


def reads_the_mailbox(request: HttpRequest, opened: Opened) -> bool:
    """What names other appointments, or the training, is for its own runner, once proved."""
    whose = opened.appointment.whose
    return not whose.is_provisional and (opened.from_mail or has_proved(request, whose))


def back_to_it(opened: Opened) -> HttpResponse:
    return redirect("runner:appointment", opened.token)


def _is_elsewhere(request: HttpRequest, opened: Opened) -> HttpResponse | None:
    """Where it is open, if not behind this link."""
    visit = opened.appointment
    if strangers.address_was_mistyped(visit):
        is_theirs = bool(visit.visitor) and visit.visitor == visitor(request)
        anew = strangers.booked_anew_for(visit) if is_theirs and not opened.from_mail else None
        if anew is None:
            raise Http404
        return redirect(links.page_url(anew))
    if opened.is_for_the_mailbox and not has_proved(request, visit.whose):
        return render(request, "runner/scheduling/in_the_mail.html", status=403)
    return None


def _open(token: str) -> Opened:
    try:
        link = links.read(token)
    except BadSignature:
        raise Http404 from None
    found = Appointment.objects.opened(link.public_id, link.edition)
    if not found:
        raise Http404
    [appointment] = found
    if link.from_mail and not links.still_goes_to(link.mailed_to, appointment.whose):
        raise Http404
    for_the_mailbox = link.of_a_browser and appointment.was_answered
    return Opened(appointment, token, link.from_mail, link.mailed_to, for_the_mailbox)
