"""What is wrong with an installation, looked at from the ground up, in sentences."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.doctor import backups, database, outside, second_way, settings_and_keys, watched
from clinic.doctor.told import BETTER, MARKS, WRONG, Diagnosis
from clinic.operations.database import in_words

__all__ = ["MARKS", "Diagnosis", "examine", "in_a_sentence"]

Examine = Callable[[], Iterator[Diagnosis]]

# And what each is about, for where it breaks before it says so.
WITHOUT_A_DATABASE: Mapping[Examine, Any] = {
    settings_and_keys.of_settings: gettext_lazy("Settings"),
    settings_and_keys.of_files: gettext_lazy("Files"),
    backups.of_the_newest_file: gettext_lazy("Backup file"),
    outside.of_the_broker: gettext_lazy("Redis"),
    outside.of_mail: gettext_lazy("Mail server"),
    second_way.of_the_second_way: gettext_lazy("Second way"),
    outside.of_the_site: gettext_lazy("Site address"),
}
WITH_A_DATABASE: Mapping[Examine, Any] = {
    database.of_the_role: gettext_lazy("Database role"),
    database.of_the_clock: gettext_lazy("Clock"),
}
WHEN_IT_IS_MIGRATED: Mapping[Examine, Any] = {
    database.of_the_clinic: gettext_lazy("Clinic"),
    settings_and_keys.of_sealed_data: gettext_lazy("Keys"),
    backups.of_what_was_noted: gettext_lazy("Backup file"),
    second_way.of_the_last_message: gettext_lazy("Second way"),
    watched.of_what_the_owner_sees: gettext_lazy("Is all well?"),
}


def examine(*, try_alerts: bool = False) -> Iterator[Diagnosis]:
    """Nothing is raised: what cannot be looked at is told as such, and the rest goes on."""
    knock, message = second_way.of_the_second_way, second_way.of_a_message
    yield from _all_of(
        {
            message if try_alerts and look is knock else look: about
            for look, about in WITHOUT_A_DATABASE.items()
        }
    )
    answers = [*_as_far_as_it_goes(database.of_an_answer, _("Database"))]
    yield from answers
    if any(one.is_wrong for one in answers):
        return
    migrated = [*_as_far_as_it_goes(database.of_migrations, _("Migrations"))]
    yield from migrated
    yield from _all_of(WITH_A_DATABASE)
    if not any(one.is_wrong for one in migrated):
        yield from _all_of(WHEN_IT_IS_MIGRATED)


def in_a_sentence(found: list[Diagnosis]) -> str:
    wrong = sum(one.state == WRONG for one in found)
    better = sum(one.state == BETTER for one in found)
    if wrong:
        return ngettext(
            "{count} thing is wrong. Begin with the first.",
            "{count} things are wrong. Begin with the first.",
            wrong,
        ).format(count=wrong)
    if better:
        return ngettext(
            "Nothing is wrong; {count} thing could be better.",
            "Nothing is wrong; {count} things could be better.",
            better,
        ).format(count=better)
    return _("All is well.")


def _all_of(looks: Mapping[Examine, Any]) -> Iterator[Diagnosis]:
    for look, about in looks.items():
        yield from _as_far_as_it_goes(look, str(about))


def _as_far_as_it_goes(look: Examine, about: str) -> Iterator[Diagnosis]:
    """An error's own words may repeat a setting, so only its kind is told."""
    try:
        yield from look()
    except DatabaseError as error:
        connection.close()
        yield Diagnosis(_("Database"), WRONG, in_words(error))
    except Exception as error:
        says = _("It could not be looked at ({kind}).").format(kind=type(error).__name__)
        do = _("Look at the settings that are about it; the log of the others may say more.")
        yield Diagnosis(about, WRONG, says, do)
