"""What migrations of ours do that Django's do not."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently


class AddIndexBesideWork(AddIndexConcurrently):
    """Begun anew where it was broken off: PostgreSQL keeps the index then, often an invalid one."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.remove_index(model, self.index, concurrently=True)  # if it exists
        super().database_forwards(app_label, schema_editor, from_state, to_state)
