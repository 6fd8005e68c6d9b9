"""Who acts, as events, mails, the history and the record of readings keep them."""

from django.http import HttpRequest

from bookings.core.roles import Role
from bookings.models import User


def role_of(user: User) -> Role:
    """The role somebody acts in: their login's, or a therapist's whose login has no other."""
    role = Role(user.role)
    treats = role is Role.RUNNER and Role.THERAPIST in user.roles_asked
    return Role.THERAPIST if treats else role


def key_of(user: User, role: Role | None = None) -> str:
    """A role and the login's key, which `queries.actors.named` reads; never an address.

    `role`, where the caller has asked for it already, which costs a query.
    """
    return f"{(role or role_of(user)).value}: {user.pk}"


def who(request: HttpRequest) -> str:
    """Whoever has signed in; a runner otherwise."""
    return key_of(request.user) if request.user.is_authenticated else Role.RUNNER.value
