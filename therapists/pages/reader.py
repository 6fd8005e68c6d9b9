"""Who reads health data, out of a request."""

from django.http import HttpRequest

from bookings.web.actor import key_of
from bookings.web.visitor import outermost_trusted
from therapists.health_audit import Reader


def reader_of(request: HttpRequest, *, reason: str = "") -> Reader:
    """Whoever has signed in, or else a runner who has come by a mailed link."""
    match = request.resolver_match
    user = request.user if request.user.is_authenticated else None
    return Reader(
        who=key_of(user) if user else "runner, by the mailed link",
        user=user,
        address=outermost_trusted(request) or None,
        page=match.view_name if match else "",
        reason=reason,
    )
