"""manage.py doctor, and what any command says where a clinic cannot begin: no traceback."""

import json
import re

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

import manage
from bookings.core.roles import Role
from clinic import doctor
from clinic.doctor import outside, settings_and_keys
from clinic.operations import database
from clinic.operations.environment import Environment
from tests import factories
from tests.clinic.operations.test_production import OF_A_CLINIC, run
from tests.mail.post_office import PostOffice
from therapists.models import HealthCheck
from therapists.models.sealed import Sealed

SECRETS = {
    "EMAIL_HOST_PASSWORD": "mail-secret",
    "ALERT_EMAIL_URL": "smtps://u:alert-secret@mail.invalid",
    "ALERT_URL": "https://ntfy.invalid/hook-secret",
    "ALIVE_URL": "https://ping.invalid/alive-secret",
    "METRICS_TOKEN": "metrics-secret",
}


@pytest.fixture
def examined(settings, tmp_path, db):
    """What the doctor says of a clinic in the tests' own database, by what it is about."""
    with PostOffice() as office:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
        settings.ERASURES_FILE = tmp_path / "erasures.jsonl"

        def _examined(**options):
            found: dict[str, list] = {}
            for one in doctor.examine(**options):
                found.setdefault(one.about, []).append(one)
            return found

        yield _examined


def test_it_looks_at_everything_and_names_what_is_wrong(examined):
    factories.make_clinic()
    found = examined()
    assert {
        "Settings", "Temporary files", "List of erasures", "Static files", "Redis", "Mail server",
        "Database", "Migrations", "Database role", "Clock", "Clinic", "Keys", "Backup", "Disk",
        "The worker that sends mail", "The clock that rings each minute", "Mail",
        "Copy outside of this machine",
    } <= set(found)  # fmt: skip
    assert [one.state for one in found["Database"]] == ["well"]
    assert [one.state for one in found["Sender of mail"]] == ["better"]  # here it is but looked at
    assert "Second way" in found


def test_before_there_is_a_clinic_the_machine_is_looked_at_all_the_same(examined):
    found = examined()
    assert [one.says for one in found["Clinic"]] == ["No clinic is here yet."]
    assert {
        "Keys", "Disk", "Backup", "The worker that sends mail", "The clock that rings each minute",
        "Mail",
    } <= set(found)  # fmt: skip


@pytest.mark.parametrize(
    "look", [*doctor.WITHOUT_A_DATABASE, *doctor.WITH_A_DATABASE, *doctor.WHEN_IT_IS_MIGRATED]
)
def test_a_look_that_breaks_is_told_by_its_kind_alone_and_the_rest_goes_on(monkeypatch, look):
    def breaks():
        raise TypeError("what somebody has typed")
        yield

    well = doctor.Diagnosis("x", "well", "All is well.")
    for name in ("WITHOUT_A_DATABASE", "WITH_A_DATABASE", "WHEN_IT_IS_MIGRATED"):
        looks = {
            breaks if one is look else lambda well=well: iter([well]): about
            for one, about in getattr(doctor, name).items()
        }
        monkeypatch.setattr(doctor, name, looks)
    monkeypatch.setattr(doctor.database, "of_an_answer", lambda: iter([well]))
    monkeypatch.setattr(doctor.database, "of_migrations", lambda: iter([well]))
    found = list(doctor.examine())
    [wrong] = [one for one in found if one.is_wrong]
    assert wrong.says == "It could not be looked at (TypeError)."
    assert len(found) == 16


def test_what_everybody_knows_or_nobody_can_read_is_told(examined, settings):
    factories.make_clinic()
    factories.make_user("demo-owner@example.com", role=Role.OWNER)
    settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = "https://clinic.london", "a@example.com"
    settings.ERASURES_FILE.write_text("half a li")
    wrong = {one.about: one.says for found in examined().values() for one in found if one.is_wrong}
    assert "The demo’s logins are in this database" in wrong["Clinic"]
    assert "a@example.com, which can be nobody’s" in wrong["Sender of mail"]
    assert "Line 1 of" in wrong["List of erasures"]


def test_the_second_way_is_knocked_at_and_a_message_sent_by_it_when_asked(examined, settings):
    factories.make_clinic()
    factories.make_user("owner@example.com", role=Role.OWNER)
    with PostOffice() as second:
        settings.ALERT_EMAIL_URL = f"smtp://127.0.0.1:{second.port}"
        said = [one.says for one in examined()["Second way"]]
        assert said == ["ALERT_EMAIL_URL answers.", "No message was ever taken by ALERT_EMAIL_URL."]
        assert second.messages == []
        second.will("550 5.7.1 not from a@example.com", at="MAIL")
        assert "ALERT_EMAIL_URL does not take messages (550 5.7.1 not from …)." in [
            one.says for one in examined()["Second way"]
        ]
        second.behaves_again()
        assert [one.says for one in examined(try_alerts=True)["Second way"]] == [
            "ALERT_EMAIL_URL took the message.",
        ]
        assert len(second.messages) == 1
    assert "ALERT_EMAIL_URL does not take messages (nothing listens at its port)." in [
        one.says for one in examined()["Second way"]
    ]


