"""What was typed in New booking and sent after the login had ended: it stands there again, once.

The form carries a pass, signed for whoever it was shown to; nobody else is shown what was sent.
"""

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from bookings.models import User

PASS, KEPT = "left_call", "left_call"
SALT = "new booking left at the door"
GOOD_FOR = 24 * 3600  # seconds
MOST_FIELDS, LONGEST = 30, 300
NOT_TYPED = frozenset({PASS, "csrfmiddlewaretoken", "key", "knowingly"})
STANDS_HERE = gettext_lazy(
    "What you typed before you had to sign in again is here. It is not booked yet."
)


def door_pass(user: User) -> SafeString:
    """The field that the form carries, so that nothing of it is lost at the door."""
    signed = signing.dumps(user.pk, salt=SALT)
    return format_html('<input type="hidden" name="{}" value="{}">', PASS, signed)


def keep(request: HttpRequest) -> bool:
    """Into the session of whoever is sent away; nothing, and False, without a good pass."""
    if request.method != "POST" or request.path != reverse("diary:new"):
        return False
    try:
        whose = signing.loads(request.POST.get(PASS, ""), salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return False
    typed = {name: value for name, value in request.POST.items() if name not in NOT_TYPED}
    if len(typed) > MOST_FIELDS or any(len(value) > LONGEST for value in typed.values()):
        return False
    request.session[KEPT] = {"user": whose, "typed": typed}
    return True


def taken(request: HttpRequest) -> QueryDict | None:
    """What the same person had typed, once. Anybody else's is dropped."""
    kept = request.session.pop(KEPT, None)
    if kept is None or kept["user"] != request.user.pk:
        return None
    typed = QueryDict(mutable=True)
    typed.update(kept["typed"])
    return typed
