"""Where a message waits for the next page: a cookie that is named as all of ours are."""

from django.conf import settings
from django.contrib.messages.storage import cookie, fallback, session


class CookieStorage(cookie.CookieStorage):
    cookie_name = settings.MESSAGES_COOKIE


class Storage(fallback.FallbackStorage):
    """In a session what is too long for one."""

    storage_classes = (CookieStorage, session.SessionStorage)
