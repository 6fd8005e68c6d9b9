"""Which currencies there are, and which of them a price can be kept in."""

from datetime import date
from functools import lru_cache

from babel.core import get_global
from babel.numbers import get_territory_currencies

# ISO 4217 says how many digits come after the point; for all others it is two.
WITHOUT_HUNDREDTHS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
     "VUV", "XAF", "XOF", "XPF"}
)  # fmt: skip
IN_THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


def hundredths(currency: str) -> int:
    """How many digits come after the point: none for yen, two for most."""
    return 0 if currency in WITHOUT_HUNDREDTHS else 2


@lru_cache(maxsize=2)
def in_use(day: date) -> frozenset[str]:
    """The codes of what is paid with anywhere on that day."""
    return frozenset(
        code
        for territory in get_global("territory_currencies")
        for code in get_territory_currencies(territory, start_date=day)
    )
