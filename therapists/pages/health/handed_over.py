"""A browser that staff have handed to a client: one page is open in it until they are back.

Nothing else of the clinic is reached in it, by Back or by an address. The ways out are the ones
that ask who somebody is: a password, a passkey, or signing out.
"""

from time import time

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from bookings.web.requests import PageRequest, StaffRequest

KEY = "handed_over"  # in the session: the one page, and since when
FRAME = "therapists/health/in_the_room/handed_over.html"
# What anybody may read, and what such a page looks like.
TO_READ = frozenset(
    {"runner:privacy", "runner:terms", "runner:legal_version", "runner:colour", "runner:logo"}
)
WAYS_BACK = frozenset(
    {
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account_logout",
    }
)


def hand_over(request: StaffRequest, path: str) -> HttpResponse:
    """To that page alone; what the browser has kept of the pages before is dropped.

    The session has another key from here on: what began before, and is saved after it, would
    bring back a session that is not handed over.
    """
    request.session[KEY] = {"path": path, "at": time()}
    request.session.cycle_key()
    response = redirect(path)
    response["Clear-Site-Data"] = '"cache"'
    return response


def is_handed_over(request: HttpRequest) -> bool:
    return KEY in request.session


def dress(request: PageRequest) -> None:
    """Whatever is answered, the pages of such a browser have the bare frame, errors too."""
    kept = request.session.get(KEY)
    request.one_page = kept["path"] if kept else ""
    request.frame = FRAME if kept else ""


def only_its_page(request: PageRequest, *, asked_at: float | None) -> HttpResponse | None:
    """What anything else is answered with; `asked_at` is when they last said who they are.

    Whatever a page sends by itself is refused, and not led elsewhere: it would take the one
    page for its own answer.
    """
    if not (kept := request.session.get(KEY)):
        return None
    if asked_at is not None and asked_at > kept["at"]:
        del request.session[KEY]
        dress(request)
        return None
    if request.path == kept["path"] or request.resolver_match.view_name in WAYS_BACK | TO_READ:
        return None
    if request.method != "GET" or request.htmx:
        raise PermissionDenied
    return redirect(kept["path"])
