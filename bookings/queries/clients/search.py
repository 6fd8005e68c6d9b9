"""Finding clients, and what the desk sees of one, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Left
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bookings.core.clients.search_text import MOST_TERMS, bounded, terms
from bookings.models import Appointment, Client, Race
from bookings.models.clients.clients import grown_up_since
from bookings.models.clients.search_column import BEGINNING

FOUND_AT_MOST = 8
LIKE_ENOUGH = 0.55  # of a word's trigrams, where no part fits exactly
SHORTEST_SLIP = 4  # letters; shorter words are like too many others


class ClientGroup(StrEnum):
    """By what the list can be narrowed down."""

    RACE = "race"
    UPCOMING = "upcoming"
    PROVISIONAL = "provisional"
    NO_EMAIL = "no-email"
    HEALTH = "health"
    OTHER_NAME = "other-name"
    CONSENT = "consent"

    @property
    def label(self) -> str:
        return _(LABELS[self])


LABELS = {
    ClientGroup.RACE: gettext_noop("A race ahead"),
    ClientGroup.UPCOMING: gettext_noop("An appointment to come"),
    ClientGroup.PROVISIONAL: gettext_noop("Address not confirmed"),
    ClientGroup.NO_EMAIL: gettext_noop("No e-mail"),
    ClientGroup.HEALTH: gettext_noop("Health: to be checked by the therapist"),
    ClientGroup.OTHER_NAME: gettext_noop("A different name given"),
    ClientGroup.CONSENT: gettext_noop("Under 18, consent missing"),
}


def containing(typed: str) -> QuerySet[Client]:
    """Those in whose name, address or number every term is found; everybody for no term.

    Of whoever has been erased there is nothing to be found.
    """
    found = Client.objects.living()
    for term in _asked_for(typed):
        found = found.filter(findable__contains=term)
    return found


@dataclass(frozen=True)
class Found:
    """`is_alike`: nobody has just what was typed, these have something much like it."""

    clients: Sequence[Client] = ()
    is_alike: bool = False


def find(typed: str) -> Found:
    """The likeliest few: whose name begins like that, in whom every part begins a word, the rest.

    Nobody for nothing typed.
    """
    asked = _asked_for(typed)
    if not asked:
        return Found()
    fitting = containing(typed).alias(beginning=Left("findable", BEGINNING)).order_by("name", "pk")
    likelier = Q(beginning__startswith=" ".join(asked)[:BEGINNING])
    likely = Q(*(Q(findable__startswith=one) | Q(findable__contains=f" {one}") for one in asked))
    # Apart, so that a part that many share is read along the index of names, and not sorted.
    ranked = [
        fitting.filter(fits).annotate(rank=Value(rank))[:FOUND_AT_MOST]
        for rank, fits in enumerate((likelier, likely, Q()))
    ]
    everybody = ranked[0].union(*ranked[1:], all=True).order_by("rank", "name", "pk")
    found = list(dict.fromkeys(everybody))[:FOUND_AT_MOST]
    return Found(found) if found else Found(_alike(asked), is_alike=True)


def _asked_for(typed: str) -> list[str]:
    return terms(bounded(typed))[:MOST_TERMS]


def _alike(asked: list[str]) -> list[Client]:
    """For a slip of the finger: those with words much like all that was typed."""
    words = " ".join(term for term in asked if not term.isdecimal())
    if len(words) < SHORTEST_SLIP:
        return []
    alike = TrigramWordSimilarity(words, "findable")
    known = Client.objects.living()
    found = known.filter(findable__trigram_word_similar=words).annotate(alike=alike)
    return list(
        found.filter(alike__gte=LIKE_ENOUGH).order_by("-alike", "name", "pk")[:FOUND_AT_MOST]
    )


def in_group(
    clients: QuerySet[Client], group: ClientGroup, *, today: date, now: datetime
) -> QuerySet[Client]:
    races = Race.objects.filter(client=OuterRef("pk"), race_date__gte=today)
    upcoming = Appointment.objects.filter(client=OuterRef("pk")).upcoming(now)
    young = Q(date_of_birth__gt=grown_up_since(today), guardian_agreed_at=None)
    wanted = {
        ClientGroup.RACE: Q(Exists(races)),
        ClientGroup.UPCOMING: Q(Exists(upcoming)),
        ClientGroup.PROVISIONAL: Q(proved_at=None),
        ClientGroup.NO_EMAIL: Q(email=""),
        ClientGroup.HEALTH: Q(health_hold=True),
        ClientGroup.OTHER_NAME: Q(same_address_as__isnull=False),
        ClientGroup.CONSENT: young,
    }
    return clients.filter(wanted[group])


def with_what_is_ahead(
    clients: QuerySet[Client], *, today: date, now: datetime
) -> QuerySet[Client]:
    """Each with its next appointment's start and its next race's date."""
    visits = Appointment.objects.filter(client=OuterRef("pk")).upcoming(now)
    races = Race.objects.filter(client=OuterRef("pk"), race_date__gte=today).order_by("race_date")
    return clients.annotate(
        next_visit=Subquery(visits.values("starts_at")[:1]),
        next_race=Subquery(races.values("race_date")[:1]),
    )
