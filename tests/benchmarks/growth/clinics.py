"""Two databases of one server, that are asked by turns from one process."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper


class Clinics:
    """Empty copies of the database that DATABASE_URL names; gone at the end."""

    def __init__(self, *names: str):
        self.usual = connections["default"]
        self.made = {name: f"{settings.DATABASES['default']['NAME']}_{name}" for name in names}
        self.open: dict[str, BaseDatabaseWrapper] = {}

    def make(self, *, anew: bool) -> None:
        if anew:
            self.drop()
            connections.close_all()
            template = self.usual.settings_dict["NAME"]
            with self._elsewhere().cursor() as cursor:
                for database in self.made.values():
                    cursor.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        for name, database in self.made.items():
            self.open[name] = self._connection(database)

    def drop(self) -> None:
        connections["default"] = self.usual
        for one in self.open.values():
            one.close()
        with self._elsewhere().cursor() as cursor:
            for database in self.made.values():
                cursor.execute(f'DROP DATABASE IF EXISTS "{database}"')

    @contextmanager
    def of(self, name: str) -> Iterator[BaseDatabaseWrapper]:
        """All that Django asks inside is asked of that one."""
        connections["default"] = self.open[name]
        try:
            yield self.open[name]
        finally:
            connections["default"] = self.usual

    def _elsewhere(self) -> BaseDatabaseWrapper:
        """A database is neither made nor dropped by whoever is connected to it."""
        return self._connection("postgres")

    def _connection(self, database: str) -> BaseDatabaseWrapper:
        one = connection.copy()
        known = one.settings_dict
        # What is worked for one statement is worked in one process, so that it can be counted.
        options = {**known["OPTIONS"], "options": "-c max_parallel_workers_per_gather=0"}
        one.settings_dict = {
            **known, "NAME": database, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False,
            "OPTIONS": options,
        }  # fmt: skip
        return one
