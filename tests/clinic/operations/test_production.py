"""What a clinic's own machine runs, without anything of the demo."""

import json
import os
import re
import runpy
import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, connections
from django.utils import timezone

from clinic.checks import refuse_to_start, safe_to_serve, well_kept
from clinic.operations.backups import encryption, rotate
from tests.factories import make_user

ROOT = Path(__file__).resolve().parents[3]
NOT_SET = (
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "STAFF_NEED_A_SECOND_FACTOR",
    "SITE_URL",
    "ALLOWED_HOSTS",
    "DEMO",
    "DEBUG",
    "SECRET_KEY",
    "HEALTH_KEYS",
    "FACTOR_KEYS",
    "DJANGO_SETTINGS_MODULE",
)
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


def test_every_file_that_a_package_names_is_collected_too(collected):
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]
    templates = [
        template
        for app in apps.get_app_configs()
        for template in Path(app.path).glob("templates/**/*.html")
    ]
    named = {
        name
        for template in templates
        for name in re.findall(r"""{% static ["']([^"'{]+)["'] %}""", template.read_text())
    }
    media: list[Any] = [of_model.media for of_model in admin.site._registry.values()]
    named |= {name for one in media for name in [*one._js, *chain(*one._css.values())]}
    assert {"admin/css/base.css", "admin/js/vendor/jquery/jquery.min.js"} <= named
    assert {name for name in named if not name.startswith("/")} - set(paths) == set()


@pytest.mark.parametrize(("admin", "there"), [(False, False), (True, True)])
def test_djangos_admin_has_no_address_unless_somebody_turns_it_on_and_the_demos_inbox_none(
    settings, admin, there
):
    settings.ADMIN, settings.DEMO = admin, False
    routes = runpy.run_path(str(ROOT / "clinic/urls.py"))["urlpatterns"]
    spaces = {getattr(route, "namespace", None) for route in routes}
    assert ("admin" in spaces) is there
    assert "demo" not in spaces


def test_the_web_server_wants_a_secret_key_of_its_own(settings, monkeypatch):
    settings.SECRET_KEY = settings_of(monkeypatch)["SECRET_KEY"]
    assert "Set SECRET_KEY" in str(safe_to_serve())


def test_and_a_health_key(settings, monkeypatch):
    for name, value in settings_of(
        monkeypatch, SECRET_KEY="x" * 50, SITE_URL="http://localhost"
    ).items():
        setattr(settings, name, value)
    assert "Set HEALTH_KEYS" in str(safe_to_serve())


# What a clinic's machine refuses to start with.

OF_A_CLINIC = {
    "SECRET_KEY": "".join(f"{n:x}Zq" for n in range(40)),
    "HEALTH_KEYS": Fernet.generate_key().decode(),
    "FACTOR_KEYS": Fernet.generate_key().decode(),
    "BACKUP_KEY": encryption.new_key(),
    "SITE_URL": "https://book.example.com",
    "ALLOWED_HOSTS": "book.example.com",
    "DEFAULT_FROM_EMAIL": "Clinic <book@clinic.london>",
}


def test_every_cookie_of_a_clinic_is_for_its_host_alone():
    """What browsers ask of one so named: Secure, the whole site, no domain (RFC 6265bis)."""
    asked = (
        "import django; django.setup();"
        "from django.test import Client; from django.test.utils import setup_test_environment;"
        "from django.conf import settings as s; from django.contrib.messages import constants;"
        "from django.contrib.messages.storage import default_storage as storage;"
        "from django.http import HttpRequest, HttpResponse;"
        "r = HttpRequest(); r.session = {}; m = storage(r); m.add(constants.INFO, 'x');"
        "a = HttpResponse(); m.update(a); print(*a.cookies, a.cookies.output());"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.KNOWN_BROWSER_COOKIE,"
        " s.LANGUAGE_COOKIE_NAME);"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_DOMAIN,"
        " s.CSRF_COOKIE_DOMAIN, s.SESSION_COOKIE_PATH, s.CSRF_COOKIE_PATH)"
    )
    done = run("-c", asked, **OF_A_CLINIC, DJANGO_SETTINGS_MODULE="clinic.settings")
    message, names, how = done.stdout.splitlines()
    assert message.startswith("__Host-messages ")
    assert "Secure" in message
    assert "Path=/" in message
    assert "Domain" not in message
    assert names == "__Host-sessionid __Host-csrftoken __Host-known __Host-django_language"
    assert how == "True True None None / /"


