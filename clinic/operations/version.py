"""Which Taper this is; the one place that says so is pyproject.toml."""

import sys
import tomllib
from pathlib import Path

from django.http import HttpRequest

_PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
VERSION: str = tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["version"]


def taper_version(_request: HttpRequest) -> dict[str, str]:
    """For the footer of the staff's pages."""
    return {"taper_version": f"Taper {VERSION}"}


def problem_with_tag(tag: str) -> str:
    """What is wrong with an image of this source under that name; nothing, or a sentence."""
    if tag == VERSION:
        return ""
    return (
        f"This is Taper {VERSION}, but TAPER_VERSION is “{tag}”. Set it to {VERSION} in .env, so "
        "that the image before keeps its name and can be gone back to."
    )


if __name__ == "__main__":
    sys.exit(problem_with_tag(sys.argv[1]) or 0)
