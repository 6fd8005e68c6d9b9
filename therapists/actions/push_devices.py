"""Somebody's devices: told from now on, not any more, and what they are owed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.actions.refusals import Refused
from bookings.core.wording import one_line
from bookings.models import User
from therapists.core import web_push_keys
from therapists.models import Push, PushDevice

GREETS_FOR = timedelta(minutes=30)
MOST = 10  # devices of one person; another one takes the oldest one's place
# Push services take four thousand bytes, sealed.
LONGEST_TITLE, LONGEST_BODY = 120, 600  # letters


@transaction.atomic
def add(
    user: User, *, endpoint: str, p256dh: str, auth: str, browser: str, now: datetime
) -> PushDevice:
    """And a first message for it. Whoever was told in that browser before is not any more.

    Raises Refused for what is no address of a push service, or no keys of a browser.
    """
    if not (_is_an_endpoint(endpoint) and web_push_keys.are_keys(p256dh, auth)):
        raise Refused(_("This browser’s push service cannot be used. Try another browser."))
    PushDevice.objects.filter(endpoint=endpoint).delete()
    device = PushDevice.objects.create(
        user=user,
        endpoint=endpoint,
        p256dh=p256dh,
        auth=auth,
        browser=browser[:100],
        keys_edition=user.keys_edition,
        created_at=now,
    )
    newest = user.push_devices.order_by("-created_at", "-pk").values_list("pk", flat=True)
    user.push_devices.exclude(pk__in=list(newest[:MOST])).delete()
    here = {"title": _("You are told here from now on"), "body": ""}
    here["path"] = reverse("therapists:notices")
    _owe(device, here, good_for=GREETS_FOR, now=now)
    return device


def _is_an_endpoint(url: str) -> bool:
    """Whether it fits its column and the one rule of where a push service may be."""
    try:
        web_push_keys.place_of(url, settings.PUSH_NETWORKS)
    except ValueError:
        return False
    return len(url) <= (PushDevice._meta.get_field("endpoint").max_length or 0)


def owe(
    user: User, title: str, body: str = "", *, path: str, good_for: timedelta, now: datetime
) -> int:
    """A message for each of their devices, in the caller's transaction; returns how many."""
    devices = user.push_devices.open() if settings.PUSH_KEY else []
    told = {"title": title, "body": body, "path": path}
    return len([_owe(one, told, good_for=good_for, now=now) for one in devices])


def _owe(device: PushDevice, told: dict[str, str], *, good_for: timedelta, now: datetime) -> Push:
    return Push.objects.create(
        device=device,
        title=one_line(told["title"])[:LONGEST_TITLE],
        body=told["body"][:LONGEST_BODY],
        path=told["path"],
        created_at=now,
        due_at=Now(),
        not_after=Now() + good_for,
    )
