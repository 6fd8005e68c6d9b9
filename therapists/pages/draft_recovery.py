"""What was typed into a form about health and sent after the login had ended: kept, not lost.

The form carries a pass, signed for whoever it was shown to. What is sent with one is sealed into
the new session, and given back once, on the same page, to nobody but them.
"""

from urllib.parse import urlencode

from cryptography.fernet import InvalidToken
from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from bookings.models import User
from therapists.health_audit import own_words
from therapists.models.sealed import Sealed

PASS, KEPT = "left", "left_at_the_door"
SALT = "left at the door"
GOOD_FOR = 24 * 3600  # seconds
LONGEST = 100_000  # characters as they were sent
NOT_TYPED = (PASS, "csrfmiddlewaretoken")
STANDS_HERE = gettext_lazy(
    "What you wrote before you had to sign in again is here. It is not saved yet."
)


def door_pass(user: User, path: str) -> SafeString:
    """The field that a form carries, so that nothing of it is lost at the door."""
    signed = signing.dumps([user.pk, path], salt=SALT)
    return format_html('<input type="hidden" name="{}" value="{}">', PASS, signed)


@sensitive_variables()
def keep(request: HttpRequest) -> bool:
    """Into the session of whoever is sent away; nothing, and False, without a good pass."""
    request.sensitive_post_parameters = "__ALL__"  # type: ignore[attr-defined]
    if not (whose := _whose(request.POST.get(PASS, ""), request.path)):
        return False
    typed = request.POST.copy()
    for name in NOT_TYPED:
        typed.pop(name, None)
    text = urlencode(sorted(typed.lists()), doseq=True)
    if len(text) > LONGEST:
        return False
    token = Sealed.of(text).token.decode()
    request.session[KEPT] = {"user": whose, "path": request.path, "sealed": token}
    return True


@sensitive_variables()
def taken(request: HttpRequest) -> QueryDict | None:
    """What the same person had typed on this page, once. Anybody else's is dropped.

    Only where the page is shown: a form that is sent stands for itself.
    """
    kept = request.session.get(KEPT) if request.method == "GET" else None
    if kept is None or (kept["user"] == request.user.pk and kept["path"] != request.path):
        return None
    del request.session[KEPT]
    if kept["user"] != request.user.pk:
        return None
    try:
        return QueryDict(own_words(Sealed(kept["sealed"].encode())))
    except InvalidToken:  # The keys were changed meanwhile.
        return None


def _whose(signed: str, path: str) -> int | None:
    try:
        user, shown_on = signing.loads(signed, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return None
    return user if shown_on == path else None
