"""Back up under load, wreck, restore: the drill that a clinic is told to do."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from io import StringIO
from secrets import token_hex
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from pyrage.x25519 import Identity

from bookings.actions.clients.identity import newcomer
from bookings.actions.mail import controls
from bookings.actions.refusals import Refused
from bookings.models import Appointment, Change, Client, Clinic
from clinic.operations.backups import encryption, restore
from clinic.records import erased_list
from clinic.records.erase import erase
from tests.clinic.operations.conftest import a_backup, contents, guards
from tests.diary_requests import book_one
from tests.factories import (
    NOW,
    make_appointment,
    make_client,
    make_clinic,
    make_room,
    make_therapist,
    make_treatment,
    make_week,
)

KEY, ANOTHER = encryption.new_key(), encryption.new_key()
PUBLIC = str(Identity.from_str(KEY).to_public())
WRITERS = 4


def backed_up(folder):
    unsealed = not settings.BACKUP_KEY
    call_command("backup", folder=folder, unsealed=unsealed, stdout=StringIO(), stderr=StringIO())
    return max(folder.glob("*.backup"))


def restored(*path, **options):
    said = StringIO()
    call_command("restore", *path, stdout=said, **options)
    return said.getvalue()


def wreck():
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bookings_appointment CASCADE")
        cursor.execute("DROP TABLE bookings_client CASCADE")
        cursor.execute("DROP FUNCTION money_rows_never_change CASCADE")
        cursor.execute("DELETE FROM bookings_mail")


def learnt():
    """The tables of which PostgreSQL knows how many rows they have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > 0")
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def a_clinic(scratch):
    make_clinic(minimum_notice_minutes=0)
    people = [make_therapist(f"{name} Demo") for name in ("Kim", "Lee")]
    for person in people:
        make_week(person)
    rooms = [make_room(), make_room()]
    return make_treatment(therapists=people, rooms=rooms)


class Writer(threading.Thread):
    """Books until told to stop; `booked` are visits that were committed, in their order."""

    def __init__(self, number, treatment, stop):
        super().__init__(daemon=True)
        self.number, self.treatment, self.stop = number, treatment, stop
        self.booked = []

    def run(self):
        try:
            for turn in range(10_000):
                if self.stop.is_set():
                    return
                self._book(turn)
        finally:
            connections.close_all()

    def _book(self, turn):
        name = f"Runner {self.number} {turn}"
        day, hour = divmod(turn * WRITERS + self.number, 8)
        try:
            visit = book_one(
                self.treatment,
                NOW.replace(hour=9 + hour) + timedelta(days=1 + day % 55),
                visitor=name,
                client=newcomer(name=name, email=f"r{token_hex(8)}@example.com", now=NOW),
                by=name,
                now=NOW,
            )
        except Refused:
            return
        self.booked.append(visit.pk)


