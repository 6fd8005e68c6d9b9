"""python -m clinic.monitoring.probe /readyz: whether the web server of this container answers well.

Django-free, because it runs every few seconds.
"""

import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

SECONDS = 4


def main(path: str) -> int:
    """0 when the answer is 200, else 1 with what it said."""
    port = os.environ.get("PORT", "8000")
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=_headers())
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return 0 if answer.status == 200 else 1
    except urllib.error.HTTPError as error:
        print(error.read().decode(errors="replace"), file=sys.stderr)
    except OSError as error:
        print(f"No answer: {error}", file=sys.stderr)
    return 1


def _headers() -> dict[str, str]:
    """The name that the site is asked for by, since others are refused."""
    host = urlsplit(os.environ.get("SITE_URL", "")).netloc
    return {"Host": host} if host else {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
