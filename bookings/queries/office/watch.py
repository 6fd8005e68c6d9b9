"""Whether all is well with the machine that the clinic runs on, part by part, in sentences.

Nothing here waits for another machine, but for the broker, for two seconds: what is looked at over
the net was looked at by the worker (`LastSeen`).
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db.models import TextChoices
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings import dates
from bookings.models import (
    BusyCalendar,
    Clinic,
    Component,
    Heartbeat,
    LastSeen,
    PlanLink,
    Seen,
    WatchedPart,
)
from bookings.queries.mail import mail_status
from bookings.queries.office import backups

SECONDS_FOR_THE_BROKER = 2
A_BEGINNING = timedelta(minutes=10)  # of a clinic: what has not been seen may still start
LEAST_FREE, LEAST_SHARE = 1 << 30, 0.05
MAKE_ONE = gettext_lazy(
    "Whoever looks after the machine runs manage.py backup, and sees why it does not run by itself "
    "each night."
)
LOOK_AT_THE_FOLDER = gettext_lazy(
    "Whoever looks after the machine sees whether the disk of BACKUP_FOLDER is there and whole, "
    "runs manage.py backup, and then manage.py doctor."
)
PUT_THE_KEY_BACK = gettext_lazy(
    "Whoever looks after the machine puts BACKUP_KEY back into .env, as your copy of it has it."
)
SET_A_KEY = gettext_lazy(
    "Whoever looks after the machine sets BACKUP_KEY, as manage.py make_secrets prints it."
)
FIRST_THE_WORKER = gettext_lazy(
    "First see to what is above: mail leaves by itself once that works."
)
NEVER_SEEN = gettext_lazy(
    "Whoever looks after the machine starts it: docker compose up --detach; what keeps it from "
    "starting stands in docker compose logs {service}."
)
RENEWED_BEFORE = timedelta(days=14)  # what renews certificates by itself has long done it by then
SERVICES = {  # as Compose calls them
    WatchedPart.WORKER: "worker",
    WatchedPart.BEAT: "beat",
    WatchedPart.CALENDARS: "calendars",
}


class State(TextChoices):
    WELL = "well", gettext_lazy("well")
    COULD_BE_BETTER = "better", gettext_lazy("could be better")
    TROUBLE = "trouble", gettext_lazy("to do")


@dataclass(frozen=True, kw_only=True)
class PartStanding:
    """How a part is, in sentences: `says`, and what to `do` about it."""

    part: WatchedPart
    says: str
    do: str = ""
    state: State = State.WELL

    @property
    def is_trouble(self) -> bool:
        return self.state == State.TROUBLE


Asked = Callable[[Clinic, datetime], PartStanding | None]


def standings(clinic: Clinic, *, now: datetime) -> list[PartStanding]:
    """Of each part that this clinic has."""
    return of(tuple(PARTS), clinic, now=now)


def of(parts: Iterable[WatchedPart], clinic: Clinic, *, now: datetime) -> list[PartStanding]:
    return [found for part in parts if (found := PARTS[part](clinic, now))]


def broker_problem() -> str:
    patience = {"socket_timeout": SECONDS_FOR_THE_BROKER}
    url = settings.REDIS_URL.replace("redis+socket://", "unix://")
    try:
        with redis.from_url(
            url, socket_connect_timeout=SECONDS_FOR_THE_BROKER, **patience
        ) as asked:
            asked.ping()
    except (redis.RedisError, OSError, ValueError, TypeError):  # what cannot be in an address
        return _("The broker does not answer; mail leaves later than it should.")
    return ""


def _mail(clinic: Clinic, now: datetime) -> PartStanding:
    if clinic.mail_paused_at:
        says = " ".join(mail_status.problems(clinic))
        do = _("When it may go on, press “Let mail go on” on the page of the mails.")
        return PartStanding(part=WatchedPart.MAIL, says=says, do=do, state=State.COULD_BE_BETTER)
    if troubles := mail_status.of_the_server():
        do = _(
            "Press “Check now” at “Mail set-up”: it asks the mail server what is wrong and says "
            "which setting to change."
        )
        if any(one.is_trouble for one in (_broker(clinic, now), _worker(clinic, now))):
            do = str(FIRST_THE_WORKER)
        return PartStanding(
            part=WatchedPart.MAIL, says=" ".join(troubles), do=do, state=State.TROUBLE
        )
    return _of_mail_itself(_worker(clinic, now).state)


def _of_mail_itself(worker: State) -> PartStanding:
    """That nothing waits is no sign that anything would leave: there may have been nothing."""
    if worker == State.WELL:
        return PartStanding(part=WatchedPart.MAIL, says=_("Mail leaves in time."))
    says = _("It is not known: only the worker sends mail.")
    return PartStanding(
        part=WatchedPart.MAIL, says=says, do=str(FIRST_THE_WORKER), state=State.COULD_BE_BETTER
    )


def _worker(clinic: Clinic, now: datetime) -> PartStanding:
    do = _("Whoever looks after the machine starts it again: docker compose restart worker.")
    return _sign_of_life(WatchedPart.WORKER, Component.SENDER, _("It works."), do, now=now)


def _beat(clinic: Clinic, now: datetime) -> PartStanding:
    """Its rings are heard by the worker alone."""
    found = _sign_of_life(
        WatchedPart.BEAT,
        Component.BEAT,
        _("It rings each minute."),
        _("Whoever looks after the machine starts it again: docker compose restart beat."),
        now=now,
    )
    if found.is_trouble and _worker(clinic, now).is_trouble:
        says = _("It is not known: only the worker hears it.")
        return PartStanding(part=WatchedPart.BEAT, says=says, state=State.COULD_BE_BETTER)
    return found


def _calendars(_clinic: Clinic, now: datetime) -> PartStanding | None:
    """Asked about where somebody has pasted a link."""
    if not (PlanLink.objects.exists() or BusyCalendar.objects.exists()):
        return None
    says = _("It reads the calendars whose links people have pasted.")
    do = _("Whoever looks after the machine starts it again: docker compose restart calendars.")
    return _sign_of_life(WatchedPart.CALENDARS, Component.CALENDARS, says, do, now=now)


def _sign_of_life(
    part: WatchedPart, component: Component, well: str, do: str, *, now: datetime
) -> PartStanding:
    beat = Heartbeat.objects.with_silence(mail_status.LATE).filter(part=component).first()
    if beat is None:
        says, do = _("It has not been seen yet."), str(NEVER_SEEN).format(service=SERVICES[part])
        if not backups.is_older(A_BEGINNING, now=now):
            return PartStanding(part=part, says=says, do=do, state=State.COULD_BE_BETTER)
    elif beat.is_ahead:
        says = _("Its last sign of life lies in the future: a clock was put back.")
    elif beat.is_silent:
        says = _("It has given no sign of life for more than five minutes.")
    else:
        return PartStanding(part=part, says=well)
    return PartStanding(part=part, says=says, do=do, state=State.TROUBLE)


def _broker(clinic: Clinic, now: datetime) -> PartStanding:
    if problem := broker_problem():
        do = _("Whoever looks after the machine starts it again: docker compose restart redis.")
        return PartStanding(part=WatchedPart.BROKER, says=problem, do=do, state=State.TROUBLE)
    return PartStanding(part=WatchedPart.BROKER, says=_("It answers."))


def _backup(clinic: Clinic, now: datetime) -> PartStanding:
    made, noted = backups.last_made(), LastSeen.objects.of(Seen.BACKUP)
    says = _of_a_time(_("The newest backup was made on {at}."), made, clinic)
    if settings.DEMO:
        says = says or _(
            "There is no backup: a demo makes none by itself, as a clinic does nightly."
        )
        return _of_backup(State.COULD_BE_BETTER, says)
    if noted and backups.is_gone(noted):
        lost = _("Its file is not there any more, or not the whole of it.")
        return _of_backup(State.TROUBLE, f"{says} {lost}", LOOK_AT_THE_FOLDER)
    if backups.is_missing(now=now):
        return _of_backup(State.TROUBLE, says or _("There is no backup yet."), MAKE_ONE)
    if made is None:
        says = _("There is no backup yet; the first is made in the coming night.")
        return _of_backup(State.COULD_BE_BETTER, says)
    return _of_its_seal(says, is_sealed=noted.facts.get("is_sealed") if noted else None)


def _of_its_seal(says: str, *, is_sealed: bool | None) -> PartStanding:
    """None where nothing was noted of it."""
    if is_sealed and not settings.BACKUP_KEY:
        lost = _(
            "It is sealed, and BACKUP_KEY is not set any more: it does not open, and no other "
            "is made."
        )
        return _of_backup(State.TROUBLE, f"{says} {lost}", PUT_THE_KEY_BACK)
    if is_sealed is False or not settings.BACKUP_KEY:
        says = f"{says} {_('It is not sealed: whoever gets it reads all names in it.')}"
        return _of_backup(State.COULD_BE_BETTER, says, SET_A_KEY)
    return _of_backup(State.WELL, f"{says} {_('It is sealed.')}")


def _of_backup(state: State, says: str, do: Any = "") -> PartStanding:
    return PartStanding(part=WatchedPart.BACKUP, says=says, do=str(do), state=state)


def _offsite(clinic: Clinic, now: datetime) -> PartStanding | None:
    if settings.DEMO:
        return None
    noted = LastSeen.objects.of(Seen.OFFSITE)
    do = _(
        "Whoever looks after the machine sets up a copy to another place (docs/operations.md); a "
        "fire or a thief takes the backup along with the machine."
    )
    if noted is None:
        says = _("No copy of the backup outside of this machine is known of.")
        return PartStanding(part=WatchedPart.OFFSITE, says=says, do=do, state=State.COULD_BE_BETTER)
    says = _of_a_time(_("The newest copy was made on {at}."), noted.at, clinic)
    if now - noted.at > timedelta(days=settings.OFFSITE_DAYS):
        do = _("Whoever looks after the machine sees why the copy is not made by itself any more.")
        return PartStanding(part=WatchedPart.OFFSITE, says=says, do=do, state=State.TROUBLE)
    return PartStanding(part=WatchedPart.OFFSITE, says=says)


def _certificate(clinic: Clinic, now: datetime) -> PartStanding | None:
    """As the worker found it at the site's address; only where that is https."""
    if not settings.ENCRYPTED:
        return None
    noted = LastSeen.objects.of(Seen.CERTIFICATE)
    if noted is None or "until" not in noted.facts:
        why = noted.facts.get("unknown", "") if noted else ""
        says = why or _("It has not been looked at yet; the worker does so each hour.")
        return PartStanding(part=WatchedPart.CERTIFICATE, says=says, state=State.COULD_BE_BETTER)
    do = _(
        "Whoever looks after the machine looks at what docker compose logs caddy says about it; "
        "soon browsers will let nobody in."
    )
    if problem := noted.facts.get("problem"):
        return PartStanding(part=WatchedPart.CERTIFICATE, says=problem, do=do, state=State.TROUBLE)
    until = datetime.fromisoformat(noted.facts["until"])
    since = datetime.fromisoformat(noted.facts["since"])
    says = _of_a_time(_("It is good until {at}."), until, clinic)
    if until - now < min(RENEWED_BEFORE, (until - since) / 4):
        says = f"{says} {_('It should have been renewed by now.')}"
        return PartStanding(part=WatchedPart.CERTIFICATE, says=says, do=do, state=State.TROUBLE)
    return PartStanding(part=WatchedPart.CERTIFICATE, says=says)


