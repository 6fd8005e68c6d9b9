"""What the links of a training mail lead to; each is for one client and one purpose."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from bookings.actions.clients import identity
from bookings.actions.refusals import Busy
from bookings.core.roles import Role
from bookings.links import Purpose, read_client_token, still_goes_to
from bookings.models import Client, ClientEvent
from bookings.web.responses import private, sorry
from bookings.web.visitor import remember_proved

View = Callable[..., HttpResponse]


def for_a_client(purpose: Purpose, *, says_yes: bool = True) -> Callable[[View], View]:
    """The view gets the client and the link's facts; a POST proves the client's address, and
    `proves` is then among the facts, if nobody had before.

    But for what does not say yes to what was booked there, such as stopping its mails.
    """

    def decorate(view: View) -> View:
        @private
        @wraps(view)
        def run(request: HttpRequest, token: str) -> HttpResponse:
            client, facts = _read(purpose, token)
            mailed_to = facts.get("address", "")
            try:
                facts["proves"] = request.method == "POST" and says_yes and client.is_provisional
                if facts["proves"]:
                    client = identity.prove(
                        client, mailed_to=mailed_to, by=Role.RUNNER, now=timezone.now()
                    )
                if request.method == "POST":
                    remember_proved(request, mailed_to)
                return view(request, client, facts)
            except identity.AnotherAddress:
                raise Http404 from None
            except Busy as refusal:
                return sorry(request, refusal)

        return run

    return decorate


def _read(purpose: Purpose, token: str) -> tuple[Client, dict[str, Any]]:
    try:
        facts = read_client_token(purpose, token)
    except BadSignature:
        raise Http404 from None
    return client_of(facts), facts


def client_or_404(pk: int) -> Client:
    """Whom a page of the staff's is about; somebody erased has none any more."""
    known = Client.objects.living().select_related("same_address_as", "user")
    return get_object_or_404(known, pk=pk)


def client_of(facts: dict[str, Any]) -> Client:
    """Raises Http404 when the client is gone, has withdrawn the link, or has another address."""
    known = Client.objects.living().filter(links_edition=facts["edition"])
    client = known.filter(pk=facts["client"]).first() or joined_with(facts)
    if client is None or not still_goes_to(facts.get("address", ""), client):
        raise Http404
    return client


def joined_with(facts: dict[str, Any]) -> Client | None:
    """Who the link's client has turned out to be since, by a press at the same address; nobody
    once either of the two has ended their links.
    """
    said = {"facts__record": facts["client"], "facts__edition": facts["edition"]}
    joined = ClientEvent.objects.filter(kind=identity.JOINED, **said).select_related("client")
    event = joined.filter(client__erased_at=None).last()
    if event is None or not facts.get("address"):
        return None
    then = (event.facts["into"], event.facts["since"])
    return event.client if then == (event.client_id, event.client.links_edition) else None
