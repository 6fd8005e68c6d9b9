"""Who somebody can be, and who changes what."""

from enum import StrEnum


class Role(StrEnum):
    RUNNER = "runner"
    THERAPIST = "therapist"
    DESK = "desk"
    OWNER = "owner"


# What the desk changes, or may read. All else is the owner's: a price, a room, who works here when.
THE_DESKS = frozenset({
    "absence", "appointment", "appointmentevent", "client", "extrashift", "mail", "race", "series",
    "waitlistentry", "waitlistoffer",
})  # fmt: skip


def who_changes(noun: str) -> frozenset[Role]:
    """The office's pages and Django's admin both go by it; a noun is a model's name."""
    return frozenset({Role.DESK, Role.OWNER} if noun in THE_DESKS else {Role.OWNER})
