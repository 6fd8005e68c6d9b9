"""The environment's variables, where a value that cannot be is told in a sentence by its name."""

import warnings
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

KINDS = {
    bool: "true or false",
    "db_url": (
        "an address such as postgres://user:password@host:5432/name, in which / @ # ? % of a "
        "password are written as %2F %40 %23 %3F %25"
    ),
}
LEAST = dict.fromkeys(
    (
        "DIARY_LOCK_SECONDS",  # PostgreSQL waits for ever at 0
        "EMAIL_PORT",
        "OFFSITE_DAYS",
        "RUNNERS_SIGNED_IN_DAYS",
        "SIGN_IN_MAILS_PER_HOUR",
        "STAFF_IDLE_MINUTES",
        "STAFF_SIGNED_IN_HOURS",
        "STAFF_STILL_THEM_MINUTES",
    ),
    1,
)
MOST = {"EMAIL_PORT": 65535, "TRUSTED_PROXIES": 5}
YES_OR_NO = {"true", "on", "ok", "y", "yes", "1", "false", "off", "n", "no", "0", ""}


def _number(variable: str, usual: Any) -> str:
    least, most = LEAST.get(variable, 0), MOST.get(variable)
    within = f" from {least} to {most}" if most else f" of at least {least}" if least else ""
    example = f", such as {usual}" if isinstance(usual, int) else ""
    return f"a whole number{within}{example}"


def _is_within(variable: str, number: int) -> bool:
    return LEAST.get(variable, 0) <= number <= MOST.get(variable, number)


def _wrong(variable: str, kind: Any, usual: Any = None) -> ImproperlyConfigured:
    """In English: no language is chosen before there are settings."""
    told = KINDS.get(kind, "what docs/operations.md says")
    return ImproperlyConfigured(
        f"Set {variable} to {_number(variable, usual) if kind is int else told}."
    )


class Environment(environ.Env):
    """What somebody has typed is not repeated: it may be a secret in the wrong place."""

    def __init__(self) -> None:
        super().__init__()
        self.usual: dict[str, Any] = {}

    def get_value(self, var: Any, cast: Any = None, *args: Any, **kwargs: Any) -> Any:
        self.usual[var] = kwargs.get("default")
        if cast is bool and str(self.ENVIRON.get(var, "")).strip().lower() not in YES_OR_NO:
            raise _wrong(var, bool)
        try:
            found = super().get_value(var, cast, *args, **kwargs)
        except ValueError as error:
            raise _wrong(var, cast, self.usual[var]) from error
        if cast is int and not _is_within(var, found):
            raise _wrong(var, int, self.usual[var])
        return found

    def db_url(self, var: Any = "DATABASE_URL", *args: Any, **kwargs: Any) -> Any:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # they repeat what was typed
                found = super().db_url(var, *args, **kwargs)
        except (ValueError, ImproperlyConfigured, KeyError) as error:
            raise _wrong(var, "db_url") from error
        if "postgresql" not in found.get("ENGINE", ""):
            raise _wrong(var, "db_url")
        return found

    db = db_url
