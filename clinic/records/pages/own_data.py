"""A client looks at all that is kept of them, downloads it, and asks to be erased.

Signed in, they see their health data too. From a mail's link they have a second one sent, which
is good for a day: the first stands in every mail they ever got.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bookings.actions.logins import OF_USE_FOR
from bookings.actions.mail import outbox, sign_in_mails
from bookings.links import DOWNLOAD_GOOD_FOR, Purpose
from bookings.models import Client, Clinic, ErasureRequest, ErasureState, MailKind
from bookings.web.client_links import for_a_client
from bookings.web.forms import whole_number
from bookings.web.requests import SignedInRequest
from bookings.web.responses import page_methods, private
from clinic.records import erase
from clinic.records.client_export import ClientExport, export
from clinic.records.pages import own_words
from therapists.pages.reader import reader_of

ASKED = gettext_lazy(
    "We have your wish. The clinic makes sure that it is you, and then tells you what it did."
)
KEPT = gettext_lazy("Nothing will be erased.")
SURE = "sure"


@require_safe
@private
def account(request: SignedInRequest) -> HttpResponse:
    client = _signed_in(request)
    if client is None:
        return redirect("runner:account")
    context = {
        "json_url": reverse("records:account_json"),
        "wish_url": reverse("records:wish"),
        **_about_the_wish(request, client),
    }
    return _page(request, _with_health(request, client), context)


@require_safe
@private
def account_json(request: SignedInRequest) -> HttpResponse:
    client = _signed_in(request)
    if client is None:
        return redirect("runner:account")
    return _file(_with_health(request, client))


@require_POST
@private
def wish(request: SignedInRequest) -> HttpResponse:
    """To be erased, or not after all."""
    client = _signed_in(request)
    if client is not None and _asks_once_more(request):
        return redirect(f"{reverse('records:account')}?{SURE}#erase")
    if client is not None:
        _wish(request, client, how="signed in", page=reverse("records:account"))
    return redirect("records:account")


@page_methods
@for_a_client(Purpose.YOUR_DATA, says_yes=False)
def your_data(request: HttpRequest, client: Client, _facts: dict[str, Any]) -> HttpResponse:
    if request.method == "POST":
        if request.POST.get("do") == "send":
            _send_the_link(client)
            messages.success(request, _("The link is on its way to your address."))
        elif _asks_once_more(request):
            return redirect(f"{request.path}?{SURE}#erase")
        else:
            _wish(request, client, how="mail link", page=request.path)
        return redirect(request.path)
    return render(
        request,
        "records/your_data.html",
        {"client": client, **_about_the_wish(request, client)},
    )


@require_safe
@for_a_client(Purpose.DOWNLOAD)
def download(request: HttpRequest, client: Client, _facts: dict[str, Any]) -> HttpResponse:
    data = export(client, reader=None, now=timezone.now())
    return _page(request, data, {"json_url": request.path.removesuffix("/") + ".json"})


@require_safe
@for_a_client(Purpose.DOWNLOAD)
def download_json(_request: HttpRequest, client: Client, _facts: dict[str, Any]) -> HttpResponse:
    return _file(export(client, reader=None, now=timezone.now()))


def _signed_in(request: HttpRequest) -> Client | None:
    return Client.objects.filter(user=request.user.pk, proved_at__isnull=False).first()


def _with_health(request: HttpRequest, client: Client) -> ClientExport:
    return export(client, reader=reader_of(request), now=timezone.now())


def _page(request: HttpRequest, data: ClientExport, context: dict[str, Any]) -> HttpResponse:
    clinic = Clinic.objects.the()
    groups = own_words.in_words(data.groups, clinic)
    context = {**context, "export": data, "groups": groups, "clinic": clinic}
    return render(request, "records/own_data.html", context)


def _file(data: ClientExport) -> HttpResponse:
    response = JsonResponse(data.as_data(), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


def _about_the_wish(request: HttpRequest, client: Client) -> dict[str, Any]:
    asked = ErasureRequest.objects.filter(client=OuterRef("pk"), state=ErasureState.ASKED)
    return {
        "waiting": _waiting(client),
        "sure": SURE in request.GET,
        "others": erase.others_of(client).annotate(asked=Exists(asked)),
    }


def _waiting(client: Client) -> bool:
    return client.erasure_requests.filter(state=ErasureState.ASKED).exists()


def _asks_once_more(request: HttpRequest) -> bool:
    """Before anything is asked for that cannot be brought back."""
    return request.POST.get("do") == "erase" and request.POST.get("sure") != "yes"


@transaction.atomic
def _wish(request: HttpRequest, client: Client, *, how: str, page: str) -> None:
    match request.POST.get("do"):
        case "erase":
            now = timezone.now()
            if not _waiting(client):
                _mail_a_receipt(client, page, now)
            erase.ask(client, how=how, now=now)
            messages.success(request, ASKED)
        case "erase_other":
            key = whole_number(request.POST.get("record", ""))
            for other in erase.others_of(client).filter(pk__in=[key] if key else []):
                erase.ask(other, how="from its address", now=timezone.now())
                messages.success(request, ASKED)
        case "keep":
            erase.withdraw(client, now=timezone.now())
            messages.success(request, KEPT)


def _mail_a_receipt(client: Client, page: str, now: datetime) -> None:
    """That the wish has come, and how to take it back: somebody else may have made it."""
    clinic = Clinic.objects.the()
    context = {"clinic": clinic, "url": urljoin(settings.SITE_URL, page), "now": now}
    with translation.override(client.language_of_mails):
        body = render_to_string("records/wish_receipt.txt", context)
        subject = _("Your wish to be erased has come to {clinic}").format(clinic=clinic.name)
        sign_in_mails.owe(client.email, subject, body, good_for=OF_USE_FOR, now=now)


@transaction.atomic
def _send_the_link(client: Client) -> None:
    """One an hour is enough: the key names it, so pressing again sends no second one."""
    now = timezone.now()
    hour = f"{now:%Y%m%d%H}"
    outbox.owe_about_their_data(
        MailKind.DATA_LINK, client, key=hour, good_for=DOWNLOAD_GOOD_FOR, now=now
    )
