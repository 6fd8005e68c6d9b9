"""Who reads health data, out of a request."""

from django.http import HttpRequest

from bookings.core.roles import Role
from bookings.models import User
from bookings.web.visitor import outermost_trusted
from therapists.health_audit import Reader


def reader_of(request: HttpRequest, *, reason: str = "") -> Reader:
    """Whoever has signed in, or else a runner who has come by a mailed link."""
    user = request.user if request.user.is_authenticated else None
    return Reader(
        who=_in_words(user) if user else "runner, by the mailed link",
        user=user,
        address=outermost_trusted(request) or None,
        page=request.resolver_match.view_name,
        reason=reason,
    )


def _in_words(user: User) -> str:
    roles = user.roles()
    role = Role.THERAPIST if Role.THERAPIST in roles else Role(user.role)
    return f"{role.value}: {user.email}"
