"""The clinic's logo as a mail carries it: readers load nothing, and some know no WebP."""

import io
from functools import lru_cache

from PIL import Image

from bookings.models import Logo

CONTENT_ID = "logo@clinic"


def logo_of(digest: str) -> bytes:
    """A PNG; nothing where there is none (any more), or none that can be read: mails go without."""
    try:
        return _as_png(digest) if digest else b""
    except (Logo.DoesNotExist, OSError):
        return b""


@lru_cache(maxsize=4)
def _as_png(digest: str) -> bytes:
    stored = bytes(Logo.objects.get(digest=digest).picture)
    made = io.BytesIO()
    with Image.open(io.BytesIO(stored), formats=["WEBP"]) as picture:
        small = picture.convert("RGBA").quantize(256, method=Image.Quantize.FASTOCTREE)
        small.save(made, "PNG", optimize=True)
    return made.getvalue()