def test_a_clinics_settings_give_the_deployment_check_nothing_to_warn_of(tmp_path):
    (tmp_path / rotate.name_at(datetime.now(UTC))).touch()
    check = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    done = run(*check, **OF_A_CLINIC, BACKUP_FOLDER=str(tmp_path))
    assert done.returncode == 0, done.stderr
    # Two advices about the domain, and two names that tags of ours have from Django's.
    assert "no issues (4 silenced)" in done.stdout


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"SECRET_KEY": "only-for-tests-and-a-first-look"}, "Set SECRET_KEY"),
        ({"SECRET_KEY_FALLBACKS": ["only-for-tests-and-a-first-look"]}, "Set SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "Set a longer SECRET_KEY"),
        ({"HEALTH_KEYS": []}, "Set HEALTH_KEYS"),
        ({"HEALTH_KEYS": ["nonsense"]}, "Set HEALTH_KEYS to keys"),
        ({"FACTOR_KEYS": []}, "Set FACTOR_KEYS: the source's own"),
        ({"FACTOR_KEYS": ["b25seS1mb3ItdGVzdHM"]}, "Set FACTOR_KEYS to keys"),
        ({"FACTOR_KEYS": [OF_A_CLINIC["HEALTH_KEYS"]]}, "Set FACTOR_KEYS to another key"),
        ({"BACKUP_KEY": "nonsense"}, "Set BACKUP_KEY to an age key"),
        ({"DEBUG": True}, "Unset DEBUG"),
        ({"STAFF_NEED_A_SECOND_FACTOR": False}, "Unset STAFF_NEED_A_SECOND_FACTOR"),
        ({"SITE_URL": "http://book.example.com", "ENCRYPTED": False}, "Set SITE_URL"),
        ({"ALLOWED_HOSTS": ["*"]}, "Name the hosts"),
        ({"DEMO": True}, "Unset DEMO"),
        ({"REDIS_URL": "redis:6379"}, "Set REDIS_URL to an address such as"),
        ({"REDIS_URL": "redis://redis:6379/0?virtual_host=3"}, "Set REDIS_URL"),
        ({"REDIS_URL": "redis://redis:6379/0?ssl_cert_reqs=none"}, "Set REDIS_URL"),
        ({"DNS_SERVERS": ["foo"]}, "Set DNS_SERVERS to addresses such as 9.9.9.9:53."),
        ({"DNS_SERVERS": ["9.9.9.9:53", "dns.example:53"]}, "Set DNS_SERVERS"),
        ({"LIMITS": {"pages": "lots"}}, "Set LIMIT_PAGES to something such as 240/minute."),
        ({"LIMITS": {"pages": "", "api": "5"}}, "Set LIMIT_API to something such as 120/minute."),
        ({"LIMITS": {"booking": "60/week"}}, "Set LIMIT_BOOKING to something such as 60/hour."),
        ({"LIMITS": {"holds": "0/hour"}}, "Set LIMIT_HOLDS to something such as 120/hour."),
    ],
)
def test_what_is_not_safe_is_refused_by_name(settings, wrong, says):
    right = {
        **OF_A_CLINIC,
        "HEALTH_KEYS": [OF_A_CLINIC["HEALTH_KEYS"]],
        "FACTOR_KEYS": [OF_A_CLINIC["FACTOR_KEYS"]],
        "ALLOWED_HOSTS": ["book.example.com"],
        "ENCRYPTED": True,
        "STAFF_NEED_A_SECOND_FACTOR": True,
    }
    for name, value in right.items():
        setattr(settings, name, value)
    assert safe_to_serve() == []
    for name, value in wrong.items():
        setattr(settings, name, value)
    (problem,) = safe_to_serve()
    assert problem.msg.startswith(says)


def test_a_place_for_error_reports_that_is_none_is_told_and_not_repeated(monkeypatch):
    with pytest.raises(ImproperlyConfigured, match="Set SENTRY_DSN to the address") as told:
        settings_of(monkeypatch, SENTRY_DSN="secret-of-ours")
    assert "secret-of-ours" not in str(told.value)


