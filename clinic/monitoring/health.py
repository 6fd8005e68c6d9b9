"""GET /healthz: whether we live and mail leaves in time. GET /readyz: each thing that is needed.

In words, and without a name in them.
"""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings.models import Clinic, Component, Heartbeat, WatchedPart
from bookings.queries.mail import mail_status
from bookings.queries.office import watch
from clinic.operations import database, migrate_lock
from clinic.operations.version import VERSION

OK = "ok"
BYTES_TO_SPOOL = 1 << 20

WATCHED = (WatchedPart.BACKUP, WatchedPart.OFFSITE, WatchedPart.CERTIFICATE, WatchedPart.DISK)

Check = Callable[[], str]  # says what is wrong, or nothing


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 while all is well, else 503."""
    try:
        problem = _database() or _spool() or (_("Mail is late.") if mail_status.is_late() else "")
    except DatabaseError:
        problem = _("The database does not answer.")
    return JsonResponse({"status": problem or OK}, status=503 if problem else 200)


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when all that is not excluded is well, else 503 with a sentence for what is not.

    What is `watched` besides needs somebody soon, and is no reason to send nobody here.
    """
    left_out = set(request.GET.getlist("exclude"))
    answers = {name: _ask(check) for name, check in CHECKS.items() if name not in left_out}
    well = set(answers.values()) <= {OK}
    status = OK if well else "not ready"
    said = {"status": status, "version": VERSION, "checks": answers, "watched": _watched()}
    return JsonResponse(said, status=200 if well else 503)


def _watched() -> dict[str, str]:
    """Nothing before there is a clinic, or without a database to ask."""
    try:
        clinic = Clinic.objects.first()
        found = watch.of(WATCHED, clinic, now=timezone.now()) if clinic else []
    except DatabaseError:
        return {}
    return {str(one.part): one.says if one.is_trouble else OK for one in found}


def _ask(check: Check) -> str:
    try:
        return check() or OK
    except DatabaseError:
        return _("The database does not answer.")


def _database() -> str:
    connection.ensure_connection()
    try:
        database.try_to_write()
    except DatabaseError:
        if not connection.is_usable():
            raise
        return _("The database answers, but cannot write: it is read only, or its disk is full.")
    return ""


def _spool() -> str:
    """Uploads and large bodies go through files, and an erasure is noted in one."""
    for folder in {tempfile.gettempdir(), str(Path(settings.ERASURES_FILE).parent)}:
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(bytes(BYTES_TO_SPOOL))
        except OSError as error:
            return _("%s takes no files: %s.") % (folder, error.strerror)
    return ""


def _migrations() -> str:
    missing = migrate_lock.migrations_to_come()
    return f"The database lacks {missing} of this version's migrations." if missing else ""


def _mail() -> str:
    return _signs_of(Component.SENDER) or (_("Mail is late.") if mail_status.is_late() else "")


def _beat() -> str:
    return _signs_of(Component.BEAT)


def _signs_of(part: Component) -> str:
    """By the database's clock."""
    beat = Heartbeat.objects.with_silence(mail_status.LATE).filter(part=part).first()
    if beat is None:
        return f"No sign of life yet from {part.label}."
    if beat.is_ahead:
        return f"The last sign of life from {part.label} lies in the future: a clock was put back."
    return f"No sign of life for five minutes from {part.label}." if beat.is_silent else ""


CHECKS: Mapping[str, Check] = {
    "database": _database,
    "spool": _spool,
    "migrations": _migrations,
    "broker": watch.broker_problem,
    "mail": _mail,
    "beat": _beat,
}
