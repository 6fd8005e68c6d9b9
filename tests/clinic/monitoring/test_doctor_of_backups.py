"""The doctor and the owner's page look at the newest backup itself, not at what was noted of it."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pyrage.x25519 import Identity

from bookings.models import LastSeen, Seen, WatchedPart
from bookings.queries.office import watch
from clinic.doctor import backups
from clinic.management.commands.backup import _facts_of
from clinic.operations.backups import encryption
from tests import factories
from tests.clinic.operations.conftest import a_backup

KEY, ANOTHER = encryption.new_key(), encryption.new_key()
PUBLIC = str(Identity.from_str(KEY).to_public())


@pytest.fixture
def made(settings, tmp_path) -> Path:
    """A sealed backup in its folder."""
    settings.BACKUP_FOLDER, settings.BACKUP_KEY = tmp_path / "backups", KEY
    return a_backup(settings.BACKUP_FOLDER, KEY)


@pytest.fixture
def noted(made) -> Path:
    LastSeen.objects.note(Seen.BACKUP, **_facts_of(made))
    return made


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-400])


def with_another_beginning(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(encryption.HEADER, b"x" * len(encryption.HEADER), 1))


def without_the_folder(path: Path) -> None:
    path.unlink()
    path.parent.rmdir()


def by_setting(key: str) -> Callable[..., None]:
    return lambda _path, settings: setattr(settings, "BACKUP_KEY", key)


def told(*looks) -> list[tuple[str, str]]:
    return [(one.state, one.says) for look in looks for one in look()]


@pytest.mark.parametrize(
    ("harm", "state", "says"),
    [
        (lambda *_: None, "well", "is there and opens with BACKUP_KEY."),
        (by_setting(PUBLIC), "well", "only the secret half of BACKUP_KEY opens it."),
        (by_setting(ANOTHER), "wrong", "sealed for another BACKUP_KEY"),
        (by_setting(""), "wrong", "set BACKUP_KEY to its secret key"),
        (lambda path, _: cut(path), "wrong", "only a part of one"),
        (lambda path, _: path.write_bytes(b""), "wrong", "is no backup of Taper"),
        (lambda path, _: with_another_beginning(path), "wrong", "does not begin as what was"),
        (lambda path, _: a_backup(path.parent, ""), "better", "is not sealed: whoever gets it"),
    ],
)
def test_the_newest_file_is_looked_into_without_a_database(made, settings, harm, state, says):
    harm(made, settings)
    [(found, words)] = told(backups.of_the_newest_file)
    assert found == state
    assert says in words
    assert KEY not in words


def test_a_folder_that_cannot_be_read_is_told_and_one_that_is_not_there_yet_is_not(made, settings):
    settings.BACKUP_FOLDER = made  # a file
    assert told(backups.of_the_newest_file)[0][0] == "wrong"
    settings.BACKUP_FOLDER = made.parent / "none"
    assert told(backups.of_the_newest_file) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda path, _: without_the_folder(path), "was written, is not there."),
        (by_setting(ANOTHER), "sealed with another BACKUP_KEY"),
        (by_setting(str(Identity.from_str(ANOTHER).to_public())), "sealed with another BACKUP_KEY"),
    ],
)
def test_what_was_noted_is_held_against_what_is_there(noted, settings, harm, says):
    assert told(backups.of_what_was_noted) == []
    harm(noted, settings)
    assert says in told(backups.of_what_was_noted)[0][1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("harm", "state"),
    [
        (lambda *_: None, "well"),
        (lambda path, _: path.unlink(), "trouble"),
        (lambda path, _: cut(path), "trouble"),
        (by_setting(""), "trouble"),
        (lambda path, _: path.rename(path.with_name("taper-29991231T000000Z.backup")), "well"),
        (lambda _path, settings: setattr(settings, "DEMO", True), "better"),
    ],
)
def test_the_owner_is_told_when_the_file_is_gone_or_its_key(noted, settings, harm, state):
    clinic = factories.make_clinic()
    harm(noted, settings)
    (found,) = watch.of([WatchedPart.BACKUP], clinic, now=timezone.now())
    assert found.state == state


@pytest.mark.django_db
def test_no_copy_is_noted_of_a_backup_that_never_was(settings, tmp_path):
    settings.BACKUP_FOLDER = tmp_path
    with pytest.raises(CommandError, match="there is no backup"):
        call_command("note_offsite_copy")
    gone = a_backup(tmp_path, "")
    LastSeen.objects.note(Seen.BACKUP, path=str(gone), size=gone.stat().st_size)
    gone.unlink()
    with pytest.raises(CommandError, match="there is no backup"):
        call_command("note_offsite_copy")
    assert not LastSeen.objects.filter(what=Seen.OFFSITE).exists()


def test_a_list_of_no_backups_says_so(settings, tmp_path):
    settings.BACKUP_FOLDER, said = tmp_path, StringIO()
    call_command("restore", list=True, stdout=said)
    assert said.getvalue() == f"There is no backup in {tmp_path}.\n"
