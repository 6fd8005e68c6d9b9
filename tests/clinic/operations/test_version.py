"""The version in pyproject.toml, and where people meet it."""

import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from packaging.version import Version

from clinic.operations.backups import archive
from tests.factories import make_clinic

ROOT = Path(__file__).resolve().parents[3]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
CHANGED = (ROOT / "CHANGELOG.md").read_text()


def test_the_changelog_is_about_this_version():
    """What is not released yet stands under a heading of its own."""
    first = next(line for line in CHANGED.splitlines() if line.startswith("## "))
    assert first.startswith("## Unreleased" if Version(VERSION).is_devrelease else f"## {VERSION}")


def test_readyz_says_which_version_answers(client, db):
    assert client.get("/readyz").json()["version"] == VERSION


def test_a_backups_manifest_says_which_version_made_it_and_restore_tells(scratch, backup_folder):
    make_clinic()
    call_command("backup", unsealed=True, stdout=StringIO(), stderr=StringIO())
    (path,) = backup_folder.glob("*.backup")
    assert archive.manifest_of(path, key="").facts.taper == VERSION
    said = StringIO()
    call_command("restore", path, check=True, stdout=said)
    assert f"by Taper {VERSION}, " in said.getvalue()


@pytest.mark.parametrize("path", ["/desk/", "/diary/", "/desk/protocol/", "/admin/"])
def test_the_footer_of_a_staff_page_says_which_version_it_is(owners, path):
    page = owners.get(path, follow=True).content.decode()
    assert f"Taper {VERSION}" in page.partition("<footer")[2].partition("</footer>")[0]


def test_a_page_for_everybody_does_not_say_it(client, clinic):
    assert VERSION not in client.get("/").content.decode()
