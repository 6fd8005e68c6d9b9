"""Models and migrations say the same, and one migration leads to the next."""

import pytest
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

from bookings.migrations._operations import QuickMigration


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


class Step(migrations.Migration):
    """A table of two, a column between them, and what holds of it."""

    operations = [
        migrations.CreateModel("Race", [("id", models.BigAutoField(primary_key=True))]),
        migrations.CreateModel(
            "Runner",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("races", models.ManyToManyField("bookings.race")),
            ],
        ),
        migrations.AddField("race", "won_by", models.ForeignKey("bookings.runner", models.CASCADE)),
        migrations.AddField("race", "day", models.DateField(db_default=Now())),
        migrations.AddIndex("race", models.Index(fields=["day"], name="races_by_day")),
        migrations.AddConstraint(
            "race", models.UniqueConstraint(fields=["day", "won_by"], name="wins_once_a_day")
        ),
        migrations.RunSQL("SELECT 1"),
        migrations.AlterField("race", "day", models.DateTimeField(db_default=Now())),
    ]


class QuickStep(QuickMigration):
    operations = Step.operations


def _statements(kind: type[migrations.Migration]) -> tuple[list[str], dict]:
    state = ProjectState()
    with connection.schema_editor(collect_sql=True) as editor:
        kind("0001", "bookings").apply(state, editor, collect_sql=True)
    said = [one for one in editor.collected_sql if not one.startswith("--")]
    return said, {key: sorted(model.fields) for key, model in state.models.items()}


@pytest.mark.django_db
def test_what_is_done_together_is_what_is_done_one_by_one() -> None:
    assert _statements(QuickStep) == _statements(Step)
