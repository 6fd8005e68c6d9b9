"""The clinic's logo as a mail carries it: readers load nothing, and some know no WebP."""

import io
from functools import lru_cache

from PIL import Image

from bookings.models import Logo

CONTENT_ID = "logo@clinic"
PAPER = "#f7f5ee"  # of templates/mail/style.css


def logo_of(digest: str) -> bytes:
    """A PNG; nothing where there is none (any more), or none that can be read: mails go without."""
    try:
        return _as_png(digest) if digest else b""
    except (Logo.DoesNotExist, OSError):
        return b""


@lru_cache(maxsize=4)
def _as_png(digest: str) -> bytes:
    """On paper, because a dark one is not seen where a reader makes all that is behind it dark."""
    stored = bytes(Logo.objects.get(digest=digest).picture)
    made = io.BytesIO()
    with Image.open(io.BytesIO(stored), formats=["WEBP"]) as picture:
        on_paper = Image.new("RGBA", picture.size, PAPER)
        on_paper.alpha_composite(picture.convert("RGBA"))
    on_paper.convert("RGB").quantize(256).save(made, "PNG", optimize=True)
    return made.getvalue()
