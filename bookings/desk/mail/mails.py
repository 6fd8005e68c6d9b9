"""Mail as the desk sees it: what needs a look, what is to come, what became of it, and samples."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings import links
from bookings.actions.mail import controls
from bookings.actions.refusals import Refused
from bookings.desk.form_fields import back_or
from bookings.mail.compose import BadAddress, compose
from bookings.mail.contents import SUBJECTS
from bookings.mail.preview import Foreseen, foresee
from bookings.models import Appointment, Client, Clinic, Mail, MailKind
from bookings.queries.mail import mail_status
from bookings.queries.mail.nudges import NOTHING_LEFT
from bookings.web.actor import who
from bookings.web.client_links import client_or_404
from bookings.web.days import day_in
from bookings.web.filters import with_remembered
from bookings.web.forms import whole_number
from bookings.web.mail.frame import framed, html_of, in_a_frame
from bookings.web.mail.samples import written_sample
from bookings.web.requests import StaffRequest

WEEK = timedelta(days=7)
SHOWN, OF_A_DAY, A_PAGE = 200, 25, 25


@dataclass(frozen=True)
class MailDay:
    """What is due on a civil day, at most OF_A_DAY of the `count`, and how many of each kind."""

    day: date
    mails: Sequence[Mail]
    count: int
    kinds: Sequence[tuple[str, int]]


@require_safe
def mails(request: StaffRequest) -> HttpResponse:
    failed = Mail.objects.asking_for_attention().select_related("client", "appointment")
    to_come = mail_status.to_come(WEEK)
    kinds = sorted(set(to_come.order_by().values_list("kind", flat=True)))
    chosen = with_remembered(request, "mails", "kind").get("kind", "")
    if chosen in kinds:
        to_come = to_come.filter(kind=chosen)
    context = {
        "kinds": [(kind, MailKind(kind).label) for kind in kinds],
        "chosen": chosen if chosen in kinds else "",
        "now": timezone.now(),
    }
    if day := day_in(request.GET.get("day", "")):
        return _of_a_day(request, day, to_come, context)
    context |= {
        "failed": failed[:SHOWN],
        "days": _by_day(to_come, Clinic.objects.the()),
        "unreachable": Client.objects.filter(bounced_at__isnull=False)[:SHOWN],
    }
    return render(request, "desk/mail/overview.html", context)


def _by_day(to_come: QuerySet[Mail], clinic: Clinic) -> list[MailDay]:
    """The database counts all, and only those shown are read: two questions."""
    shown: dict[date, list[Mail]] = defaultdict(list)
    kinds: dict[date, Counter[str]] = defaultdict(Counter)
    for mail in mail_status.first_of_each_day(to_come, OF_A_DAY, clinic.tz):
        shown[clinic.day_of(mail.due_at)].append(mail)
    for day, kind, count in mail_status.counted(to_come, clinic.tz):
        kinds[day][str(MailKind(kind).label)] = count
    return [
        MailDay(day=day, mails=shown[day], count=found.total(), kinds=found.most_common())
        for day, found in sorted(kinds.items())
    ]


def _of_a_day(
    request: StaffRequest, day: date, to_come: QuerySet[Mail], context: dict[str, Any]
) -> HttpResponse:
    """All of them, page by page."""
    found = mail_status.due_on(day, to_come, Clinic.objects.the())
    shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/mail/day.html", {**context, "day": day, "shown": shown})


@require_safe
def of_client(request: StaffRequest, pk: int) -> HttpResponse:
    client = client_or_404(pk)
    found = client.mails.select_related("client", "appointment")
    return _history(request, _("Mails to {client}").format(client=client), found, client=client)


@require_safe
def of_appointment(request: StaffRequest, pk: int) -> HttpResponse:
    visit = get_object_or_404(Appointment.objects.with_everything(), pk=pk)
    found = Mail.objects.about(visit).select_related("client", "appointment")
    return _history(request, _("Mails about {visit}").format(visit=visit), found)


def _history(
    request: StaffRequest, title: str, found: Any, client: Client | None = None
) -> HttpResponse:
    shown = Paginator(found.order_by("-due_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    context = {"title": title, "shown": shown, "client": client}
    return render(request, "desk/mail/history.html", context)


@require_safe
def mail(request: StaffRequest, pk: int) -> HttpResponse:
    """All that is known of one, and its words as they would be now."""
    found = _found(pk)
    foreseen, message = _written(found)
    context = {
        "mail": found,
        "message": message,
        "foreseen": foreseen,
        "can_stop": found.can_be_stopped,
        "can_send_again": found.needs_a_look and found.not_after > timezone.now(),
    }
    return render(request, "desk/mail/mail.html", context)


@require_safe
@framed
def body(_request: StaffRequest, pk: int) -> HttpResponse:
    return in_a_frame(html_of(_written(_found(pk))[1]))


@require_POST
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Stop it, send it again, or say that somebody has seen to it."""
    found = _found(pk)
    by, now = who(request), timezone.now()
    actions: dict[str, tuple[Callable[[], None], str]] = {
        "stop": (lambda: controls.stop(found, by=by), _("It will not go out.")),
        "again": (lambda: controls.send_again(found, by=by, now=now), _("It goes out once more.")),
        "settle": (lambda: controls.settle(found, by=by, now=now), _("Noted: seen to.")),
    }
    if request.POST.get("do") not in actions:
        raise Http404
    action, done = actions[request.POST["do"]]
    try:
        action()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    from_the_list = request.POST.get("from") == "list"
    return _to_the_list(request) if from_the_list else back_or(request, "desk:mail", pk)


