"""The environment's variables, where a value that cannot be is told in a sentence by its name."""

import warnings
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

KINDS = {
    int: "a whole number, such as 587",
    bool: "true or false",
    "db_url": (
        "an address such as postgres://user:password@host:5432/name, in which / @ # ? % of a "
        "password are written as %2F %40 %23 %3F %25"
    ),
}
YES_OR_NO = {"true", "on", "ok", "y", "yes", "1", "false", "off", "n", "no", "0", ""}


def _wrong(variable: str, kind: Any) -> ImproperlyConfigured:
    """In English: no language is chosen before there are settings."""
    return ImproperlyConfigured(
        f"Set {variable} to {KINDS.get(kind, 'what docs/operations.md says')}."
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
            return super().get_value(var, cast, *args, **kwargs)
        except ValueError as error:
            raise _wrong(var, cast) from error

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
