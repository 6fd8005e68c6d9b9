"""How the owner hears of trouble with mail itself: tried before it is needed."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from bookings.actions import alerts
from bookings.models import LastSeen, Seen
from clinic.doctor.told import BETTER, WELL, WRONG, Diagnosis


def of_the_second_way() -> Iterator[Diagnosis]:
    """As far as it goes without sending anything."""
    about = _("Second way")
    if not (settings.ALERT_EMAIL_URL or settings.ALERT_URL):
        if not settings.DEMO:
            says = _("When mail itself is in trouble, nobody is told.")
            do = _("Set ALERT_EMAIL_URL or ALERT_URL (docs/operations.md, Watching).")
            yield Diagnosis(about, BETTER, says, do)
        return
    yield from _told(alerts.knock_at_the_second_way())


def of_a_message() -> Iterator[Diagnosis]:
    """Which the owner gets, saying that it is a test; who sends one need not knock, too."""
    if not (settings.ALERT_EMAIL_URL or settings.ALERT_URL):
        yield from of_the_second_way()
        return
    yield from _told(alerts.try_the_second_way())


def of_the_last_message() -> Iterator[Diagnosis]:
    """What answers may still take no message: only one that was sent tells."""
    noted = LastSeen.objects.of(Seen.SECOND_WAY)
    went: dict[str, bool] = noted.facts.get("went", {}) if noted else {}
    untried = [name for name in ("ALERT_EMAIL_URL", "ALERT_URL") if getattr(settings, name)]
    untried = [name for name in untried if not went.get(name)]
    if untried:
        says = _("No message was ever taken by {ways}.").format(ways=", ".join(untried))
        do = _("Try it: manage.py doctor --try-alerts, or “Try the second way” at /office/watch/.")
        yield Diagnosis(_("Second way"), BETTER, says, do)


def _told(found: list[tuple[str, bool]]) -> Iterator[Diagnosis]:
    about, do = _("Second way"), _("Change it in .env, then docker compose up --detach.")
    for says, good in found:
        yield Diagnosis(about, WELL if good else WRONG, says, "" if good else do)
