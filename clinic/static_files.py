"""Of a package that has many files, only those that pages ask for."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import Storage


class ChosenFilesFinder(FileSystemFinder):
    """Django's own, but for the folders in `settings.CHOSEN_FILES`, of which it lists some."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path, storage in super().list(ignore_patterns):
            chosen = self._chosen(getattr(storage, "prefix", ""))
            if chosen is None or path in chosen:
                yield path, storage

    def _chosen(self, prefix: Any) -> tuple[str, ...] | None:
        return settings.CHOSEN_FILES.get(prefix)
