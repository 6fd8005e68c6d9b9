"""How the database is emptied after a test that has committed.

Django truncates every table, which makes new files for each of them and for its indexes. Most
have no row: deleting those that there are takes a twentieth of the time. And it notes the kinds
of things that there are and what may be done to them, model by model, as after a migration: no
test changes those, so they stay.
"""

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.commands import flush
from django.core.management.sql import emit_post_migrate_signal
from django.db.backends.base.base import BaseDatabaseWrapper

# Neither constraints nor what refuses to be changed has a say, as with a truncate.
UNASKED = "SET LOCAL session_replication_role = replica"
OF_THE_MODELS = (ContentType._meta.db_table, Permission._meta.db_table)


def _deletes(_style: Any, connection: BaseDatabaseWrapper, **_kwargs: Any) -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [connection.ops.quote_name(name) for name in names if name not in OF_THE_MODELS]
    with connection.cursor() as cursor:
        asked = ", ".join(f"EXISTS (SELECT FROM {table})" for table in tables)
        cursor.execute(f"SELECT {asked}")
        filled = zip(tables, cursor.fetchone(), strict=True)
    return [UNASKED, *(f"DELETE FROM {table}" for table, has_rows in filled if has_rows)]


def _note_models_where_none_is(verbosity: int, interactive: bool, db: str, **kwargs: Any) -> None:
    """As where a test has put another database in the place of ours."""
    if not Permission.objects.using(db).exists():
        emit_post_migrate_signal(verbosity, interactive, db, **kwargs)


def empty_quickly() -> None:
    vars(flush)["sql_flush"] = _deletes
    vars(flush)["emit_post_migrate_signal"] = _note_models_where_none_is
