"""Who a page is for: sets of roles, and the way to say it beside a route."""

from bookings.core.roles import Role

Roles = frozenset[Role] | None

EVERYONE: Roles = None
SIGNED_IN: Roles = frozenset(Role)
STAFF: Roles = frozenset({Role.THERAPIST, Role.DESK, Role.OWNER})
DESK: Roles = frozenset({Role.DESK, Role.OWNER})
OWNER = frozenset({Role.OWNER})
THERAPIST = frozenset({Role.THERAPIST})
NOBODY: Roles = frozenset()
