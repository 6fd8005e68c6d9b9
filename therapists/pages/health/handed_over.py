"""A browser that staff have handed to a client: one page is open in it until they are back.

Nothing else of the clinic is reached in it, by Back or by an address. The ways out are the ones
that ask who somebody is: a password, a passkey, or signing out.
"""

from time import time

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect

from bookings.web.requests import PageRequest, StaffRequest

KEY = "handed_over"  # in the session: the one page, and since when
WAYS_BACK = frozenset(
    {
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account_logout",
    }
)


def hand_over(request: StaffRequest, path: str) -> HttpResponse:
    """To that page alone; what the browser has kept of the pages before is dropped."""
    request.session[KEY] = {"path": path, "at": time()}
    response = redirect(path)
    response["Clear-Site-Data"] = '"cache"'
    return response


def is_handed_over(request: PageRequest) -> bool:
    return KEY in request.session


def only_its_page(request: PageRequest, *, asked_at: float | None) -> HttpResponse | None:
    """What anything else is answered with; `asked_at` is when they last said who they are.

    Whatever a page sends by itself is refused, and not led elsewhere: it would take the one
    page for its own answer.
    """
    if not (kept := request.session.get(KEY)):
        return None
    if asked_at is not None and asked_at > kept["at"]:
        del request.session[KEY]
        return None
    if request.path == kept["path"] or request.resolver_match.view_name in WAYS_BACK:
        return None
    if request.method != "GET" or request.htmx:
        raise PermissionDenied
    return redirect(kept["path"])
