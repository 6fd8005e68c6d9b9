"""What says nothing of itself, since it is about somebody's health."""

NEVER_SHOWN = "<private>"


class Private:
    """For data about somebody's health: has no words for itself."""

    def __repr__(self) -> str:
        return NEVER_SHOWN

    __str__ = __repr__