@pytest.mark.parametrize(
    ("said", "ssl", "tls"),
    [
        ({"EMAIL_PORT": "465"}, True, False),
        ({"EMAIL_PORT": "587"}, False, True),
        ({"EMAIL_PORT": "1025"}, False, False),
        ({"EMAIL_PORT": "587", "EMAIL_USE_TLS": "false"}, False, False),
        ({"EMAIL_PORT": "2465", "EMAIL_USE_SSL": "true"}, True, False),
    ],
)
def test_the_port_says_how_mail_is_encrypted_unless_a_setting_does(monkeypatch, said, ssl, tls):
    settings = settings_of(monkeypatch, **OF_A_CLINIC, **said)
    assert (settings["EMAIL_USE_SSL"], settings["EMAIL_USE_TLS"]) == (ssl, tls)


def test_browsers_insist_on_encryption_for_an_hour_until_the_owner_says_longer(monkeypatch):
    settings = settings_of(monkeypatch, **OF_A_CLINIC)
    assert settings["SECURE_HSTS_SECONDS"] == 3600
    assert not settings["SECURE_HSTS_INCLUDE_SUBDOMAINS"]


GOOD_SECRET = "service:sixteen-letters-x"


A_DEMO = {"DEMO": "true", "SITE_URL": "http://localhost"}


def settings_of(monkeypatch, **variables) -> dict[str, Any]:
    """What the settings say where the environment has these variables."""
    for name in NOT_SET:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    said = runpy.run_path(str(ROOT / "clinic/settings.py"))
    asked = (
        *NOT_SET,
        "BACKUP_KEY",
        "PUSH_KEY",
        "ENCRYPTED",
        "MAIL_EVENTS_FROM",
        "MAIL_EVENTS_SECRET",
        "ANYMAIL",
        "EMAIL_USE_SSL",
        "EMAIL_USE_TLS",
        "SECURE_HSTS_SECONDS",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    )
    return {name: said[name] for name in asked if name in said}


@pytest.mark.parametrize("who", [A_DEMO, OF_A_CLINIC])
@pytest.mark.parametrize(
    ("service", "secret", "says"),
    [
        ("postmark", "", "Set MAIL_EVENTS_SECRET to what postmark shows us"),
        ("postmark", "no-password-in-an-address", "Set MAIL_EVENTS_SECRET to what postmark"),
        ("postmark", "service:short", "Set a longer MAIL_EVENTS_SECRET"),
        ("postmark", ":without-a-user-here", "Set a longer MAIL_EVENTS_SECRET"),
        ("mailgun", "", "Set MAIL_EVENTS_SECRET to what mailgun"),
        ("mailgun", "short", "Set a longer MAIL_EVENTS_SECRET"),
        ("resend", "a-signing-secret-which-is-not-passed-on", "Set MAIL_EVENTS_SECRET to what"),
        ("pigeon", GOOD_SECRET, "MAIL_EVENTS_FROM is “pigeon”; it may be one of amazon_ses, "),
    ],
)
def test_mail_events_that_anybody_could_forge_are_refused(
    who, service, secret, says, settings, monkeypatch
):
    events = {"MAIL_EVENTS_FROM": service, "MAIL_EVENTS_SECRET": secret}
    for name, value in settings_of(monkeypatch, **who, **events).items():
        setattr(settings, name, value)
    (problem,) = safe_to_serve()
    assert problem.msg.startswith(says)
    settings.MAIL_EVENTS_FROM = ""
    assert safe_to_serve() == []


@pytest.mark.parametrize(
    ("service", "secret"), [("postmark", GOOD_SECRET), ("mailgun", "key-of-mailgun-itself")]
)
def test_mail_events_with_a_secret_are_taken(service, secret, settings, monkeypatch):
    events = {"MAIL_EVENTS_FROM": service, "MAIL_EVENTS_SECRET": secret}
    for name, value in settings_of(monkeypatch, **OF_A_CLINIC, **events).items():
        setattr(settings, name, value)
    assert safe_to_serve() == []


