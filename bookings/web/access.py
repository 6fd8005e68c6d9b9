"""Who a page is for, said beside its route; `clinic.middleware.policy` keeps to it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from bookings.core.roles import Role

Roles = frozenset[Role] | None

EVERYONE: Roles = None
SIGNED_IN = frozenset(Role)
STAFF = frozenset({Role.THERAPIST, Role.DESK, Role.OWNER})
DESK = frozenset({Role.DESK, Role.OWNER})
OWNER = frozenset({Role.OWNER})
THERAPIST = frozenset({Role.THERAPIST})
NOBODY: Roles = frozenset()
BASE = "base.html"  # the frame of what runners see


def frame_of(roles: Roles) -> str:
    """The template with the menu of whoever has signed in, for pages that several roles see."""
    if roles and roles & DESK:
        return "staff_base.html"
    return "therapists/base.html" if roles and Role.THERAPIST in roles else BASE


def protected(
    roles: Roles, *routes: URLPattern, by_itself: bool = False, asks_again: bool = False
) -> list[URLPattern]:
    """The routes, marked as for these roles.

    `by_itself` says that pages ask it without anybody's doing, so that it keeps no session alive;
    `asks_again`, that somebody who signed in a while ago is asked whether it is still them.
    """
    return [_marked(route, roles, by_itself, asks_again) for route in routes]


def _marked(route: URLPattern, roles: Roles, by_itself: bool, asks_again: bool) -> URLPattern:
    """With a wrapper of its own, since one view may stand on two routes with two rules."""
    view: Callable[..., HttpResponse] = route.callback

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    run.roles, run.by_itself = roles, by_itself  # type: ignore[attr-defined]
    run.asks_again = asks_again  # type: ignore[attr-defined]
    return URLPattern(route.pattern, run, route.default_args, route.name)