def test_mail_settings_that_contradict_one_another_are_told_and_not_tried(examined, settings):
    factories.make_clinic()
    settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = True
    settings.DEFAULT_FROM_EMAIL = "not an address"
    found = examined()
    said = " ".join(one.says for one in found["Settings"])
    assert "Set only one of EMAIL_USE_SSL" in said
    assert "Set DEFAULT_FROM_EMAIL to the address" in said
    assert "Mail server" not in found


def test_a_database_that_lacks_migrations_is_told_and_looked_at_no_further(examined):
    [newest] = MigrationLoader(connection).graph.leaf_nodes("bookings")
    MigrationRecorder(connection).record_unapplied(*newest)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bookings_lastseen, bookings_trouble, bookings_heartbeat")
    found = examined()
    assert found["Migrations"][0].says == "The database lacks 1 migration of this version."
    assert "Keys" not in found
    assert any("manage.py migrate" in one.says for one in found["Database"])


def test_sealed_data_that_the_keys_do_not_open_is_told(examined, settings, ana, kim):
    factories.make_clinic()
    HealthCheck.objects.create(
        client=ana, content=Sealed.of({"a": 1}), given_at=factories.NOW, by="x"
    )
    assert examined()["Keys"][0].says == "HEALTH_KEYS opens what is sealed."
    settings.HEALTH_KEYS = [Fernet.generate_key().decode()]
    assert examined()["Keys"][0].state == "wrong"


def test_steps_of_insisting_on_https(settings):
    for settings.SECURE_HSTS_SECONDS, following in ((3600, 604800), (604800, 2592000)):
        (told,) = outside._of_hsts()
        assert f"set SECURE_HSTS_SECONDS={following}." in told.do
    settings.SECURE_HSTS_SECONDS = 365 * 86400
    assert next(outside._of_hsts()).state == "well"


@pytest.mark.parametrize(
    ("name", "path", "about"),
    [
        ("ERASURES_FILE", "/proc/erasures.jsonl", "List of erasures"),
        ("BACKUP_FOLDER", "/proc", "Backup folder"),  # which takes none, of root neither
        ("BACKUP_FOLDER", "/proc/not/there/yet", "Backup folder"),
    ],
)
def test_a_folder_that_takes_no_files_is_told(settings, name, path, about):
    setattr(settings, name, path)
    said = [one for one in settings_and_keys.of_files() if "takes no files" in one.says]
    assert [(one.about, one.state) for one in said] == [(about, "wrong")]


# Started as an engineer would, where something is missing.

COMMANDS = [
    ["migrate", "--skip-checks"], ["backup", "--folder", "/none"], ["restore", "manage.py"],
    ["export_all", "/none.zip"], ["mail"], ["note_offsite_copy"], ["rotate_health_keys"],
    ["rotate_second_factors"], ["reset_second_factor", "a@example.com"],
    ["setup_clinic", "--noinput"],
]  # fmt: skip
# Each in a child of its own, so that Django is read once.
IN_CHILDREN = """
import json, os, sys, tempfile
import django, manage
from clinic.operations import migrate_lock
migrate_lock.wait_for_the_database.__kwdefaults__["seconds"] = 0
os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
django.setup()
for command in json.loads(sys.argv[1]):
    with tempfile.TemporaryFile("w+") as said:
        if not (child := os.fork()):
            os.dup2(said.fileno(), 1), os.dup2(said.fileno(), 2)
            sys.argv = ["manage.py", *command]
            manage.main()
            sys.exit()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        print(json.dumps([command[0], status, said.read()]))
"""


def said_by_all(url):
    here = {"SITE_URL": "http://localhost:9", "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": "9"}
    said = {**SECRETS, **OF_A_CLINIC, **here, "ALLOWED_HOSTS": "localhost"}
    done = run("-c", IN_CHILDREN, json.dumps(COMMANDS), **{**said, "DATABASE_URL": url})
    assert done.returncode == 0, done.stderr
    answers = {
        name: (status, text) for name, status, text in map(json.loads, done.stdout.splitlines())
    }
    assert len(answers) == len(COMMANDS)
    return answers


def secrets_in(text):
    told = {one.rpartition(":")[2].rpartition("/")[2].partition("@")[0] for one in SECRETS.values()}
    return [one for one in {*told, "db-secret"} if one in text]


