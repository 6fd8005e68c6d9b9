"""Who may sign in to the demo. Without Django, because `make demo` reads it first."""

from bookings.core.roles import Role

DEMO_PASSWORD = "demo-password-only"  # noqa: S105 - printed by `make demo`, and loaded nowhere else
DESK_LOGIN, RUNNER_LOGIN = "demo-desk@example.com", "demo-runner@example.com"
DEMO_LOGINS: list[tuple[Role, str]] = [
    (Role.OWNER, "demo-owner@example.com"),
    (Role.DESK, DESK_LOGIN),
    (Role.THERAPIST, "demo-therapist@example.com"),
    (Role.RUNNER, RUNNER_LOGIN),
]
DEMO_ADDRESSES = frozenset(address for _, address in DEMO_LOGINS)
