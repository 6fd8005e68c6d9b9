"""What a clinic's own machine runs, without anything of the demo."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parents[1]
NOT_SET = ("DEMO", "DEBUG", "SECRET_KEY", "HEALTH_KEYS", "DJANGO_SETTINGS_MODULE")
NAMED_IN_TEMPLATES = sorted(
    {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"{% static '([^']+)' %}", template.read_text())
    }
)


def run(*arguments, **variables):
    env = {name: value for name, value in os.environ.items() if name not in NOT_SET}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**env, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("static")
    done = run("manage.py", "collectstatic", "--noinput", STATIC_ROOT=str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", NAMED_IN_TEMPLATES)
def test_every_file_that_a_page_names_is_collected_under_its_hash(collected, name):
    hashed = json.loads((collected / "staticfiles.json").read_text())["paths"][name]
    assert hashed != name
    assert (collected / hashed).exists()


def test_the_demos_inbox_has_no_address():
    asked = "import django; django.setup(); from django.urls import reverse; reverse('demo:inbox')"
    done = run("-c", asked, DJANGO_SETTINGS_MODULE="clinic.settings")
    assert "'demo' is not a registered namespace" in done.stderr


def test_the_web_server_wants_a_secret_key_of_its_own():
    done = run("-c", "import clinic.wsgi")
    assert "ImproperlyConfigured: Set SECRET_KEY" in done.stderr
    key = Fernet.generate_key().decode()
    done = run("-c", "import clinic.wsgi", SECRET_KEY="x" * 50, HEALTH_KEYS=key)
    assert done.returncode == 0


def test_the_web_server_wants_a_health_key_of_its_own():
    done = run("-c", "import clinic.wsgi", SECRET_KEY="x" * 50)
    assert "ImproperlyConfigured: Set HEALTH_KEYS" in done.stderr
