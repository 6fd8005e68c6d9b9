"""Sessions in the database that know whose they are (settings.SESSION_ENGINE)."""

from typing import Any, cast

from allauth.account.utils import url_str_to_user_pk
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabasesSessionStore

from bookings.models import BrowserSession

SIGNING_IN = "account_login"  # where allauth keeps who has begun to


class SessionStore(DatabasesSessionStore):
    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        return BrowserSession

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        row = cast(BrowserSession, super().create_model_instance(data))
        row.user_id = _whose(data)
        return row


def _whose(data: dict[str, Any]) -> int | None:
    """Whoever has signed in, or is about to."""
    if SESSION_KEY in data:
        return int(data[SESSION_KEY])
    begun = (data.get(SIGNING_IN) or {}).get("user_pk")
    return url_str_to_user_pk(begun) if begun else None
