"""What was typed at the desk and could not be kept stands in its form again, once.

That is New booking and a desk note sent after the login had ended, and a note that was refused. At
the door the form carries a pass, signed for whoever it was shown to; nobody else is shown it.
"""

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from bookings.models import User

PASS, KEPT = "left_call", "left_call"
CALL, NOTE = "diary:new", "diary:note"
SALT = "new booking left at the door"
GOOD_FOR = 24 * 3600  # seconds
MOST_FIELDS, LONGEST = 30, 1_000
NOT_TYPED = frozenset({PASS, "csrfmiddlewaretoken", "key", "knowingly"})
STANDS_HERE = gettext_lazy(
    "What you typed before you had to sign in again is here. It is not booked yet."
)
NOTE_STANDS_HERE = gettext_lazy("The note you typed stands in its box. It is not saved yet.")


def door_pass(user: User) -> SafeString:
    """The field that the form carries, so that nothing of it is lost at the door."""
    signed = signing.dumps(user.pk, salt=SALT)
    return format_html('<input type="hidden" name="{}" value="{}">', PASS, signed)


def keep(request: HttpRequest) -> bool:
    """Into the session of whoever is sent away; False without a good pass, and where the form has
    no page of its own to which one could be led back."""
    form = _form(request)
    if request.method != "POST" or form is None:
        return False
    try:
        whose = signing.loads(request.POST.get(PASS, ""), salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return False
    typed = {name: str(value) for name, value in request.POST.items() if name not in NOT_TYPED}
    return put_back(request, typed, request.path, whose) and form == CALL


def put_back(request: HttpRequest, typed: dict[str, str], path: str, whose: int | None) -> bool:
    """Into the form that is sent to that address; not what is more than anybody types there."""
    if len(typed) > MOST_FIELDS or any(len(value) > LONGEST for value in typed.values()):
        return False
    request.session[KEPT] = {"user": whose, "at": path, "typed": typed}
    return True


def taken(request: HttpRequest, path: str) -> QueryDict | None:
    """What the same person had sent to that address, once. Anybody else's is dropped."""
    kept = request.session.get(KEPT)
    is_theirs = kept is not None and kept["user"] == request.user.pk
    if kept is None or (is_theirs and kept.get("at") != path):
        return None
    del request.session[KEPT]
    if not is_theirs:
        return None
    typed = QueryDict(mutable=True)
    typed.update(kept["typed"])
    return typed


def _form(request: HttpRequest) -> str | None:
    try:
        name = resolve(request.path).view_name
    except Resolver404:
        return None
    return name if name in (CALL, NOTE) else None
