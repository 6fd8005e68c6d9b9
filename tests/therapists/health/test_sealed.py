"""Health data is sealed at rest, opens with any of the keys, and never tells itself."""

import ast
import pickle
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command
from django.db import connection

from tests import factories
from therapists.core.content import Answers, Content, Given
from therapists.models import HealthCheck, Note, NoteVersion
from therapists.models.sealed import Sealed

ROOT = Path(__file__).resolve().parents[3]
SECRET = "a bruise on the hip"
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


@pytest.fixture
def check(ana):
    return HealthCheck.objects.create(
        client=ana, form="full", given_at=factories.NOW, by="runner", content=Sealed.of(SECRET)
    )


@pytest.fixture
def version(visit, kim):
    note = Note.objects.create(
        appointment=visit(), author=kim, created_at=factories.NOW, saved_at=factories.NOW
    )
    return NoteVersion.objects.create(
        note=note, number=1, signed_by=kim, signed_at=factories.NOW, content=Sealed.of(SECRET)
    )


def test_the_database_holds_nothing_readable(check):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM therapists_healthcheck")
        row = repr([bytes(v) if isinstance(v, memoryview) else v for v in cursor.fetchone()])
    assert "bruise" not in row


def test_what_was_sealed_opens_again(check):
    check.refresh_from_db()
    assert check.content.opened() == SECRET


def test_a_field_keeps_nothing_that_is_not_sealed(check):
    check.content = b"a bruise on the hip"
    with pytest.raises(TypeError):
        check.save()


def test_without_the_key_nothing_opens(check, settings):
    settings.HEALTH_KEYS = [NEW]
    check.refresh_from_db()
    with pytest.raises(InvalidToken):
        check.content.opened()


def test_keys_are_rotated_and_the_old_one_taken_away(db, settings, request):
    settings.HEALTH_KEYS = [OLD]
    check, version = (request.getfixturevalue(name) for name in ("check", "version"))
    settings.HEALTH_KEYS = [NEW, OLD]
    call_command("rotate_health_keys", verbosity=0, stdout=StringIO())
    settings.HEALTH_KEYS = [NEW]
    for row in (check, version):
        row.refresh_from_db()
        assert row.content.opened() == SECRET


@pytest.mark.parametrize(
    "private",
    [
        Sealed.of(SECRET),
        Content(subjective=SECRET),
        Answers(1, (), text=SECRET),
        Given("a", SECRET, "stop", True, SECRET, True, SECRET),
    ],
)
def test_health_data_has_no_words_for_itself(private):
    said = [str(private), repr(private), f"{private}", f"{[private]}"]
    assert not any("bruise" in words for words in said)


def test_sealed_data_is_not_for_queues_or_caches():
    with pytest.raises(TypeError):
        pickle.dumps(Sealed.of(SECRET))


def test_only_the_recorder_opens_what_is_sealed():
    """Whoever calls opened() elsewhere would read without a record."""
    callers = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "therapists").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "opened"
        and ast.unparse(node.func.value) != "health_audit"
    }
    assert callers == {"therapists/health_audit.py"}
