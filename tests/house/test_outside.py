"""What lives outside the code stays: addresses, links in old mails, names of tasks and of mails.

outside.json was written by the code of November 2026. It may grow, and nothing in it may change:
mail lies in mailboxes for years, and calendars ask the same address for ever.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "clinic.settings",
    "SECRET_KEY": "pinned-" + "k" * 50,
    "SITE_URL": "https://clinic.example",
}
PINNED = json.loads((HERE / "outside.json").read_text())


@pytest.fixture(scope="module")
def now():
    command = [sys.executable, "-m", "tests.house.outside"]
    environment = {**os.environ, **ENVIRONMENT}
    return json.loads(subprocess.check_output(command, env=environment, cwd=HERE.parents[1]))


def test_links_and_feeds_of_long_ago_still_open(now):
    made = "tokens_with_an_address"
    assert PINNED[made].items() <= now[made].items()
    assert PINNED["tokens"]["feed"] == now[made]["feed"]


def test_links_from_before_they_said_where_they_went_are_still_read(now):
    read, a_client = now["of_long_ago"], {"client": 7, "edition": 3}
    assert read.pop("page") == ["pinned0123456789", 2, False]
    assert read.pop("mail") == ["pinned0123456789", 2, True]
    assert read == dict.fromkeys(read, a_client)


@pytest.mark.parametrize("what", ["paths", "tasks", "mails"])
def test_nothing_the_world_knows_by_name_is_gone(what, now):
    assert set(PINNED[what]) - set(now[what]) == set()