def test_every_command_says_in_a_sentence_that_there_is_no_database():
    for name, (status, text) in said_by_all("postgres://taper:db-secret@127.0.0.1:9/t").items():
        assert "Traceback" not in text, (name, text)
        assert status != 0, (name, text)
        assert not secrets_in(text), name
        if name != "restore":
            assert "The database does not answer" in text, (name, text)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ('FATAL:  password authentication failed for user "taper"', "the password in DATABASE_URL"),
        ('FATAL:  database "x" does not exist', "knows no such database"),
        ('could not translate host name "postgers" to address', "no machine by the name"),
        ('connection to server at "10.0.0.9" failed: timeout expired', "not answer in time"),
        ("server closed the connection unexpectedly", "The database does not answer"),
    ],
)
def test_what_postgresql_says_of_a_connection_becomes_what_to_do(words, says):
    assert says in database.in_words(OperationalError(words))


def test_a_database_that_takes_us_in_and_says_nothing_is_given_up_soon(settings):
    """libpq's own limit, which holds until it has let us in."""
    assert settings.DATABASES["default"]["OPTIONS"]["connect_timeout"] <= 5


@pytest.mark.django_db
@pytest.mark.parametrize("command", ["mail", "rotate_health_keys", "note_offsite_copy"])
def test_where_nothing_is_migrated_a_command_says_so(command, monkeypatch, capsys, tmp_path):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO pg_temp")
    monkeypatch.setattr("sys.argv", ["manage.py", command])
    with pytest.raises(SystemExit) as ended:
        manage.main()
    assert "run manage.py migrate" in f"{ended.value.code} {capsys.readouterr().err}"


@pytest.mark.django_db
def test_before_there_is_a_clinic_a_command_says_so(monkeypatch):
    monkeypatch.setattr("sys.argv", ["manage.py", "mail"])
    with pytest.raises(SystemExit, match="No clinic is here yet"):
        manage.main()


@pytest.mark.parametrize(
    ("name", "read", "typed", "says"),
    [
        (
            "EMAIL_PORT",
            Environment.int,
            "five-secret",
            "a whole number from 1 to 65535, such as 7.",
        ),
        ("STAFF_IDLE_MINUTES", Environment.int, "-secret", "number of at least 1, such as 7."),
        ("OFFSITE_DAYS", Environment.int, "0", "Set OFFSITE_DAYS to a whole number of at least 1"),
        ("TRUSTED_PROXIES", Environment.int, "6", "from 0 to 5, such as 7."),
        ("BACKUPS_DAILY", Environment.int, "-1", "Set BACKUPS_DAILY to a whole number"),
        ("DEBUG", Environment.bool, "ture-secret", "Set DEBUG to true or false."),
        ("DATABASE_URL", Environment.db, "db-secret", "Set DATABASE_URL to an address such as"),
        ("DATABASE_URL", Environment.db, "mysql://a:db-secret@h/d", "Set DATABASE_URL to an"),
        ("DATABASE_URL", Environment.db, "postgres://a:db-secret@h:port/d", "Set DATABASE_URL"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_and_not_repeated(
    monkeypatch, name, read, typed, says
):
    monkeypatch.setenv(name, typed)
    with pytest.raises(ImproperlyConfigured, match=re.escape(says)) as told:
        read(Environment(), name, default=7) if read is Environment.int else read(
            Environment(), name
        )
    assert "secret" not in str(told.value)


def test_for_a_program_a_setting_that_cannot_be_read_is_json_too():
    done = run("manage.py", "doctor", "--json", **{**OF_A_CLINIC, "DEBUG": "ture"})
    [row] = json.loads(done.stdout)
    assert (done.returncode, row["state"]) == (1, "wrong")
    assert row["says"].startswith("Set DEBUG to true or false.")
    done = run("manage.py", "doctor", **{**OF_A_CLINIC, "DEBUG": "ture"})
    assert (done.returncode, done.stderr) == (1, "Refused to start: Set DEBUG to true or false.\n")


def test_as_json_it_is_for_programs_and_ends_with_one(settings, capsys, monkeypatch):
    settings.ERASURES_FILE = settings.BASE_DIR / "none" / "erasures.jsonl"
    monkeypatch.setattr(doctor, "WITHOUT_A_DATABASE", {settings_and_keys.of_files: "Files"})
    nobody = [doctor.Diagnosis("Database", "wrong", "It does not answer.")]
    monkeypatch.setattr(doctor.database, "of_an_answer", lambda: iter(nobody))
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", json=True)
    assert ended.value.code == 1
    rows = json.loads(capsys.readouterr().out)
    assert [row["state"] for row in rows][:2] == ["well", "wrong"]
    assert all(row["says"].endswith(".") for row in rows)