def _to_the_list(request: StaffRequest) -> HttpResponse:
    """Or to the same page of its day, if it stood there."""
    if (day := day_in(request.POST.get("day", ""))) is None:
        return redirect("desk:mails")
    page = whole_number(request.POST.get("page")) or 1
    kind = urlencode({"kind": request.POST.get("kind", "")})
    return redirect(f"{reverse('desk:mails')}?day={day}&page={page}&{kind}")


@require_POST
def pause(request: StaffRequest) -> HttpResponse:
    if request.POST.get("do") == "resume":
        controls.resume()
        messages.success(request, _("Mail goes out again."))
    else:
        controls.pause(by=who(request), now=timezone.now())
        messages.success(request, _("All mail is paused. What is owed waits."))
    return redirect("desk:mails")


@require_safe
def kinds(request: StaffRequest) -> HttpResponse:
    return render(request, "desk/mail/kinds.html", {"kinds": list(MailKind)})


@require_safe
def kind(request: StaffRequest, name: str) -> HttpResponse:
    found = _kind(name)
    context = {"kind": found, "message": written_sample(found)}
    return render(request, "desk/mail/kind.html", context)


@require_safe
@framed
def kind_body(_request: StaffRequest, name: str) -> HttpResponse:
    return in_a_frame(html_of(written_sample(_kind(name))))


def _found(pk: int) -> Mail:
    return get_object_or_404(Mail.objects.select_related("client", "appointment"), pk=pk)


def _kind(name: str) -> MailKind:
    if name not in MailKind.values:
        raise Http404
    return MailKind(name)


def _written(found: Mail) -> tuple[Foreseen | None, EmailMessage | None]:
    """What is to be foreseen of it, and its words; none where nothing can be written any more.

    Its links lead nowhere, for they are the client's alone.
    """
    if found.kind not in SUBJECTS:
        return None, None
    clinic = Clinic.objects.the()
    foreseen = foresee(found, clinic, now=timezone.now())
    if foreseen.objection == str(NOTHING_LEFT):
        return foreseen, None
    try:
        with links.leading_nowhere():
            return foreseen, compose(found, clinic, now=foreseen.at)
    except (BadAddress, LookupError, StopIteration):
        return foreseen, None
