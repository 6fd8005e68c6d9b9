"""All that the database holds, as text to search: nothing is hidden by how it is stored."""

from importlib import import_module

from django.conf import settings
from django.db import connection


def whole_database() -> str:
    """Every column of every row of every table; and what sessions hold, which is encoded."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        rows = []
        for name in names:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{name}\" t")
            rows.append(cursor.fetchone()[0])
    return "\n".join([*rows, *_sessions()])


def _sessions() -> list[str]:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    sessions = store.get_model_class().objects.all()
    return [repr(session.get_decoded()) for session in sessions]
