"""The file of a backup: a zip of what pg_dump wrote and a manifest, each sealed or not.

    unzip -p FILE database.dump.age | age -d -i KEY | pg_restore …

opens it without Taper. The manifest is sealed too: it holds the dump's SHA-256, so that neither can
be exchanged, and names of tables that become SQL.
"""

import contextlib
import hashlib
import io
import json
import os
import shutil
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from clinic.operations.backups import encryption
from clinic.operations.backups.encryption import SUFFIX, CannotOpen, Sink

DATABASE, MANIFEST = "database.dump", "manifest.json"
AT_ONCE = 1 << 20  # bytes
# Of the zip format (APPNOTE 4.3.7, 4.3.16): bytes of what stands before a member's name, and of
# what stands at the end of a file without a comment.
LOCAL_HEADER, END_OF_ZIP, END_SIGNATURE = 30, 22, b"PK\x05\x06"


class BadArchive(Exception):
    """In words: no backup, a damaged one, or one for which the key is missing."""


@dataclass(frozen=True)
class Facts:
    """What was known before the first byte.

    `taper`: the version that made it; `made_at`: ISO, UTC; `migrations`: "app.name"; `rows`: how
    many each table has, by its name as SQL quotes it.
    """

    taper: str
    made_at: str
    server: int
    program: int
    migrations: list[str]
    rows: dict[str, int]


@dataclass(frozen=True)
class Manifest:
    facts: Facts
    sha256: str  # of the dump as it lies in the zip
    size: int  # of the same, in bytes


class _Measured:
    """What goes through it is counted."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.sha256, self.size = hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        return self._count(self.stream.read(size))

    def write(self, chunk: bytes) -> int:
        return self.stream.write(self._count(chunk))

    def flush(self) -> None:
        self.stream.flush()

    def _count(self, chunk: bytes) -> bytes:
        self.sha256.update(chunk)
        self.size += len(chunk)
        return chunk


def write(file: IO[bytes], facts: Facts, dump: IO[bytes], key: str) -> Manifest:
    """Sealed where there is a key."""
    suffix = SUFFIX if key else ""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as whole:
        with whole.open(DATABASE + suffix, "w", force_zip64=True) as member:
            seen = _Measured(member)
            _put(dump, seen, key)
        manifest = Manifest(facts, seen.sha256.hexdigest(), seen.size)
        with whole.open(MANIFEST + suffix, "w") as member:
            _put(io.BytesIO(json.dumps(asdict(manifest), indent=1).encode()), member, key)
    return manifest


def _put(plain: IO[bytes], into: Sink, key: str) -> None:
    if key:
        encryption.seal(plain, into, key)
    else:
        shutil.copyfileobj(plain, into, AT_ONCE)


def manifest_of(path: Path, key: str) -> Manifest:
    """Raises BadArchive."""
    text = io.BytesIO()
    _take(path, MANIFEST, text, key)
    try:
        data = json.loads(text.getvalue())
        return Manifest(Facts(**data.pop("facts")), **data)
    except (ValueError, KeyError, TypeError) as error:
        raise BadArchive(f"The manifest of {path} cannot be read.") from error


def look_at(path: Path, key: str) -> bool:
    """Whether it is sealed. Raises BadArchive where something is wrong that can be known without
    reading all of it: it is no whole backup, or does not open with that key, if that can open any.
    """
    with _member(path, DATABASE) as (member, is_sealed):
        header = member.read(len(encryption.HEADER))
    if is_sealed and header != encryption.HEADER:
        raise BadArchive(f"{path} is damaged: it does not begin as what was sealed.")
    if is_sealed and key.startswith(encryption.PUBLIC):
        return True
    manifest = manifest_of(path, key if is_sealed else "")
    with zipfile.ZipFile(path) as whole:
        size = whole.getinfo(DATABASE + SUFFIX if is_sealed else DATABASE).file_size
    if size != manifest.size:
        raise BadArchive(f"{path} is damaged: it is not as long as its manifest says.")
    return is_sealed


def copy_dump(path: Path, manifest: Manifest, key: str, into: IO[bytes]) -> None:
    """What pg_dump wrote. Raises BadArchive, perhaps at its end, when a byte has changed since."""
    if _take(path, DATABASE, into, key) != manifest.sha256:
        raise BadArchive(f"{path} is damaged: its checksum is not what its manifest says.")


def _take(path: Path, name: str, into: IO[bytes], key: str) -> str:
    """Returns the SHA-256 of what lies in the zip."""
    with _member(path, name) as (member, is_sealed):
        if key and not is_sealed:
            raise BadArchive(
                f"{path} is not sealed, though BACKUP_KEY is set: whoever could write it could say "
                "what is restored. If you trust it, leave BACKUP_KEY empty this once."
            )
        seen = _Measured(member)
        try:
            if is_sealed:
                encryption.unseal(seen, into, key)
            else:
                shutil.copyfileobj(seen, into, AT_ONCE)
        except CannotOpen as error:
            raise BadArchive(f"{path} cannot be opened: {error}") from error
        except (zipfile.BadZipFile, EOFError) as error:
            raise BadArchive(f"{path} is damaged: it cannot be read to its end.") from error
        return seen.sha256.hexdigest()


@contextlib.contextmanager
def _member(path: Path, name: str) -> Iterator[tuple[IO[bytes], bool]]:
    """And whether it is sealed. Raises BadArchive."""
    try:
        whole = zipfile.ZipFile(path)
    except OSError as error:
        raise BadArchive(f"{path} cannot be read: {error.strerror}.") from error
    except zipfile.BadZipFile as error:
        raise BadArchive(f"{path} is no backup of Taper, or only a part of one.") from error
    with whole:
        _refuse_what_is_between(path, whole)
        is_sealed = name + SUFFIX in whole.namelist()
        try:
            member = whole.open(name + SUFFIX if is_sealed else name)
        except (KeyError, zipfile.BadZipFile) as error:
            raise BadArchive(f"{path} is no backup of Taper.") from error
        with member:
            yield member, is_sealed


def _refuse_what_is_between(path: Path, whole: zipfile.ZipFile) -> None:
    """Zip files are read from their end, wherever that is found; ours is as it was written: the
    members one behind the other from the first byte on, and nothing after the list of them.
    """
    with path.open("rb") as file:
        expected = 0
        for member in sorted(whole.infolist(), key=lambda one: one.header_offset):
            if member.header_offset != expected:
                break
            file.seek(expected)
            names = struct.unpack("<HH", file.read(LOCAL_HEADER)[-4:])
            expected += LOCAL_HEADER + sum(names) + member.compress_size
        file.seek(-END_OF_ZIP, os.SEEK_END)
        ends_here = file.read(END_OF_ZIP).startswith(END_SIGNATURE) and not whole.comment
    if expected != whole.start_dir or not ends_here:
        raise BadArchive(f"{path} is damaged: there is more in it than a backup.")
