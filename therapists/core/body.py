"""The places of the body map, as runners and therapists call them, and where they are drawn.

A drawing is one outline in a box of 200 by 440, and of each paired place its left half as we
look at it; the other half is its mirror image.
"""

from collections.abc import Iterator
from dataclasses import dataclass

WIDTH, HEIGHT = 200, 440
FRONT, BACK = "front", "back"
LEFT, RIGHT, MIDDLE = "left", "right", ""
KINDS = {"tightness": "tight", "pain": "pain", "soreness": "sore"}
HIGHEST = 10


@dataclass(frozen=True)
class Place:
    """Such as the left calf; `mirrored` when it is drawn on the right half of the picture."""

    key: str
    label: str
    view: str
    shape: str
    mirrored: bool

    @property
    def in_a_sentence(self) -> str:
        """left calf, left Achilles tendon"""
        return self.label[0].lower() + self.label[1:]


# Name and shape of the half that is on the left of the picture.
PAIRED: dict[str, dict[str, str]] = {
    FRONT: {
        "shoulder": "M66 82 C52 84 44 94 42 110 L60 116 L72 92z",
        "chest": "M74 90 L98 90 L98 128 L66 126 L64 116z",
        "upper arm": "M40 113 L57 119 L47 150 L31 146z",
        "forearm": "M30 150 L46 154 L36 189 L23 186z",
        "hand": "M22 190 L35 193 L30 214 L18 209z",
        "hip": "M66 178 L98 196 L98 214 L62 208z",
        "quad": "M62 212 L80 214 L80 292 L66 292 C60 264 58 238 62 212z",
        "inner thigh": "M83 215 L98 218 L96 280 L83 288z",
        "knee": "M66 296 L94 292 L94 322 L68 322z",
        "shin": "M68 326 L92 326 C94 352 90 380 88 398 L76 398 C70 376 66 350 68 326z",
        "ankle": "M76 401 L88 401 L90 414 L74 414z",
        "foot": "M73 417 L91 417 L92 432 L66 434z",
    },
    BACK: {
        "upper back": "M70 86 L98 82 L98 134 L66 130 L62 104z",
        "back of the arm": "M40 104 L58 112 L47 146 L31 142z",
        "elbow": "M30 146 L46 150 L42 166 L26 162z",
        "back of the forearm": "M25 166 L41 170 L31 213 L18 208z",
        "lower back": "M68 138 L98 138 L98 180 L66 178z",
        "glute": "M64 182 L98 184 L98 222 L62 220z",
        "outer thigh": "M61 224 L70 225 L72 288 L66 288 C60 264 58 244 61 224z",
        "hamstring": "M73 225 L96 226 L94 290 L76 290z",
        "back of the knee": "M68 294 L94 294 L93 316 L68 316z",
        "calf": "M68 320 L93 320 C96 344 92 366 88 380 L76 380 C68 364 66 342 68 320z",
        "Achilles tendon": "M77 383 L88 383 L88 410 L78 410z",
        "sole": "M74 413 L90 413 L92 432 L68 434z",
    },
}
IN_THE_MIDDLE: dict[str, dict[str, str]] = {
    FRONT: {"abdomen": "M68 132 L132 132 L134 176 L100 192 L66 176z"},
    BACK: {"neck": "M90 56 L110 56 L116 78 L84 78z"},
}
# Everything that is no place: it only makes the figure readable.
OUTLINE = (
    "M100 8 C116 8 124 22 122 36 C121 46 116 52 112 56 L114 74 C132 80 150 82 158 98 "
    "C168 122 176 176 182 210 L170 216 C160 182 152 150 144 128 C142 150 138 170 138 190 "
    "C146 236 138 286 136 312 C138 350 128 392 126 412 L136 434 L106 436 C108 408 104 340 104 312 "
    "L100 222 L96 312 C96 340 92 408 94 436 L64 434 L74 412 C72 392 62 350 64 312 "
    "C62 286 54 236 62 190 C62 170 58 150 56 128 C48 150 40 182 30 216 L18 210 "
    "C24 176 32 122 42 98 C50 82 68 80 86 74 L88 56 C84 52 79 46 78 36 C76 22 84 8 100 8z"
)


def _places() -> Iterator[Place]:
    for view in (FRONT, BACK):
        for name, shape in IN_THE_MIDDLE[view].items():
            yield Place(_key("", name), name.capitalize(), view, shape, mirrored=False)
        for name, shape in PAIRED[view].items():
            for side in (LEFT, RIGHT):
                # Facing us, somebody's right is on our left.
                mirrored = (side == LEFT) == (view == FRONT)
                label = f"{side.capitalize()} {name}"
                yield Place(_key(side, name), label, view, shape, mirrored)


def _key(side: str, name: str) -> str:
    return "-".join([*filter(None, [side]), *name.lower().split()])


PLACES: dict[str, Place] = {place.key: place for place in _places()}
