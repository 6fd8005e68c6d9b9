"""SITE_URL, the address that people use: what must be true of it, in plain words."""

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

HERE = ["localhost", "127.0.0.1", "[::1]"]
EXAMPLE = "https://book.example.com"


def hosts(site_url: str) -> list[str]:
    """The names that the site answers to unless told otherwise: its own, and this machine's."""
    host = _taken_apart(site_url).hostname or ""
    return [host, *HERE] if host and host not in HERE else HERE


def problems(site_url: str, allowed_hosts: list[str]) -> Iterator[str]:
    """A sentence each; nothing when all is well."""
    parts = _taken_apart(site_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield (
            f"Set SITE_URL to the address that people will use, such as {EXAMPLE}; "
            f"it is “{site_url}”."
        )
        return
    if parts.path or parts.query or parts.fragment or parts.username:
        yield (
            f"SITE_URL is “{site_url}”; leave away everything that is not the name: "
            f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}."
        )
    if not _is_allowed(parts.hostname, allowed_hosts):
        yield (
            f"SITE_URL is {parts.hostname}, but ALLOWED_HOSTS does not name it; "
            "add it there, or leave ALLOWED_HOSTS away."
        )


def _taken_apart(site_url: str) -> SplitResult:
    """What cannot be an address has no parts."""
    try:
        parts = urlsplit(site_url.strip())
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError:
        return urlsplit("")
    return parts


def _is_allowed(host: str, allowed_hosts: list[str]) -> bool:
    return any(
        name in ("*", host, f"[{host}]") or (name.startswith(".") and f".{host}".endswith(name))
        for name in allowed_hosts
    )
