"""What is wrong with an installation, looked at from the ground up, in sentences."""

from collections.abc import Callable, Iterator

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.doctor import backups, database, outside, second_way, settings_and_keys, watched
from clinic.doctor.told import BETTER, MARKS, WRONG, Diagnosis
from clinic.operations.database import in_words

__all__ = ["MARKS", "Diagnosis", "examine", "in_a_sentence"]

Examine = Callable[[], Iterator[Diagnosis]]

WITHOUT_A_DATABASE: tuple[Examine, ...] = (
    settings_and_keys.of_settings,
    settings_and_keys.of_files,
    backups.of_the_newest_file,
    outside.of_the_broker,
    outside.of_mail,
    second_way.of_the_second_way,
    outside.of_the_site,
)
WITH_A_DATABASE: tuple[Examine, ...] = (
    database.of_the_role,
    database.of_the_clock,
)
WHEN_IT_IS_MIGRATED: tuple[Examine, ...] = (
    database.of_the_clinic,
    settings_and_keys.of_sealed_data,
    backups.of_what_was_noted,
    second_way.of_the_last_message,
    watched.of_what_the_owner_sees,
)


def examine(*, try_alerts: bool = False) -> Iterator[Diagnosis]:
    """Nothing is raised: what cannot be looked at is told as such."""
    if try_alerts:
        yield from _as_far_as_it_goes(second_way.of_a_message)
    for look in WITHOUT_A_DATABASE:
        yield from look()
    is_there, *told = database.is_there()
    yield from told
    if not is_there:
        return
    looks = WITH_A_DATABASE
    is_migrated, *told = database.is_migrated()
    yield from told
    if is_migrated:
        looks = (*looks, *WHEN_IT_IS_MIGRATED)
    for look in looks:
        yield from _as_far_as_it_goes(look)


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


def _as_far_as_it_goes(look: Examine) -> Iterator[Diagnosis]:
    try:
        yield from look()
    except DatabaseError as error:
        connection.close()
        yield Diagnosis(_("Database"), WRONG, in_words(error))
