"""The file of a backup: a zip that holds what pg_dump wrote, sealed or not, and a manifest."""

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from clinic.operations.backups import encryption

DATABASE, MANIFEST = "database.dump", "manifest.json"
AT_ONCE = 1 << 20  # bytes


class BadArchive(Exception):
    """In words: no backup, a damaged one, or one for which the key is missing."""


@dataclass(frozen=True)
class Facts:
    """What was known before the first byte; they are part of the key of a sealed file.

    `taper`: the version that made it; `made_at`: ISO, UTC; `migrations`: "app.name"; `rows`: how
    many each table has, by its name as SQL quotes it; `key`, `salt`: which key sealed it and with
    what, in hexadecimal, or empty.
    """

    taper: str
    made_at: str
    server: int
    program: int
    migrations: list[str]
    rows: dict[str, int]
    key: str = ""
    salt: str = ""

    @property
    def words(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()


@dataclass(frozen=True)
class Manifest:
    facts: Facts
    sha256: str  # of the member as it lies in the zip
    size: int  # of the same, in bytes


def write(path: Path, facts: Facts, dump: Iterable[bytes], key: bytes | None) -> Manifest:
    """There in whole or not at all; readable by its owner only."""
    if key is not None:
        salt = bytes.fromhex(facts.salt)
        dump = encryption.sealed(dump, key=key, salt=salt, words=facts.words)
    part, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(part, "wb") as file:
            manifest = _written(file, facts, dump)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _keep_name(path.parent)
    return manifest


def _written(file, facts: Facts, dump: Iterable[bytes]) -> Manifest:
    seen, size = hashlib.sha256(), 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as whole:
        with whole.open(DATABASE, "w", force_zip64=True) as member:
            for chunk in dump:
                member.write(chunk)
                seen.update(chunk)
                size += len(chunk)
        manifest = Manifest(facts, seen.hexdigest(), size)
        whole.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
    return manifest


def _keep_name(folder: Path) -> None:
    """After a power cut the file is still under its name."""
    entry = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


def manifest_of(path: Path) -> Manifest:
    """Raises BadArchive."""
    with _member(path, MANIFEST) as member:
        try:
            told = json.load(member)
            return Manifest(Facts(**told.pop("facts")), **told)
        except (ValueError, KeyError, TypeError) as error:
            raise BadArchive(f"The manifest of {path} cannot be read.") from error


def check(path: Path, manifest: Manifest) -> None:
    """Raises BadArchive when a byte has changed since."""
    seen = hashlib.sha256()
    for chunk in _stored(path):
        seen.update(chunk)
    if seen.hexdigest() != manifest.sha256:
        raise BadArchive(f"{path} is damaged: its checksum is not what its manifest says.")


def dump_of(path: Path, manifest: Manifest, key: bytes | None) -> Iterator[bytes]:
    """What pg_dump wrote. Raises BadArchive for another key, or none."""
    facts = manifest.facts
    if not facts.key:
        return _stored(path)
    if key is None:
        raise BadArchive(f"{path} is sealed: set BACKUP_KEY to the key called {facts.key}.")
    if encryption.name_of(key) != facts.key:
        raise BadArchive(f"{path} was sealed with another BACKUP_KEY, the one called {facts.key}.")
    return encryption.opened(
        _stored(path), key=key, salt=bytes.fromhex(facts.salt), words=facts.words
    )


def _stored(path: Path) -> Iterator[bytes]:
    with _member(path, DATABASE) as member:
        try:
            while chunk := member.read(AT_ONCE):
                yield chunk
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise BadArchive(f"{path} is damaged: it cannot be read to its end.") from error


@contextlib.contextmanager
def _member(path: Path, name: str) -> Iterator[zipfile.ZipExtFile]:
    try:
        whole = zipfile.ZipFile(path)
    except OSError as error:
        raise BadArchive(f"{path} cannot be read: {error.strerror}.") from error
    except zipfile.BadZipFile as error:
        raise BadArchive(f"{path} is no backup of Taper, or only a part of one.") from error
    with whole:
        try:
            member = whole.open(name)
        except (KeyError, zipfile.BadZipFile) as error:
            raise BadArchive(f"{path} is no backup of Taper.") from error
        with member:
            yield member
