"""Who somebody can be."""

from enum import StrEnum


class Role(StrEnum):
    RUNNER = "runner"
    THERAPIST = "therapist"
    DESK = "desk"
    OWNER = "owner"

    @property
    def label(self) -> str:
        return {"desk": "Front desk"}.get(self.value, self.value.capitalize())
