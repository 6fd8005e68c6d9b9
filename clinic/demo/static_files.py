"""The demo's static files, hashed and compressed as in production; collected when they change."""

import contextlib
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

from clinic.apps import UsedStaticFiles
from clinic.demo.processes import Child
from clinic.demo.servers import StackError

COLLECT = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--clear", "-v0"]


@contextlib.contextmanager
def collected_meanwhile(state: Path) -> Iterator[None]:
    """Beside what else has to be done, in a process of its own, since it takes some seconds."""
    note = Path(settings.STATIC_ROOT) / "made-of"
    made_of = "" if settings.WHITENOISE_USE_FINDERS else _fingerprint()
    if not made_of or (note.exists() and note.read_text() == made_of):
        yield
        return
    child = Child.start("Static files", COLLECT, log=state / "static-files.log")
    try:
        yield
        if child.process.wait():
            raise StackError(f"The static files could not be collected; see {child.log}.")
    finally:
        child.stop()
    note.write_text(made_of)


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
