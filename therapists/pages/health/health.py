"""The health check, as clients fill it in: from the link in a mail, or signed in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from bookings.core.training import Phase, Protocol
from bookings.models import Appointment, Client, Clinic
from bookings.queries.training import protocol
from bookings.queries.training.phases import phases_on
from bookings.web.appointment_links import Opened, back_to_it, behind_a_link
from bookings.web.requests import SignedInRequest
from bookings.web.responses import page_methods
from therapists.actions import health_checks
from therapists.models import Form, Letter
from therapists.pages.draft_recovery import STANDS_HERE, door_pass, taken
from therapists.pages.forms import ChangedForm, FullForm, HealthForm, as_typed
from therapists.pages.no_store import careful
from therapists.pages.reader import reader_of
from therapists.queries.questionnaire import (
    Group,
    answered_just_now,
    form_for,
    grouped,
    questions_in_the_room,
    questions_of,
)

FORMS: dict[Form, type[HealthForm]] = {Form.FULL: FullForm, Form.CHANGED: ChangedForm}
ALL_OF_IT, ONCE_MORE = "all", "again"
ASKS_FOR = timedelta(days=7)  # after the visit; its link is for that visit


@dataclass
class Asking:
    """One client in front of one form; `visit` is the one that they came for."""

    client: Client
    visit: Appointment | None
    form: Form
    rules: Protocol
    phases: set[Phase]
    in_the_room: bool = False
    groups: list[Group] = field(init=False)

    def __post_init__(self) -> None:
        ask = questions_in_the_room if self.in_the_room else questions_of
        self.questions = ask(self.form, self.rules, self.phases)
        self.groups = grouped(self.questions)

    @property
    def is_full(self) -> bool:
        return self.form == Form.FULL

    def blank(self, **fields: Any) -> HealthForm:
        return FORMS[self.form](groups=self.groups, label_suffix="", **fields)


@page_methods
@careful
@behind_a_link
def by_link(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The page's own link proves nobody's address, so it opens no health check."""
    if not opened.from_mail:
        return render(request, "therapists/health/health_from_the_mail.html", {"opened": opened})
    visit, now = opened.appointment, timezone.now()
    if opened.ended_before(now - ASKS_FOR):
        return back_to_it(opened)
    if answered := _answered_just_now(request, visit.whose, visit, now):
        return answered
    asking = asking_of(request, visit.whose, visit, now)
    return _conversation(request, asking, asking.blank(), now)


@page_methods
@careful
def signed_in(request: SignedInRequest) -> HttpResponse:
    """With the answers that were given last, to look through and correct."""
    client = Client.objects.filter(user=request.user, proved_at__isnull=False).first()
    if client is None:
        return redirect("runner:account")
    now = timezone.now()
    asking = asking_of(request, client, None, now)
    if typed := taken(request):
        messages.warning(request, STANDS_HERE)
        return _show(request, asking, asking.blank(data=typed))
    if answered := _answered_just_now(request, client, None, now):
        return answered
    initial = {}
    if asking.is_full and request.method != "POST":
        earlier = health_checks.newest_full(client, reader=reader_of(request), now=now)
        initial = as_typed(earlier) if earlier else {}
    return _conversation(request, asking, asking.blank(initial=initial), now)


def _answered_just_now(
    request: HttpRequest, client: Client, visit: Appointment | None, now: datetime
) -> HttpResponse | None:
    """Instead of the same questions, where nobody has asked for them."""
    if request.method == "POST" or ALL_OF_IT in request.GET or ONCE_MORE in request.GET:
        return None
    if (at := answered_just_now(client, now=now)) is None:
        return None
    letters = _letters(request, client, visit)
    context = {"at": at, "once_more": f"?{ONCE_MORE}", "all_of_it": f"?{ALL_OF_IT}"}
    context |= {"letters": letters}
    return render(request, "therapists/health/health_answered.html", context)


def asking_of(
    request: HttpRequest,
    client: Client,
    visit: Appointment | None,
    now: datetime,
    *,
    in_the_room: bool = False,
) -> Asking:
    clinic = Clinic.objects.the()
    days = {clinic.day_of(at) for at in (now, *([visit.starts_at] if visit else []))}
    phases = {phases_on([client], day)[client.pk].phase for day in days}
    wants_all = ALL_OF_IT in request.GET
    form = Form.FULL if wants_all else form_for(client, now=now)
    return Asking(client, visit, form, protocol.current(), phases, in_the_room)


def _conversation(
    request: HttpRequest, asking: Asking, blank: HealthForm, now: datetime
) -> HttpResponse:
    if request.method != "POST":
        return _show(request, asking, blank)
    form = asking.blank(data=request.POST)
    if not form.is_valid():
        return _show(request, asking, form, status=422)
    given = form.answers(asking.rules.version)
    reader = reader_of(request)
    health_checks.give(
        asking.client, given, form=asking.form, visit=asking.visit, reader=reader, now=now
    )
    # No redirect: an address or a session that told what was answered would leak it.
    context = {"asking": asking, "given": given, "all_of_it": f"?{ALL_OF_IT}"}
    return render(request, "therapists/health/health_thanks.html", context)


def _letters(request: HttpRequest, client: Client, visit: Appointment | None) -> QuerySet[Letter]:
    """Those about the client, for whoever has signed in as them and certainly is it."""
    is_certain = request.user.is_authenticated and not client.unconfirmed_since
    if visit is not None or not is_certain:
        return Letter.objects.none()
    return Letter.objects.filter(note__appointment__client=client)


def _show(
    request: HttpRequest, asking: Asking, form: HealthForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "asking": asking,
        "form": form,
        "all_of_it": f"?{ALL_OF_IT}",
        "door_pass": "",
        "letters": _letters(request, asking.client, asking.visit),
        "is_shut": request.user.is_authenticated and asking.client.unconfirmed_since,
    }
    if request.user.is_authenticated and asking.visit is None:
        # Signed in; a link needs no login that could end meanwhile.
        context["door_pass"] = door_pass(request.user, request.path)
    return render(request, "therapists/health/health.html", context, status=status)
