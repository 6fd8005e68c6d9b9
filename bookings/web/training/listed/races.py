"""The clinic's races while somebody types the name of theirs; and a page's choice of one."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings import dates
from bookings.core.clients.search_text import bounded, name_compared
from bookings.models import Clinic, ListedDistance
from bookings.queries.training.listed import offered


@require_safe
@never_cache
def listed_races(request: HttpRequest) -> HttpResponse:
    """Public: what a race field offers for the letters typed so far."""
    today, typed = Clinic.objects.the().day_of(timezone.now()), request.GET.get("q", "")
    found = offered(typed, today) if typed.strip() else []
    return JsonResponse({"races": [_offer(one, today) for one in found]})


def chosen(pk: int | None, *, name: str, day: date | None, distance: str) -> int | None:
    """The listed race that a form has chosen, while its name, day and distance stand beside it."""
    one = ListedDistance.objects.select_related("listed_race").filter(pk=pk).first() if pk else None
    if one is None or (one.race_date, one.distance) != (day, distance):
        return None
    return one.pk if name_compared(one.listed_race.name) == name_compared(name) else None


def filled_in(sent: QueryDict, today: date) -> QueryDict:
    """The date and the distance of a race that is typed as the list calls it, where none was given:
    of several distances the one that is chosen beside it."""
    name = name_compared(bounded(sent.get("name", "")))
    if not name or any(sent.get(f"race_date{part}") for part in ("", "_day", "_month", "_year")):
        return sent
    ahead = ListedDistance.objects.ahead(today).filter(listed_race__folded__startswith=name)
    called = [one for one in ahead if name_compared(one.listed_race.name) == name]
    beside = [one for one in called if one.distance == sent.get("distance")] or called
    if len(beside) != 1:
        return sent
    [one] = beside
    filled = sent.copy()
    filled["race_date"] = one.race_date.isoformat()
    filled["distance"], filled["listed"] = one.distance, str(one.pk)
    return filled


def _offer(one: ListedDistance, today: date) -> dict[str, Any]:
    race, day = one.listed_race, dates.civil_day_from(one.race_date, today)
    where = _("{town}, {day}").format(town=race.town, day=day) if race.town else day
    return {
        "listed": one.pk,
        "name": race.name,
        "distance": one.distance,
        "distance_name": one.get_distance_display(),
        "where": where,
        "day": one.race_date.isoformat(),
    }
