"""Pictures that somebody sends: made small, and stripped of all that a camera writes into them."""

import io
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps

from bookings.actions.refusals import Refused

KINDS = ("JPEG", "PNG", "WEBP")
QUALITY = 80  # of Pillow's 95
PORTRAIT_SIDE = 400  # pixels: twice what the largest of its places has
LEAST_PORTRAIT, LEAST_LOGO = 120, 32  # pixels each way: below that there is little to be seen
DIGITS = 16
MOST_PIXELS = 50_000_000  # before it is made small; a phone's camera has as many
MOST_OF_A_LOGO = 16_000_000  # each is four bytes, and twice that while it is made small

# Of a logo: twice what the header has room for, and what a phone fetches at the first visit.
LOGO_WIDTH, LOGO_HEIGHT = 480, 96
LOGO_BYTES = 12_000
LOGO_QUALITIES = (90, 75, 60, 40, 20)


class NoPhoto(Refused):
    sentence = gettext_lazy(
        "That is no picture that can be read here. Please use a JPEG, PNG or WebP."
    )


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
    _refuse_small(_upright(data), LEAST_PORTRAIT)
    return squared(data, side=PORTRAIT_SIDE)


@dataclass(frozen=True)
class SmallPicture:
    data: bytes
    width: int
    height: int


def logo(data: bytes) -> SmallPicture:
    """Small enough for every page, what is see-through in it included. Raises NoPhoto."""
    if _is_a_drawing(data):
        raise NoPhoto(
            _(
                "An SVG may hold programs, so it is not taken here. Please save the logo as a PNG, "
                "at least 96 pixels high."
            )
        )
    picture = _cropped(_upright(data, mode="RGBA", most=MOST_OF_A_LOGO))
    _refuse_small(picture, LEAST_LOGO)
    picture.thumbnail((LOGO_WIDTH, LOGO_HEIGHT))
    return SmallPicture(_within(LOGO_BYTES, picture), *picture.size)


def _refuse_small(picture: Image.Image, least: int) -> None:
    if min(picture.size) < least:
        sentence = _(
            "That picture is {width} by {height} pixels: please use one of at least {least} each "
            "way, without an empty margin."
        )
        size = {"width": picture.width, "height": picture.height}
        raise NoPhoto(sentence.format(least=least, **size))


def _is_a_drawing(data: bytes) -> bool:
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return b"<svg" in head or head.startswith(b"<?xml")


def _cropped(picture: Image.Image) -> Image.Image:
    """Without the empty margin that many logos have."""
    seen = picture.getchannel("A").getbbox()
    if seen is None:
        raise NoPhoto(_("Nothing can be seen in that picture."))
    return picture.crop(seen)


def _within(most: int, picture: Image.Image) -> bytes:
    """As a WebP, without loss where that is small enough."""
    clean = Image.new("RGBA", picture.size)
    clean.paste(picture)
    made = _webp(clean, lossless=True)
    for quality in LOGO_QUALITIES:
        if len(made) <= most:
            break
        made = _webp(clean, quality=quality)
    return made


def _webp(picture: Image.Image, **options: Any) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, "WEBP", method=6, **options)
    return kept.getvalue()


def digest_of(picture: bytes) -> str:
    return sha256(picture).hexdigest()[:DIGITS]


def _upright(data: bytes, *, mode: str = "RGB", most: int = MOST_PIXELS) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data), formats=KINDS) as picture:
            if picture.width * picture.height > most:
                raise NoPhoto
            return ImageOps.exif_transpose(picture).convert(mode)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise NoPhoto from None


def _jpeg(picture: Image.Image) -> bytes:
    """No place, no time, no camera: nothing but the pixels comes along."""
    clean = Image.new("RGB", picture.size)
    clean.paste(picture)
    kept = io.BytesIO()
    clean.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return kept.getvalue()
