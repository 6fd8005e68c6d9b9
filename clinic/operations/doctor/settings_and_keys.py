"""The settings, the files, and whether what is sealed can be opened with the keys that are set."""

import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from clinic.operations.doctor.told import BETTER, WELL, WRONG, Told
from therapists.models.sealed import SealedField


def of_settings() -> Iterator[Told]:
    about, checks = _("Settings"), import_module("clinic.checks")
    do = _("Change it in .env, then docker compose up --detach.")
    wrong = [str(one.msg) for one in checks.safe_to_serve()]
    yield from (Told(about, WRONG, words, do) for words in wrong)
    if settings.DEMO:
        yield Told(about, BETTER, _("This is a demo, for looking at; nobody’s data is safe in it."))
    else:
        yield from (Told(about, BETTER, words, do) for words in checks.settings_to_improve())
    if not wrong:
        yield Told(about, WELL, _("What must be set is set."))


def of_files() -> Iterator[Told]:
    yield from _of_a_folder(_("Temporary files"), Path(tempfile.gettempdir()))
    yield from _of_a_folder(_("List of erasures"), Path(settings.ERASURES_FILE).parent)
    yield from _of_static_files()


def _of_a_folder(about: str, folder: Path) -> Iterator[Told]:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(1 << 16))
    except OSError as error:
        says = _("{folder} takes no files: {why}.").format(folder=folder, why=error.strerror)
        do = _("Make room on its disk (df -h), or let the user that Taper runs as write there.")
        yield Told(about, WRONG, says, do)
    else:
        yield Told(about, WELL, _("{folder} takes files.").format(folder=folder))


def _of_static_files() -> Iterator[Told]:
    about = _("Static files")
    if settings.DEBUG or (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield Told(about, WELL, _("They are collected."))
        return
    says = _("They are not collected in {folder}, so no page can be drawn.")
    do = _("Run manage.py collectstatic --noinput; the image has it done.")
    yield Told(about, WRONG, says.format(folder=settings.STATIC_ROOT), do)


def of_sealed_data() -> Iterator[Told]:
    """The newest of each kind is sealed anew in memory, which nobody reads and nothing keeps."""
    about, seen = _("Keys"), 0
    for model, name in _sealed_fields():
        rows = model._base_manager.exclude(**{name: None}).order_by("-pk")
        sealed = rows.values_list(name, flat=True).first()
        if sealed is None:
            continue
        try:
            sealed.resealed()
        except (InvalidToken, ValueError):
            says = _("HEALTH_KEYS does not open what is in {table}: it is another key.")
            do = _("Put the key of before behind the new one, with a comma between.")
            table = model._meta.verbose_name_plural
            yield Told(about, WRONG, says.format(table=table), do)
            return
        seen += 1
    says = _("HEALTH_KEYS opens what is sealed.") if seen else _("Nothing is sealed yet.")
    yield Told(about, WELL, says)


def _sealed_fields() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedField):
                yield model, field.name
