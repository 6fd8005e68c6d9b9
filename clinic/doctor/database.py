"""The database: whether it answers, what it is, who we are there, what time it has."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.core.roles import Role
from bookings.models import Clinic, User
from clinic.checks import has_demo_logins
from clinic.doctor.told import BETTER, WELL, WRONG, Diagnosis
from clinic.operations import database, migrate_lock

OLDEST = 14
CLOCKS_DIFFER = timedelta(seconds=5)
WHO_WE_ARE = """
    SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
           (SELECT count(*) FROM pg_tables
            WHERE schemaname = 'public' AND tableowner <> current_user)
"""


def of_an_answer() -> Iterator[Diagnosis]:
    about = _("Database")
    try:
        connection.ensure_connection()
        version = connection.pg_version // 10000  # type: ignore[attr-defined]
        database.try_to_connect()
    except DatabaseError as error:
        yield Diagnosis(about, WRONG, database.in_words(error))
        return
    if version < OLDEST:
        says = _("It is PostgreSQL {version}; Taper needs {oldest} or newer.")
        yield Diagnosis(about, WRONG, says.format(version=version, oldest=OLDEST))
        return
    yield Diagnosis(about, WELL, _("PostgreSQL {version} answers.").format(version=version))


def of_migrations() -> Iterator[Diagnosis]:
    about = _("Migrations")
    missing = migrate_lock.migrations_to_come()
    if missing:
        says = ngettext(
            "The database lacks {count} migration of this version.",
            "The database lacks {count} migrations of this version.",
            missing,
        ).format(count=missing)
        do = _("Run manage.py migrate; docker compose up does it by itself.")
        yield Diagnosis(about, WRONG, says, do)
        return
    yield Diagnosis(about, WELL, _("The database is of this version."))


def of_the_role() -> Iterator[Diagnosis]:
    about = _("Database role")
    with connection.cursor() as cursor:
        cursor.execute(WHO_WE_ARE)
        is_superuser, not_ours = cursor.fetchone()
    if is_superuser:
        says = _("DATABASE_URL names a superuser, who may also change what must not be.")
        do = _("Give Taper a role that only owns its database (docs/operations.md, Processes).")
        yield Diagnosis(about, BETTER, says, do)
    elif not_ours:
        says = _("{count} tables belong to another role than DATABASE_URL’s.")
        do = _("Let the role in DATABASE_URL own them: REASSIGN OWNED BY … TO … in psql.")
        yield Diagnosis(about, WRONG, says.format(count=not_ours), do)
    else:
        yield Diagnosis(about, WELL, _("It owns its tables, and is no superuser."))
    yield from _of_writing()


def _of_writing() -> Iterator[Diagnosis]:
    try:
        database.try_to_write()
    except DatabaseError as error:
        yield Diagnosis(_("Database"), WRONG, database.in_words(error))


def of_the_clock() -> Iterator[Diagnosis]:
    about = _("Clock")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    apart = abs(timezone.now() - theirs)
    if apart > CLOCKS_DIFFER:
        says = _("This machine’s clock and the database’s are {seconds} seconds apart.")
        do = _("Let both be set by the net: timedatectl set-ntp true.")
        yield Diagnosis(about, WRONG, says.format(seconds=round(apart.total_seconds())), do)
    else:
        yield Diagnosis(about, WELL, _("It agrees with the database’s."))


def of_the_clinic() -> Iterator[Diagnosis]:
    about, clinic = _("Clinic"), Clinic.objects.first()
    if clinic is None:
        says = _("No clinic is here yet.")
        do = _(
            "Open the address with /setup/ that docker compose logs web shows, or run manage.py "
            "setup_clinic."
        )
        yield Diagnosis(about, WRONG, says, do)
        return
    says = _("{name} is here; its clock is {zone}, where it is {time} now.")
    now = timezone.now().astimezone(clinic.tz)
    yield Diagnosis(
        about, WELL, says.format(name=clinic.name, zone=clinic.timezone, time=f"{now:%H:%M}")
    )
    if not settings.DEMO and has_demo_logins():
        says = _("The demo’s logins are in this database, and everybody knows their password.")
        do = _("Start with an empty database; web, worker and beat refuse to start with this one.")
        yield Diagnosis(about, WRONG, says, do)
    if not User.objects.filter(role=Role.OWNER, is_active=True).exists():
        says = _("No owner can sign in.")
        do = _("Make one: manage.py shell, User.objects.filter(email=…).update(role='owner').")
        yield Diagnosis(about, WRONG, says, do)
