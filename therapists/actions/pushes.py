"""What waits for people's devices is handed to their push services: tried again, or given up.

Like the mails to staff: one that comes twice does no harm (it takes the first one's place on the
device), and one that comes late is no use.
"""

import json
import logging
import random
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Least, Now
from django.utils import timezone

from bookings.actions.mail import sign_in_mails
from bookings.core.mail.retry_delays import POSTPONED, pause
from bookings.models import Clinic
from therapists import web_push
from therapists.models import NoticeWishes, Push, PushDevice
from therapists.web_push import OutOfBounds, PushUnreachable

LONGEST_WAIT = timedelta(hours=2)
TAKEN, GONE = range(200, 203), (404, 410)
TOO_OFTEN, BROKEN = 429, 500

logger = logging.getLogger(__name__)


def send_due(*, seconds: float = 20) -> int:
    """For at most so long; returns how many went out. Any number of processes may do this at once.

    Nothing while the owner has paused all mail.
    """
    PushDevice.objects.exclude(pk__in=PushDevice.objects.open().values("pk")).delete()
    Push.objects.forget_what_is_over()
    if Clinic.objects.the().mail_paused_at or not settings.PUSH_KEY:
        return 0
    until, sent = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with transaction.atomic():
            push = Push.objects.claim()
        if push is None:
            break
        sent += _send_one(push)
    return sent


def _send_one(push: Push) -> bool:
    device = push.device
    told = {"title": push.title, "body": push.body, "path": push.path, "tag": str(push.pk)}
    ttl = max(0, int((push.not_after - timezone.now()).total_seconds()))
    keys = {"p256dh": device.p256dh, "auth": device.auth}
    try:
        answer = web_push.deliver(device.endpoint, **keys, data=json.dumps(told), ttl=ttl)
    except OutOfBounds:
        _end(device)
        return False
    except PushUnreachable:
        _later(push)
        return False
    _settle(push, answer)
    return answer.status_code in TAKEN


def _settle(push: Push, answer: web_push.PushAnswer) -> None:
    status = answer.status_code
    if status in GONE:
        _end(push.device)
    elif status == TOO_OFTEN or status >= BROKEN:
        _later(push, answer.seconds_to_wait)
    else:
        if status not in TAKEN:
            logger.warning("A push service refused a message: %s", status)
        Push.objects.filter(pk=push.pk).delete()


def _later(push: Push, seconds: int = 0) -> None:
    usual = pause(push.attempts + 1, POSTPONED, random.random())  # noqa: S311 - spreads retries
    wait = min(max(usual, timedelta(seconds=seconds)), LONGEST_WAIT)
    soonest = Least(Now() + Value(wait), Value(push.not_after))
    Push.objects.filter(pk=push.pk).update(due_at=soonest)


@transaction.atomic
def _end(device: PushDevice) -> None:
    """What the last device of somebody who wants no mail can not be told goes by mail after all."""
    waiting, user = list(device.pushes.all()), device.user
    device.delete()
    wants_no_mail = NoticeWishes.objects.filter(user=user, by_mail=False).exists()
    if wants_no_mail and not user.push_devices.exists():
        now = timezone.now()
        for push in waiting:
            good_for = push.not_after - now
            sign_in_mails.owe(user.email, push.title, push.body, good_for=good_for, now=now)
