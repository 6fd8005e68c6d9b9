"""Who somebody can be."""

from enum import StrEnum


class Role(StrEnum):
    RUNNER = "runner"
    THERAPIST = "therapist"
    DESK = "desk"
    OWNER = "owner"
