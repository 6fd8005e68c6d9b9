"""Error reports, where SENTRY_DSN names a place for them: what broke, never about whom."""

from typing import Any

import sentry_sdk
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.integrations.logging import ignore_logger
from sentry_sdk.utils import BadDsn

TOLD_OF_A_REQUEST = {"method"}
NEVER_TOLD = ("user", "breadcrumbs", "extra", "logentry", "message", "modules", "server_name")


def begin(dsn: str) -> None:
    """Raises ImproperlyConfigured."""
    try:
        sentry_sdk.init(**options(dsn))
    except BadDsn as error:
        raise ImproperlyConfigured(
            "Set SENTRY_DSN to the address that is shown where your error reports go, such as "
            "https://key@sentry.example.com/1."
        ) from error
    ignore_logger("django.security.DisallowedHost")  # anybody can cause as many as they like


def options(dsn: str) -> dict[str, Any]:
    """Personal data is off as the library comes; saying so (send_default_pii) is deprecated."""
    return {
        "dsn": dsn,
        "include_local_variables": False,
        "include_source_context": False,
        "max_request_body_size": "never",
        "max_breadcrumbs": 0,
        "traces_sample_rate": 0,
        "auto_session_tracking": False,
        "before_send": scrubbed,
    }


def scrubbed(event: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any]:
    """Only kinds of errors, places in the source and the name of the view are left.

    Addresses of pages may be secrets, and the words of an exception may repeat what was typed.
    """
    kept = {name: value for name, value in event.items() if name not in NEVER_TOLD}
    if "request" in kept:
        kept["request"] = {
            name: value for name, value in kept["request"].items() if name in TOLD_OF_A_REQUEST
        }
    if kept.get("transaction", "").startswith("/"):
        kept["transaction"] = "a page"
    kept["contexts"] = {"runtime": kept.get("contexts", {}).get("runtime", {})}
    for error in kept.get("exception", {}).get("values", []):
        error.pop("value", None)
        for frame in (error.get("stacktrace") or {}).get("frames", []):
            frame.pop("vars", None)
    return kept