@pytest.fixture
def well_kept_clinic(settings, tmp_path, db):
    """Gives the deployment check nothing to advise."""
    settings.BACKUP_KEY, settings.BACKUP_FOLDER = encryption.new_key(), tmp_path
    (tmp_path / rotate.name_at(timezone.now())).touch()
    settings.HEALTH_KEYS = [OF_A_CLINIC["HEALTH_KEYS"]]
    settings.FACTOR_KEYS = [OF_A_CLINIC["FACTOR_KEYS"]]
    settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = OF_A_CLINIC["SITE_URL"], "a@clinic.london"
    assert well_kept() == []
    return settings


def advice():
    (words,) = [advice.msg for advice in well_kept()]
    return words


def test_backups_that_are_not_sealed_are_advised_against(well_kept_clinic):
    well_kept_clinic.BACKUP_KEY = ""
    assert advice().startswith("Set BACKUP_KEY: backups are not sealed")


def test_a_time_of_backups_that_is_none_is_told(well_kept_clinic):
    well_kept_clinic.BACKUP_AT = "25:99"
    assert advice() == "BACKUP_AT is “25:99”: set it to a time such as 02:30."


def test_a_sender_that_can_be_nobodys_is_told(well_kept_clinic):
    well_kept_clinic.DEFAULT_FROM_EMAIL = "clinic@example.com"
    assert advice().startswith("Mail comes from clinic@example.com, which can be nobody’s")


def test_a_clinic_without_a_backup_is_told(well_kept_clinic, tmp_path):
    well_kept_clinic.BACKUP_FOLDER = tmp_path / "none"
    assert advice().startswith("There is no backup in")


def test_a_backup_that_is_not_of_last_night_is_told(well_kept_clinic, tmp_path):
    (tmp_path / "taper-20200101T020000Z.backup").touch()
    assert well_kept() == []  # for there is a newer one
    max(tmp_path.iterdir()).unlink()
    assert advice() == (
        "The newest backup is of 01 January 2020, 02:00 UTC: run manage.py backup nightly."
    )


@pytest.mark.parametrize(
    ("host", "tls", "told"),
    [
        ("smtp.example.com", False, True),
        ("smtp.example.com", True, False),
        ("localhost", False, False),
    ],
)
def test_mail_that_would_leave_in_the_open_is_told(well_kept_clinic, host, tls, told):
    well_kept_clinic.EMAIL_HOST, well_kept_clinic.EMAIL_USE_TLS = host, tls
    assert [one.msg[:17] for one in well_kept()] == ["Set EMAIL_USE_TLS"] * told


@pytest.mark.parametrize(
    ("host", "options", "told"),
    [
        ("db.example.com", {}, True),
        ("db.example.com", {"sslmode": "require"}, True),
        ("10.0.0.5", {}, True),
        ("db.example.com", {"sslmode": "verify-full"}, False),
        ("postgres", {}, False),  # a name of Compose's own network
        ("127.0.0.1", {}, False),
        ("/run/postgresql", {}, False),
    ],
)
def test_a_database_elsewhere_that_need_not_prove_itself_is_told(
    well_kept_clinic, monkeypatch, host, options, told
):
    monkeypatch.setitem(well_kept_clinic.DATABASES["default"], "HOST", host)
    monkeypatch.setitem(well_kept_clinic.DATABASES["default"], "OPTIONS", options)
    assert [one.msg[:16] for one in well_kept()] == ["Add sslmode=veri"] * told


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("redis://redis.example.com:6379/0", True),
        ("rediss://redis.example.com:6379/0", False),
        ("redis://redis:6379/0", False),
        ("redis+socket:///run/valkey.sock", False),
    ],
)
def test_a_broker_elsewhere_without_tls_is_told(well_kept_clinic, url, told):
    well_kept_clinic.REDIS_URL = url
    assert [one.msg[:13] for one in well_kept()] == ["Set REDIS_URL"] * told


def test_a_broker_elsewhere_must_show_a_certificate():
    """kombu's own way with a rediss:// address is to look at none."""
    data = "from clinic.celery import app; print(app.connection_for_write().ssl)"
    data += "; print(app.connection_for_write().transport_cls)"
    env = {"DJANGO_SETTINGS_MODULE": "clinic.settings"}
    done = run("-c", data, **env, REDIS_URL="rediss://redis.example.com:6379/0")
    assert "CERT_REQUIRED" in done.stdout, done.stderr
    assert "rediss" in done.stdout


