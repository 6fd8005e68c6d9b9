"""The clients: a list to search, each one's record, and what the desk changes of it."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.clients import details, ways_in
from bookings.actions.mail import preferences as preferring
from bookings.actions.refusals import Stale
from bookings.core.clients.addresses import compared
from bookings.core.clients.search_text import bounded
from bookings.core.wording import isolated
from bookings.desk.clients.client_forms import ClientForm, sealed
from bookings.desk.training.phase_badge import badge
from bookings.models import Client, Clinic, MailGroup
from bookings.queries.clients import search as found
from bookings.queries.clients.search import ClientGroup
from bookings.queries.desk import client_record
from bookings.queries.money.standing import standing_of
from bookings.web.actor import who
from bookings.web.client_links import client_or_404
from bookings.web.filters import with_remembered
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods

A_PAGE = 50
MOST_NAMED = 4  # who have an address already
MAILS_SHOWN = 5
HOW = "front desk"


@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    """All of them, or those who are searched for, in a group of them or not."""
    now = timezone.now()
    today = Clinic.objects.the().day_of(now)
    typed = bounded(request.GET.get("q", ""))
    asked = with_remembered(request, "clients", "show").get("show", "")
    group = ClientGroup(asked) if asked in list(ClientGroup) else None
    people = found.containing(typed)
    if group:
        people = found.in_group(people, group, today=today, now=now)
    pages = Paginator(people, A_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    on_the_page = cast("QuerySet[Client]", shown.object_list)
    shown.object_list = found.with_what_is_ahead(on_the_page, today=today, now=now)
    context = {
        "shown": shown,
        "typed": typed,
        "group": group,
        "groups": list(ClientGroup),
        "today": today,
    }
    page = "desk/clients/_list.html" if request.htmx else "desk/clients/list.html"
    response = render(request, page, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def record(request: StaffRequest, pk: int) -> HttpResponse:
    client, clinic, now = client_or_404(pk), Clinic.objects.the(), timezone.now()
    shown = client_record.record(client, clinic, now=now)
    others = client.others_at_the_address.all()
    context = {
        "client": client,
        "record": shown,
        "phase": badge(shown.phase),
        "standing": standing_of(client),
        "groups": [(group, getattr(client, group.field)) for group in MailGroup],
        "mails": client.mails.order_by("-due_at")[:MAILS_SHOWN],
        "events": client.record_events.order_by("-at", "-pk")[: client_record.EVENTS_SHOWN],
        "namesakes": [*([client.same_address_as] if client.same_address_as else []), *others],
    }
    return render(request, "desk/clients/record.html", context)


@page_methods
def new(request: StaffRequest) -> HttpResponse:
    """Somebody who may have no e-mail."""
    today = _today()
    if request.method != "POST":
        return _form(request, ClientForm(today=today), None)
    form = ClientForm(request.POST, today=today)
    if not form.is_valid():
        return _form(request, form, None, status=422)
    client = details.take_down(**form.facts, by=who(request), now=timezone.now())
    messages.success(request, _("{client} is written down.").format(client=client))
    return redirect("desk:client", client.pk)


@page_methods
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    client, today = client_or_404(pk), _today()
    if request.method != "POST":
        return _form(request, ClientForm.of(client, today=today), client)
    form = ClientForm(request.POST, today=today, had=client.email)
    if not form.is_valid():
        return _form(request, form, client, status=422)
    seen, old = form.seen_facts, client.email
    if seen is None:
        return _form(request, form, client, status=422, said=_("Please send the form once more."))
    if said := _asked_whether_they_share_it(form, client):
        return _form(request, form, client, status=422, said=said, shared=form.facts["email"])
    try:
        details.change(client, seen=seen, wanted=form.facts, by=who(request), now=timezone.now())
    except Stale as refusal:
        return _form(request, form, client, status=409, said=str(refusal))
    messages.success(request, _what_was_saved(old, form.facts["email"]))
    return redirect("desk:client", pk)


def _asked_whether_they_share_it(form: ClientForm, client: Client) -> str:
    """An address gets links to the client's appointments: one of somebody else's is asked about."""
    email, is_sure = form.facts["email"], form.data.get("shared", "")
    if not email or compared(email) in (compared(client.email), compared(is_sure)):
        return ""
    others = list(Client.objects.at(email).exclude(pk=client.pk)[:MOST_NAMED])
    if not others:
        return ""
    named = get_text_list([isolated(one.name) for one in others], _("and"))
    return _(
        "{email} is the address of {names} as well. If they share a mailbox, save again; the links "
        "to these appointments go there at once."
    ).format(email=email, names=named)


def _what_was_saved(old: str, new: str) -> str:
    if compared(old) == compared(new):
        return _("The record is saved.")
    if not new:
        return _("The record is saved. The links in earlier mails have ended.")
    return _(
        "The record is saved. The links in earlier mails have ended, new ones go to {email}, and "
        "whoever was signed in is signed out."
    ).format(email=new)


@require_POST
def preferences(request: StaffRequest, pk: int) -> HttpResponse:
    """Which mails they want, as they have just told the desk."""
    client = client_or_404(pk)
    for group in MailGroup:
        wanted = group.value in request.POST.getlist("wants")
        preferring.choose(client, group, wanted=wanted, how=HOW, now=timezone.now())
    messages.success(request, _("The choice of mails is kept."))
    return redirect("desk:client", pk)


@require_POST
def withdraw_links(request: StaffRequest, pk: int) -> HttpResponse:
    """When links have got into the wrong hands."""
    client = client_or_404(pk)
    ways_in.withdraw_links(client)
    done = _(
        "Done. The links in earlier mails and the calendar’s address open nothing any more, and "
        "they are signed out everywhere."
    )
    messages.success(request, done)
    return redirect("desk:mails_of_client", pk)


def _form(
    request: StaffRequest,
    form: ClientForm,
    client: Client | None,
    *,
    status: int = 200,
    said: str = "",
    shared: str = "",
) -> HttpResponse:
    """What was typed stays; once refused, the record as it is now counts as seen."""
    seen: Any = form["seen"].value() or ""
    if client is not None and ((said and not shared) or not seen):
        client.refresh_from_db()
        seen = sealed(details.facts_of(client))
    context = {"form": form, "client": client, "seen": seen, "said": said, "shared": shared}
    return render(request, "desk/clients/form.html", context, status=status)


def _today():
    return Clinic.objects.the().day_of(timezone.now())
