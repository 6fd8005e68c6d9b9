"""Pictures that somebody sends: made small, and stripped of all that a camera writes into them."""

import io
from hashlib import sha256

from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

from bookings.actions.refusals import Refused

KINDS = ("JPEG", "PNG", "WEBP")
QUALITY = 80  # of Pillow's 95
PORTRAIT_SIDE = 400  # pixels: twice what the largest of its places has
DIGITS = 16
MOST_PIXELS = 50_000_000  # before it is made small; a phone's camera has as many


class NoPhoto(Refused):
    sentence = gettext_lazy("That is no photo that can be read here. Please use a JPEG or PNG.")


def stripped(data: bytes, *, longest: int) -> bytes:
    """A JPEG of the picture alone, its sides so many pixels at most. Raises NoPhoto."""
    picture = _upright(data)
    picture.thumbnail((longest, longest))
    return _jpeg(picture)


def squared(data: bytes, *, side: int) -> bytes:
    """The same, cut to a square about its middle. Raises NoPhoto."""
    return _jpeg(ImageOps.fit(_upright(data), (side, side)))


def portrait(data: bytes) -> bytes:
    """Of a therapist. Raises NoPhoto."""
    return squared(data, side=PORTRAIT_SIDE)


def digest_of(picture: bytes) -> str:
    return sha256(picture).hexdigest()[:DIGITS]


def _upright(data: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data), formats=KINDS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise NoPhoto
            return ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NoPhoto from None


def _jpeg(picture: Image.Image) -> bytes:
    """No place, no time, no camera: nothing but the pixels comes along."""
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    kept = io.BytesIO()
    clean.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return kept.getvalue()
