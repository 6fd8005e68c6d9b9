"""The clinic's own colour: what can be read in it (WCAG 2.2, 1.4.3), and its shades."""

import colorsys
import re
from collections.abc import Iterator
from dataclasses import dataclass

A_COLOUR = re.compile(r"#[0-9a-f]{6}")
READABLE = 4.5  # to one, of text at any size
SHADES = 100  # of one hue, from black to white
Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Scheme:
    """The grounds that the accent is read on, and how its own shades are mixed with the card."""

    grounds: tuple[str, ...]
    card: str
    ink: str  # on the accent
    wash: float
    line: float
    deeper: str


# As static/css has them: paper, card, and a runner's paper.
LIGHT = Scheme(("#f5f7f4", "#ffffff", "#f7f5ee", "#fffefb"), "#ffffff", "#ffffff", 0.1, 0.35,
               "#000000")  # fmt: skip
DARK = Scheme(("#0f1715", "#16211e", "#0d1613", "#15201c"), "#16211e", "#000000", 0.16, 0.4,
              "#ffffff")  # fmt: skip


@dataclass(frozen=True)
class Shades:
    """What a style sheet needs of one accent in one scheme."""

    accent: str
    deep: str
    ink: str
    wash: str
    line: str

    @property
    def rgb(self) -> str:
        """11, 107, 87"""
        return ", ".join(str(int(self.accent[n : n + 2], 16)) for n in (1, 3, 5))


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def is_readable(colour: str, scheme: Scheme = LIGHT) -> bool:
    """On every ground, on its own wash, and with text on itself."""
    grounds = (*scheme.grounds, mixed(colour, scheme.card, scheme.wash), scheme.ink)
    return all(contrast(colour, ground) >= READABLE for ground in grounds)


def nearest_readable(colour: str, scheme: Scheme = LIGHT) -> str:
    """The same hue, as much darker or brighter as it must be."""
    if is_readable(colour, scheme):
        return colour
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    found = [one for one in _of_hue(hue, saturation) if is_readable(one, scheme)]
    return min(found, key=lambda one: abs(colorsys.rgb_to_hls(*_rgb(one))[1] - lightness))


def shades(colour: str, scheme: Scheme) -> Shades:
    accent = nearest_readable(colour, scheme)
    return Shades(
        accent=accent,
        deep=mixed(scheme.deeper, accent, 0.25),
        ink=scheme.ink,
        wash=mixed(accent, scheme.card, scheme.wash),
        line=mixed(accent, scheme.card, scheme.line),
    )


def mixed(one: str, other: str, share: float) -> str:
    """So much of the one, the rest of the other."""
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    return _hex(*(a * share + b * (1 - share) for a, b in pairs))


def _of_hue(hue: float, saturation: float) -> Iterator[str]:
    for step in range(SHADES + 1):
        yield _hex(*colorsys.hls_to_rgb(hue, step / SHADES, saturation))


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return red, green, blue


def _hex(*parts: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