def _disk(clinic: Clinic, now: datetime) -> PartStanding:
    """Of the folders that Taper writes to, the one with the least room."""
    (free, total), folder = min((_room(folder), folder) for folder in _folders())
    left = _("{free} of {total} are free on the disk of {folder}.").format(
        free=filesizeformat(free), total=filesizeformat(total), folder=folder
    )
    if free < LEAST_FREE or free < total * LEAST_SHARE:
        return PartStanding(
            part=WatchedPart.DISK,
            says=left,
            do=_(
                "Whoever looks after the machine makes room: old images go with docker image "
                "prune; when the disk is full nothing can be booked."
            ),
            state=State.TROUBLE,
        )
    return PartStanding(part=WatchedPart.DISK, says=left)


def _folders() -> Iterator[Path]:
    """Those that are there, or of those that are not yet what is there above them."""
    for folder in (Path(settings.ERASURES_FILE).parent, Path(settings.BACKUP_FOLDER)):
        yield next(one for one in (folder, *folder.parents) if one.exists())


def _room(folder: Path) -> tuple[int, int]:
    """(free, total) in bytes, as whoever is not root has it."""
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total


def _of_a_time(sentence: str, at: datetime | None, clinic: Clinic) -> str:
    return sentence.format(at=dates.day_year_and_time(at, clinic.tz)) if at else ""


# What causes others comes first: of several in trouble one begins with the first.
PARTS: Mapping[WatchedPart, Asked] = {
    WatchedPart.DISK: _disk,
    WatchedPart.BROKER: _broker,
    WatchedPart.WORKER: _worker,
    WatchedPart.BEAT: _beat,
    WatchedPart.MAIL: _mail,
    WatchedPart.CALENDARS: _calendars,
    WatchedPart.CERTIFICATE: _certificate,
    WatchedPart.BACKUP: _backup,
    WatchedPart.OFFSITE: _offsite,
}


def in_a_sentence(found: list[PartStanding]) -> str:
    """What stands above the list."""
    troubles = sum(one.is_trouble for one in found)
    better = sum(one.state == State.COULD_BE_BETTER for one in found)
    if troubles:
        sentence = ngettext(
            "{count} thing needs somebody.", "{count} things need somebody.", troubles
        )
        return sentence.format(count=troubles)
    if better:
        sentence = ngettext(
            "All is well. {count} thing could be better.",
            "All is well. {count} things could be better.",
            better,
        )
        return sentence.format(count=better)
    return _("All is well.")
