"""Which Taper this is; the one place that says so is pyproject.toml."""

import tomllib
from pathlib import Path

from django.http import HttpRequest

_PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
VERSION: str = tomllib.loads(_PROJECT.read_text("utf-8"))["project"]["version"]


def taper_version(_request: HttpRequest) -> dict[str, str]:
    """For the footer of the staff's pages."""
    return {"taper_version": f"Taper {VERSION}"}
