"""What migrations of ours do that Django's do not."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.migrations.operations.base import Operation


class AddIndexBesideWork(AddIndexConcurrently):
    """Begun anew where it was broken off: PostgreSQL keeps the index then, often an invalid one."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.remove_index(model, self.index, concurrently=True)  # if it exists
        super().database_forwards(app_label, schema_editor, from_state, to_state)


# What they do to the database asks of the others only that their columns are there already.
ADDS = (
    migrations.AddField,
    migrations.AddIndex,
    migrations.AddConstraint,
    AddIndexBesideWork,
)


class Together(Operation):
    """Several one after another, for which all models are drawn up once."""

    def __init__(self, operations: Iterable[Operation]):
        self.operations = list(operations)

    def describe(self) -> str:
        return "; ".join(one.describe() for one in self.operations)

    def state_forwards(self, app_label: str, state: Any) -> None:
        vars(state).pop("apps", None)  # or each of these would draw up anew all that hangs together
        for one in self.operations:
            one.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for one in self.operations:
            one.database_forwards(app_label, schema_editor, from_state, to_state)


class QuickMigration(migrations.Migration):
    """The same statements in a third of the time, nearly all of which went into drawing up models."""

    def apply(self, project_state: Any, schema_editor: Any, collect_sql: bool = False) -> Any:
        each = self.operations
        vars(self)["operations"] = list(_together(each))
        try:
            return super().apply(project_state, schema_editor, collect_sql)
        finally:
            vars(self)["operations"] = each


def _together(operations: Iterable[Operation]) -> Iterator[Operation]:
    for kind, run in groupby(operations, _kind):
        if kind:
            yield Together(run)
        else:
            yield from run


def _kind(operation: Operation) -> str:
    """Of those that may be taken together; a column of a table that is made is no addition yet."""
    if isinstance(operation, migrations.CreateModel):
        return "makes"
    return "adds" if isinstance(operation, ADDS) else ""
