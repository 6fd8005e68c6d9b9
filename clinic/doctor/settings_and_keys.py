"""The settings, the files, and whether what is sealed can be opened with the keys that are set."""

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic import checks
from clinic.accounts.second_factor import resealed
from clinic.doctor.told import BETTER, WELL, WRONG, Diagnosis
from clinic.operations import typed_settings
from clinic.records import erased_list
from therapists.models.sealed import SealedField


def of_settings() -> Iterator[Diagnosis]:
    about = _("Settings")
    do = _("Change it in .env, then docker compose up --detach.")
    wrong = [str(one.msg) for one in checks.safe_to_serve()]
    if problem := typed_settings.problem_with_backup_time():
        wrong.append(problem)
    yield from (Diagnosis(about, WRONG, words, do) for words in wrong)
    if settings.DEMO:
        yield Diagnosis(
            about, BETTER, _("This is a demo, for looking at; nobody’s data is safe in it.")
        )
    else:
        yield from (Diagnosis(about, BETTER, words, do) for words in checks.settings_to_improve())
    if not wrong:
        yield Diagnosis(about, WELL, _("What must be set is set."))


def of_files() -> Iterator[Diagnosis]:
    yield from _of_a_folder(_("Temporary files"), Path(tempfile.gettempdir()))
    yield from _of_a_folder(_("List of erasures"), Path(settings.ERASURES_FILE).parent)
    yield from _of_a_folder(_("Backup folder"), _there(Path(settings.BACKUP_FOLDER)))
    yield from _of_the_list_of_erasures()
    yield from _of_static_files()


def _there(folder: Path) -> Path:
    """The first backup makes what is not there yet."""
    return next(one for one in (folder, *folder.parents) if one.exists())


def _of_a_folder(about: str, folder: Path) -> Iterator[Diagnosis]:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(1 << 16))
    except OSError as error:
        says = _("{folder} takes no files: {why}.").format(folder=folder, why=error.strerror)
        do = _("Make room on its disk (df -h), or let the user that Taper runs as write there.")
        yield Diagnosis(about, WRONG, says, do)
    else:
        yield Diagnosis(about, WELL, _("{folder} takes files.").format(folder=folder))


def _of_the_list_of_erasures() -> Iterator[Diagnosis]:
    """After a restore it is what keeps erased clients erased."""
    about, path = _("List of erasures"), Path(settings.ERASURES_FILE)
    try:
        count = len(erased_list.read())
    except erased_list.BadList as error:
        do = _("Without it a restored backup brings erased clients back, so none is restored.")
        yield Diagnosis(about, WRONG, str(error), do)
        return
    if path.exists() and not os.access(path, os.W_OK):
        says = _("{path} cannot be written, so no erasure can be noted.").format(path=path)
        do = _("Let the user that Taper runs as write it.")
        yield Diagnosis(about, WRONG, says, do)
        return
    says = ngettext("It holds {count} erasure.", "It holds {count} erasures.", count)
    yield Diagnosis(about, WELL, says.format(count=count))


def _of_static_files() -> Iterator[Diagnosis]:
    about = _("Static files")
    if settings.DEBUG or (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield Diagnosis(about, WELL, _("They are collected."))
        return
    says = _("They are not collected in {folder}, so no page can be drawn.")
    do = _("Run manage.py collectstatic --noinput; the image has it done.")
    yield Diagnosis(about, WRONG, says.format(folder=settings.STATIC_ROOT), do)


def of_sealed_data() -> Iterator[Diagnosis]:
    """The newest of each kind is sealed anew in memory, which nobody reads and nothing keeps."""
    yield from _of_keys("HEALTH_KEYS", _sealed_health())
    yield from _of_keys("FACTOR_KEYS", _sealed_factors())


def _of_keys(name: str, sealed: Iterator[Callable[[], object]]) -> Iterator[Diagnosis]:
    about, seen = _("Keys"), 0
    try:
        for open_it in sealed:
            open_it()
            seen += 1
    except (InvalidToken, ValueError):
        says = _("{name} does not open what was sealed: it is another key.").format(name=name)
        do = _("Put the key of before behind the new one, with a comma between.")
        yield Diagnosis(about, WRONG, says, do)
    else:
        opens, nothing = _("{name} opens what is sealed."), _("{name} has sealed nothing yet.")
        yield Diagnosis(about, WELL, (opens if seen else nothing).format(name=name))


def _sealed_health() -> Iterator[Callable[[], object]]:
    for model, name in _sealed_fields():
        rows = model._base_manager.exclude(**{name: None}).order_by("-pk")
        if sealed := rows.values_list(name, flat=True).first():
            yield sealed.resealed


def _sealed_factors() -> Iterator[Callable[[], object]]:
    for factor in Authenticator.objects.order_by("-pk")[:5]:
        for name in ("secret", "seed"):
            if token := factor.data.get(name):
                yield partial(resealed, token)


def _sealed_fields() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField):
                yield model, field.name