def test_a_key_that_still_stands_in_both_rings_is_told(well_kept_clinic):
    well_kept_clinic.FACTOR_KEYS += well_kept_clinic.HEALTH_KEYS
    assert safe_to_serve() == [] or "FACTOR_KEYS" not in str(safe_to_serve())
    assert advice().startswith("FACTOR_KEYS has a key of HEALTH_KEYS: run manage.py rotate_second")


LINKS = """
import django; django.setup()
from bookings import links
from bookings.models import Appointment, Client
ana = Client(pk=1, email="ana@example.com")
visit = Appointment(public_id="abc", client=ana)
"""
OPENS = """
mailed, page, booked = {made}
assert links.still_goes_to(links.read(mailed).mailed_to, ana)
assert links.read(page).public_id == "abc"
facts = links.read_client_token(links.Purpose.BOOK, booked)
assert links.still_goes_to(facts["address"], ana)
"""


def test_after_a_change_of_the_secret_key_mailed_links_open_while_the_old_one_is_named():
    made = "(links.mail_token(visit), links.page_token(visit), "
    made += "links.client_url(links.Purpose.BOOK, ana).split('/')[-2])"
    env = {"DJANGO_SETTINGS_MODULE": "clinic.settings"}
    old = run("-c", f"{LINKS}print(repr({made}))", **env, SECRET_KEY="old" * 20).stdout
    opens = LINKS + OPENS.format(made=old)
    changed = {**env, "SECRET_KEY": "new" * 20}
    assert run("-c", opens, **changed, SECRET_KEY_FALLBACKS="old" * 20).returncode == 0
    assert "BadSignature" in run("-c", opens, **changed).stderr


def test_a_role_that_may_do_anything_in_the_database_is_told(transactional_db, well_kept_clinic):
    with connection.cursor() as cursor:
        cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
        assert cursor.fetchone() == (False,)
    usual = connection.settings_dict["USER"]
    connections.close_all()
    connection.settings_dict["USER"] = "postgres"
    try:
        told = [advice.msg for advice in well_kept()]
    finally:
        connections.close_all()
        connection.settings_dict["USER"] = usual
    assert told[0].startswith("DATABASE_URL names a superuser")
    assert "tables belong to another role" in told[1]


def test_new_secrets_are_one_for_each_purpose_and_safe_to_serve(settings, monkeypatch):
    said = StringIO()
    call_command("make_secrets", stdout=said)
    made = dict(line.split("=", 1) for line in said.getvalue().splitlines())
    assert set(made) == {
        "SECRET_KEY",
        "HEALTH_KEYS",
        "FACTOR_KEYS",
        "BACKUP_KEY",
        "PUSH_KEY",
        "POSTGRES_PASSWORD",
        "TAPER_VERSION",  # no secret, but written with them
    }
    assert len(set(made.values())) == len(made)
    for name, value in settings_of(monkeypatch, **{**OF_A_CLINIC, **made}).items():
        setattr(settings, name, value)
    assert safe_to_serve() == []


def test_whoever_asks_is_refused(settings, db):
    done = run("-c", "import clinic.wsgi", **{**OF_A_CLINIC, "DEBUG": "true"})
    assert done.returncode != 0
    assert "Unset DEBUG" in done.stderr
    settings.DEBUG = True
    with pytest.raises(SystemCheckError, match="Unset DEBUG"):
        call_command("check", deploy=True)


@pytest.mark.parametrize("part", ["worker", "beat"])
def test_the_background_refuses_too(part, tmp_path):
    files = ["--schedule", str(tmp_path / "beat")] if part == "beat" else []
    done = run("-m", "celery", "--app", "clinic", part, *files)
    assert done.returncode != 0
    assert "Refused to start: Set SECRET_KEY" in done.stderr


def test_a_database_with_the_demos_logins_is_refused(db, settings, monkeypatch):
    for name, value in settings_of(monkeypatch, **OF_A_CLINIC).items():
        setattr(settings, name, value)
    refuse_to_start()
    make_user("demo-owner@example.com")
    with pytest.raises(ImproperlyConfigured, match="The demo's logins are in this database"):
        refuse_to_start()
