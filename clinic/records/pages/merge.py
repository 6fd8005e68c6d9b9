"""The desk finds two records of one person, sees what merging does, and merges them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.actions.clients import details
from bookings.actions.refusals import Refused, Stale
from bookings.core.clients.search_text import bounded
from bookings.core.wording import isolated
from bookings.models import Client, Clinic
from bookings.queries.clients.search import find
from bookings.queries.scheduling.phone_suggestions import last_booked
from bookings.web.actor import who
from bookings.web.client_links import client_or_404
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods
from clinic.records import merge as actions


@require_safe
def choose(request: StaffRequest, pk: int) -> HttpResponse:
    """The other record, by the same search as everywhere; at first those of the same name."""
    client = client_or_404(pk)
    typed = bounded(request.GET.get("q", client.name))
    others = [one for one in find(typed).clients if one != client]
    booked = last_booked(others, Clinic.objects.the())
    with_it = [(one, booked[one.pk]) for one in others]
    context = {"client": client, "typed": typed, "others": with_it}
    return render(request, "records/merge_choose.html", context)


@page_methods
def merge(request: StaffRequest, pk: int, other: int) -> HttpResponse:
    if pk == other:
        raise Http404
    kept, gone = client_or_404(pk), client_or_404(other)
    if request.method != "POST":
        return _page(request, kept, gone)
    choices = {name: request.POST.get(name, "kept") for name in actions.CHOSEN}
    seen = request.POST.get("seen", "")
    try:
        actions.merge(kept, gone, choices=choices, seen=seen, by=who(request), now=timezone.now())
    except (Refused, Stale) as refusal:
        if not Client.objects.living().filter(pk=other).exists():
            messages.error(request, str(refusal))
            return redirect("desk:clients")
        return _page(request, kept, gone, message=str(refusal), choices=choices)
    messages.success(request, _("The two records of {client} are one now.").format(client=kept))
    return redirect("desk:client", pk)


def _page(
    request: StaffRequest,
    kept: Client,
    gone: Client,
    *,
    message: str = "",
    choices: Mapping[str, str] = MappingProxyType({}),
) -> HttpResponse:
    clinic = Clinic.objects.the()
    preview, booked = actions.preview(kept, gone, clinic), last_booked([kept, gone], clinic)
    fields = [
        (name, details.FIELDS[name], both, choices.get(name, "kept"))
        for name, both in preview.choices.items()
    ]
    both = [(one, booked[one.pk]) for one in (kept, gone)]
    context = {
        "kept": kept,
        "gone": gone,
        "both": both,
        "titles": _told_apart(both),
        "preview": preview,
        "fields": fields,
        "message": message,
    }
    return render(request, "records/merge.html", context, status=409 if message else 200)


def _told_apart(both: Sequence[tuple[Client, str]]) -> list[str]:
    """By the first of address, phone and last visit that differs, in brackets."""
    said = [
        (one.email or _("no address"), one.phone or _("no phone"), booked) for one, booked in both
    ]
    differ = [
        number for number, (first, second) in enumerate(zip(*said, strict=True)) if first != second
    ]
    mark = next(iter(differ), -1)
    return [
        _("{name} ({mark})").format(name=isolated(one.name), mark=isolated(words[mark]))
        for (one, _booked), words in zip(both, said, strict=True)
    ]
