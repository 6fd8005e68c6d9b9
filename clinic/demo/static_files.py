"""The demo's static files, hashed and compressed as in production; collected when they change."""

import contextlib
import hashlib
import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import brotli
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.management.commands import collectstatic
from django.core.management import call_command
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

from clinic.apps import UsedStaticFiles
from clinic.demo.processes import die_with_parent
from clinic.demo.servers import StackError

HOW_WELL = 5  # of 11: a twentieth of the time, for a tenth more to send within one machine


@contextlib.contextmanager
def collected_meanwhile(state: Path) -> Iterator[None]:
    """Beside what else has to be done, in a process of its own, since it takes some seconds."""
    note = Path(settings.STATIC_ROOT) / "made-of"
    made_of = "" if settings.WHITENOISE_USE_FINDERS else _fingerprint()
    if not made_of or (note.exists() and note.read_text() == made_of):
        yield
        return
    log = state / "static-files.log"
    # It has loaded the site already, as a program of its own would first have to.
    apart = multiprocessing.get_context("fork").Process(target=_collect_apart, args=[log])
    apart.start()
    try:
        yield
        apart.join()
        if apart.exitcode:
            raise StackError(f"The static files could not be collected; see {log}.")
    finally:
        apart.terminate()
        apart.join()
    note.write_text(made_of)


class QuicklyCompressed(CompressedManifestStaticFilesStorage):
    def create_compressor(self, **options: object) -> Compressor:
        return QuickCompressor(**options)


class QuickCompressor(Compressor):
    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return brotli.compress(data, quality=HOW_WELL)


def _collect_apart(log: Path) -> None:
    if ask_the_kernel := die_with_parent(signal.SIGTERM, os.getppid()):
        ask_the_kernel()
    with log.open("ab") as said:
        for stream in (1, 2):
            os.dup2(said.fileno(), stream)
    collect()


def collect() -> None:
    program = collectstatic.Command()
    program.storage = QuicklyCompressed()
    call_command(program, interactive=False, clear=True, verbosity=0)


def _fingerprint() -> str:
    """Another one when a file is added, changed, renamed or taken away."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(UsedStaticFiles.ignore_patterns):
            path = Path(storage.path(name))
            prefix = getattr(storage, "prefix", None) or ""
            seen.update(f"{prefix}/{name} {path.stat().st_size}\n".encode())
            seen.update(path.read_bytes())
    return seen.hexdigest()