def test_the_drill_under_load_loses_no_row_that_was_committed_before(a_clinic, backup_folder):
    whole = guards()
    stop = threading.Event()
    writers = [Writer(number, a_clinic, stop) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    while sum(len(writer.booked) for writer in writers) < 20:
        assert any(writer.is_alive() for writer in writers)
    before = {pk for writer in writers for pk in tuple(writer.booked)}
    path = backed_up(backup_folder)
    during = {pk for writer in writers for pk in tuple(writer.booked)} - before
    stop.set()
    for writer in writers:
        writer.join()
    assert during, "nothing was written meanwhile, so this shows nothing"

    wreck()
    assert restored(path, replace=True).startswith(f"{path} is whole")

    assert guards() == whole
    there = set(Appointment.objects.values_list("pk", flat=True))
    assert before <= there
    with_client = Appointment.objects.filter(client__isnull=False, events__kind="booked").distinct()
    assert with_client.count() == len(there), "a visit without what was written with it"
    assert Client.objects.count() == len(there)
    everything_is_still_refused(a_clinic)


def everything_is_still_refused(treatment):
    """Each of the three exclusion constraints, and that new rows get new numbers."""
    at = NOW.replace(year=2027, hour=3)
    ana, kim, room = make_client(), make_therapist(), make_room()
    first = make_appointment(
        starts_at=at, treatment=treatment, therapist=kim, room=room, client=ana
    )
    assert first.pk == Appointment.objects.latest("pk").pk
    sames: dict[str, dict[str, Any]] = {
        "therapist_never_twice": {"therapist": kim},
        "room_never_twice": {"room": room},
        "client_never_twice": {"client": ana},
    }
    for constraint, same in sames.items():
        place = {"therapist": make_therapist(), "room": make_room(), **same}
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            make_appointment(starts_at=at, treatment=treatment, **place)


def test_what_comes_back_is_every_row_of_every_table_as_it_was(a_clinic, backup_folder):
    """Mail was paused already, so that still is as it was, and by whom."""
    make_client("Åsa O’Neill\n=1+1")
    controls.pause(by="Dee", now=NOW)
    before = contents()
    path = backed_up(backup_folder)
    wreck()
    restore.restore(path, restore.examine(path, ""), "")
    assert contents() == before


def test_a_database_that_holds_something_or_is_in_use_is_left_alone_unless_told(
    a_clinic, backup_folder
):
    """Then mail is paused, for what was sent since is owed again; and who was erased stays so."""
    ana = make_client("Ana Gone")
    path = backed_up(backup_folder)
    make_client("Later Demo")
    erase(ana, tell=False, by="owner", now=NOW)
    with pytest.raises(CommandError, match=r"Nothing was changed\. This database has .*--replace"):
        restored(path)
    beside = psycopg2.connect(**{**connection.get_connection_params(), "application_name": "web"})
    with contextlib.closing(beside):
        with pytest.raises(
            CommandError, match=r"Nothing was changed\. 1 others use .*\(web\): stop"
        ):
            restored(path, replace=True)
        assert Client.objects.filter(name="Later Demo").exists()
        said = restored(path, replace=True, beside_others=True)
    assert "All mail is paused" in said
    assert "Erased again: 1" in said
    assert Clinic.objects.get().mail_paused_by == "restore"
    assert not Client.objects.filter(name__in=["Ana Gone", "Later Demo"]).exists()


def test_what_comes_back_is_found_quickly_and_its_mail_is_paused_by_the_same_transaction(
    a_clinic, backup_folder
):
    """PostgreSQL knows how much is where, which no dump tells it; and nothing goes out twice,
    whatever becomes of the program after the commit."""
    make_client("Ana Demo")
    path = backed_up(backup_folder)
    restore.restore(path, restore.examine(path, ""), "")
    assert learnt() >= {"bookings_client", "bookings_clinic", "bookings_weeklyshift"}
    clinic = Clinic.objects.get()
    assert clinic.mail_paused_by == "restore"
    assert clinic.mail_paused_at
    assert Change.objects.filter(role="program", who="restore").exists()


A_LINE = b'{"client": 1, "known_since": "2026-01-01", "erased_at": "2026-01-01"}\n'
BAD_LINES = {
    "not UTF-8": b'{"client": 1, "known_since": "\xff"}\n',
    "half a line": b'{"client": 1, "known_si',
    "no number": b'{"client": "x", "known_since": "2026-01-01", "erased_at": "2026-01-01"}\n',
    "another checksum": b'{"client": 1, "known_since": "2026-01-01T00:00:00+00:00", '
    b'"erased_at": "2026-01-01T00:00:00+00:00", "check": "00000000"}\n',
    "no object": b"17\n",
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES.keys())
def test_a_list_of_erasures_that_cannot_be_read_is_told_where_a_backup_is_checked(
    backup_folder, settings, line
):
    path = a_backup(backup_folder, "")
    settings.ERASURES_FILE.write_bytes(A_LINE + line)
    with pytest.raises(CommandError, match=r"Nothing was changed\. Line 2 of .*cannot be read"):
        restored(path, check=True)


def test_and_keeps_a_restore_from_touching_anything(a_clinic, backup_folder, settings):
    path = backed_up(backup_folder)
    settings.ERASURES_FILE.write_bytes(A_LINE + BAD_LINES["half a line"])
    make_client("Still Here")
    before = contents()
    with pytest.raises(CommandError, match=r"Nothing was changed\. Line 2 of .*cannot be read"):
        restored(path, replace=True)
    assert contents() == before


def test_what_fails_after_the_commit_says_what_is_done_and_what_is_not(a_clinic, backup_folder):
    """The backup holds a trigger by which nobody can be erased."""
    erased_list.note(make_client("Ana Gone"), at=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the disk is on fire'; END $$;"
            "CREATE TRIGGER refuse BEFORE UPDATE ON bookings_client EXECUTE FUNCTION refuse();"
        )
    path = backed_up(backup_folder)
    said = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("restore", path, replace=True, stdout=said)
    for words in ("is in the database's place, but", "is on fire", "Run manage.py migrate and"):
        assert words in str(refusal.value)
    assert "All mail is paused" in said.getvalue()
    assert Clinic.objects.get().mail_paused_by == "restore"


def test_a_backup_is_sealed_and_opens_only_with_its_key(
    a_clinic, backup_folder, settings, tmp_path
):
    make_client("Ana Secret")
    settings.BACKUP_KEY = PUBLIC
    path = backed_up(backup_folder)
    assert b"PGDMP" not in path.read_bytes()
    for key, told in [
        ("", "is sealed: set BACKUP_KEY"),
        (PUBLIC, "public key, which only seals"),
        (ANOTHER, "sealed for another BACKUP_KEY"),
        ("nonsense", "is no age key"),
    ]:
        settings.BACKUP_KEY = key
        with pytest.raises(CommandError, match=f"Nothing was changed.*{told}"):
            restored(path, replace=True)
    if shutil.which("age"):
        the_age_command_opens(path, tmp_path)
    settings.BACKUP_KEY = KEY
    restored(path, replace=True)
    assert Client.objects.filter(name="Ana Secret").exists()


def the_age_command_opens(path, folder):
    with zipfile.ZipFile(path) as whole:
        whole.extractall(folder)
    key = folder / "key.txt"
    key.write_text(f"{KEY}\n")
    for member, beginning in [("database.dump.age", b"PGDMP"), ("manifest.json.age", b"{")]:
        command = ["age", "--decrypt", "--identity", key, folder / member]
        plain = subprocess.run(command, capture_output=True, check=True).stdout
        assert plain.startswith(beginning)


@pytest.mark.parametrize("size", [0, 1, 1 << 16, (1 << 20) + 1])
@pytest.mark.parametrize("sealed_with", [KEY, PUBLIC], ids=["secret key", "public key"])
def test_what_was_sealed_opens_as_it_was_and_not_when_it_is_cut_off(size, sealed_with):
    plain, sealed, opened = io.BytesIO(os.urandom(size)), io.BytesIO(), io.BytesIO()
    encryption.seal(plain, sealed, sealed_with)
    encryption.unseal(io.BytesIO(sealed.getvalue()), opened, KEY)
    assert opened.getvalue() == plain.getvalue()
    with pytest.raises(encryption.CannotOpen):
        encryption.unseal(io.BytesIO(sealed.getvalue()[:-1]), io.BytesIO(), KEY)


def test_nonsense_as_a_key_makes_no_backup(backup_folder, settings):
    settings.BACKUP_KEY = "nonsense"
    with pytest.raises(CommandError, match=r"No backup was made.*no age key; manage\.py make_s"):
        backed_up(backup_folder)
    assert not backup_folder.exists()


def test_without_a_key_none_is_made_unless_somebody_asks_and_only_the_owner_may_read_it(
    a_clinic, backup_folder, time_machine
):
    """The time in its name is UTC."""
    time_machine.move_to(datetime(2026, 11, 25, 4, 5, 6, tzinfo=UTC))
    told = StringIO()
    options = {"stdout": StringIO(), "stderr": told, "folder": backup_folder}
    with pytest.raises(CommandError, match=r"No backup was made\. Set BACKUP_KEY"):
        call_command("backup", **options)
    assert not backup_folder.exists()
    call_command("backup", unsealed=True, **options)
    assert "Not sealed" in told.getvalue()
    [path] = backup_folder.iterdir()
    assert path.name == "taper-20261125T040506Z.backup"
    assert path.stat().st_mode & 0o777 == 0o600
    assert backup_folder.stat().st_mode & 0o777 == 0o700
    before = contents()
    assert "is whole" in restored(path, check=True)
    assert contents() == before


def changed(path, member, change):
    """The same file with another content of one of its members."""
    with zipfile.ZipFile(path) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    members[member] = change(members[member])
    with zipfile.ZipFile(path, "w") as whole:
        for name, content in members.items():
            whole.writestr(name, content)
    return path


def test_the_newest_is_found_by_itself_and_the_one_of_before_a_day(backup_folder):
    with pytest.raises(CommandError, match=r"Nothing was changed\. There is no backup in"):
        restored(newest=True, check=True)
    made = a_backup(backup_folder, "")
    for day in ("0101", "0102"):
        shutil.copy(made, backup_folder / f"taper-2020{day}T020000Z.backup")
    assert f"{made} is whole" in restored(newest=True, check=True)
    for before, day in (("2020-01-02", "0101"), ("2020-01-02T03:00", "0102")):
        said = restored("--before", before, check=True)
        assert f"taper-2020{day}T020000Z.backup is whole" in said
    with pytest.raises(CommandError, match=r"There is no backup of before 2020-01-01 00:00 UTC in"):
        restored("--before", "2020-01-01", check=True)
    listed = restored(list=True).splitlines()
    assert [line.split()[1] for line in listed][:2] == ["2020-01-01", "2020-01-02"]


def test_a_backup_of_a_newer_version_is_refused_with_a_sentence(backup_folder):
    def newer(manifest):
        told = json.loads(manifest)
        told["facts"]["migrations"].append("bookings.9999_of_tomorrow")
        return json.dumps(told)

    path = changed(a_backup(backup_folder, ""), "manifest.json", newer)
    with pytest.raises(CommandError, match=r"of a newer Taper: it has been through bookings\.9999"):
        restored(path, check=True)


def harmed(path, key):
    """A byte of the dump is another."""
    member = "database.dump.age" if key else "database.dump"
    return changed(path, member, lambda dump: dump[:500] + b"x" + dump[501:])


def test_a_damaged_backup_is_refused_before_anything_is_touched(a_clinic, backup_folder, settings):
    settings.BACKUP_KEY = KEY
    path = harmed(backed_up(backup_folder), KEY)
    before = contents()
    with pytest.raises(CommandError, match=r"Nothing was changed.*is damaged"):
        restored(path, replace=True)
    assert contents() == before


# What is refused so is refused by the same look into the file, whether it is checked or restored.


def test_one_that_is_not_sealed_is_too(backup_folder):
    with pytest.raises(CommandError, match=r"Nothing was changed.*is damaged"):
        restored(harmed(a_backup(backup_folder, ""), ""), check=True)


@pytest.mark.parametrize("member", ["database.dump.age", "manifest.json.age"])
def test_a_part_of_another_sealed_backup_is_refused(backup_folder, settings, tmp_path, member):
    settings.BACKUP_KEY = KEY
    with zipfile.ZipFile(a_backup(tmp_path / "other", KEY, dump=b"PGDMP of another")) as other:
        of_another = other.read(member)
    path = changed(a_backup(backup_folder, KEY), member, lambda _: of_another)
    with pytest.raises(CommandError, match=r"Nothing was changed.*is damaged"):
        restored(path, check=True)


@pytest.mark.parametrize("key", ["", KEY], ids=["plain", "sealed"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: whole + b"x",
        lambda whole: whole + bytes(70_000),
        lambda whole: whole + whole[-22:],
        lambda whole: whole + whole,
        lambda whole: b"x" + whole,
        lambda whole: whole[:-2] + b"\x05\x00" + b"hello",
        lambda whole: whole[:-1],
    ],
    ids=["a byte", "zeros", "its end again", "itself", "before it", "a comment", "cut off"],
)
def test_a_backup_with_more_or_fewer_bytes_is_not_whole(backup_folder, settings, key, damage):
    settings.BACKUP_KEY = key
    path = a_backup(backup_folder, key)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(CommandError, match=r"Nothing was changed.*(damaged|no backup of Taper)"):
        restored(path, check=True)


def test_what_is_put_between_the_parts_of_a_backup_is_noticed(backup_folder):
    path = a_backup(backup_folder, "")
    with zipfile.ZipFile(path, "a") as whole:
        at = whole.getinfo("manifest.json").header_offset
        offset = whole.start_dir
    content = path.read_bytes()
    moved = content[:at] + b"between" + content[at:]
    shifted = (offset + len(b"between")).to_bytes(4, "little")
    moved = moved[:-6] + shifted + moved[-2:]  # where the list of members begins
    path.write_bytes(moved)
    with pytest.raises(CommandError, match="damaged"):
        restored(path, check=True)


def test_a_manifest_that_is_not_sealed_does_not_stand_for_one_that_is(backup_folder, settings):
    """Whoever can write the file, but has no key, would write SQL there."""
    settings.BACKUP_KEY = KEY
    path = a_backup(backup_folder, KEY)
    with zipfile.ZipFile(path, "a") as whole:
        whole.writestr("manifest.json", "{}")
    assert "is whole" in restored(path, check=True)


def test_where_backups_are_sealed_an_open_one_is_not_restored_unasked(backup_folder, settings):
    settings.BACKUP_KEY = KEY
    with pytest.raises(CommandError, match=r"Nothing was changed.*is not sealed, though"):
        restored(a_backup(backup_folder, ""), check=True)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + bytes(18)])
