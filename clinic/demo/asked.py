"""What whoever starts the demo asks it to be."""

import os


def is_empty() -> bool:
    """Whether a clinic is to be set up by hand, as its owner would."""
    return os.environ.get("EMPTY", "") not in ("", "0", "false")


def speaks_pseudo_languages() -> bool:
    return os.environ.get("PSEUDO_LANGUAGES", "") not in ("", "false")
