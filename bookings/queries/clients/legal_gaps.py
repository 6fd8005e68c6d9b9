"""What the clinic has still to write into the texts that runners read."""

from dataclasses import dataclass

from django.utils.translation import ngettext

from bookings.models import LegalKind, LegalText


@dataclass(frozen=True)
class LegalGaps:
    """How many places, and the first text that has one."""

    count: int
    first: LegalKind

    @property
    def in_words(self) -> str:
        sentence = ngettext(
            "{count} place in the terms and the privacy notice is still to be filled in.",
            "{count} places in the terms and the privacy notice are still to be filled in.",
            self.count,
        )
        return sentence.format(count=self.count)


def legal_gaps() -> LegalGaps | None:
    """None where nothing is left to fill in."""
    gaps = {kind: LegalText.objects.current(kind).gaps for kind in LegalKind}
    lacking = [kind for kind, count in gaps.items() if count]
    return LegalGaps(sum(gaps.values()), lacking[0]) if lacking else None