def test_any_other_file_is_no_backup(tmp_path, content):
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="no backup of Taper"):
        restored(path, check=True)


def test_a_restore_that_fails_half_way_leaves_the_database_as_it_was(a_clinic, backup_folder):
    """The last of its steps, counting again, finds a row too few."""
    path = backed_up(backup_folder)

    def one_more(manifest):
        told = json.loads(manifest)
        told["facts"]["rows"]["public.bookings_client"] += 1
        return json.dumps(told)

    make_client("Still Here")
    before = contents()
    with pytest.raises(CommandError, match=r"Nothing was changed.*0 rows, not 1, in one"):
        restored(changed(path, "manifest.json", one_more), replace=True)
    assert contents() == before


def test_an_empty_database_needs_no_telling(scratch, backup_folder):
    path = backed_up(backup_folder)
    whole = guards()
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public, clock CASCADE; CREATE SCHEMA public")
    restored(path)
    assert guards() == whole


def test_without_postgresqls_programs_the_words_say_what_to_install(
    a_clinic, backup_folder, monkeypatch, tmp_path
):
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o755)
    monkeypatch.setattr("clinic.operations.backups.programs._candidates", lambda name: [old])
    with pytest.raises(CommandError, match=r"newer is needed.*what is here is of 9\..*Install"):
        backed_up(backup_folder)
    assert not backup_folder.exists()


def test_a_backup_that_fails_leaves_no_file(a_clinic, backup_folder, monkeypatch, tmp_path):
    broken = tmp_path / "pg_dump"
    broken.write_text(
        "#!/bin/sh\n[ $1 = --version ] && echo 'pg_dump (PostgreSQL) 99.1' && exit\n"
        "echo begun; echo 'the disk is on fire' >&2; exit 1\n"
    )
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(CommandError, match=r"No backup was made\. the disk is on fire"):
        backed_up(backup_folder)
    assert list(backup_folder.iterdir()) == []
