"""The newest backup itself, besides what was noted of it: is it there, whole, does it open?"""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.models import LastSeen, Seen
from bookings.queries.office.backups import OURS
from clinic.doctor.told import BETTER, WELL, WRONG, Diagnosis
from clinic.operations.backups import archive, encryption


def of_the_newest_file() -> Iterator[Diagnosis]:
    """Without a database; of a folder that has none yet, nothing."""
    about, folder = _("Backup file"), Path(settings.BACKUP_FOLDER)
    try:
        ours = [path for path in folder.iterdir() if OURS.fullmatch(path.name)]
    except FileNotFoundError:
        return
    except OSError as error:
        says = _("{folder} cannot be read: {why}.").format(folder=folder, why=error.strerror)
        do = _("Let the user that Taper runs as read it, or see what ails its disk.")
        yield Diagnosis(about, WRONG, says, do)
        return
    if ours and _is_a_key(settings.BACKUP_KEY):
        yield _of_a_file(about, max(ours))


def _of_a_file(about: str, path: Path) -> Diagnosis:
    try:
        is_sealed = archive.look_at(path, settings.BACKUP_KEY)
    except archive.BadArchive as error:
        do = _(
            "If BACKUP_KEY has changed, put the one of before back. Else see what ails the disk, "
            "run manage.py backup, and look at the other backups with manage.py restore --check."
        )
        return Diagnosis(about, WRONG, str(error), do)
    if not is_sealed:
        says = _("{path} is not sealed: whoever gets it reads all names in it.")
        do = _("Set BACKUP_KEY, as manage.py make_secrets prints it, and run manage.py backup.")
        return Diagnosis(about, BETTER, says.format(path=path), do)
    if settings.BACKUP_KEY.startswith(encryption.PUBLIC):
        says = _("{path} is there and sealed; only the secret half of BACKUP_KEY opens it.")
    else:
        says = _("{path} is there and opens with BACKUP_KEY.")
    return Diagnosis(about, WELL, says.format(path=path))


def of_what_was_noted() -> Iterator[Diagnosis]:
    about, noted = _("Backup file"), LastSeen.objects.of(Seen.BACKUP)
    facts = noted.facts if noted else {}
    if "path" in facts and not Path(facts["path"]).parent.is_dir():
        says = _("{folder}, where the newest backup was written, is not there.")
        do = _(
            "Is its disk mounted? Run this where backups are made: docker compose run --rm backup "
            "python manage.py doctor."
        )
        yield Diagnosis(about, WRONG, says.format(folder=Path(facts["path"]).parent), do)
    if _is_of_another_key(facts.get("sealed_for", "")):
        says = _("The newest backup was sealed with another BACKUP_KEY than the one that is set.")
        do = _("Keep the key of before as long as its backups, and run manage.py backup.")
        yield Diagnosis(about, WRONG, says, do)


def _is_of_another_key(sealed_for: str) -> bool:
    """By fingerprints: a public key, which opens nothing, can be told by them alone."""
    key = settings.BACKUP_KEY
    return bool(key and sealed_for) and _is_a_key(key) and encryption.fingerprint(key) != sealed_for


def _is_a_key(key: str) -> bool:
    """None at all is well; what is none is said of the settings."""
    try:
        encryption.check_key(key)
    except ValueError:
        return False
    return True
