"""Races that runners have typed, and the listed ones that they may mean: joined by hand alone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.actions.training import listed_races
from bookings.models import Clinic, ListedDistance
from bookings.queries.training.listed import twins
from bookings.web.forms import whole_number
from bookings.web.requests import StaffRequest
from bookings.web.responses import page_methods, private

A_PAGE = 100
TOLD, REMEMBERED = "races_told", 10  # of this login, so that a press can be undone
LONGEST = 20_000
NOTHING = gettext_lazy("Nothing was changed: it has changed meanwhile.")


@page_methods
@private
def page(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        _told(request)
        return redirect("desk:race_twins")
    found = twins(Clinic.objects.the().day_of(timezone.now()))
    told = request.session.get(TOLD, [])
    context = {"twins": found[:A_PAGE], "count": len(found), "told": told}
    return render(request, "desk/races/twins.html", context)


def _told(request: StaffRequest) -> None:
    for pressed, act in (("join", _join), ("dismiss", _dismiss), ("undo", _undo)):
        if sent := request.POST.get(pressed, "")[:LONGEST]:
            return act(request, sent)
    return None


def _join(request: StaffRequest, sent: str) -> None:
    listed, races = _named(sent)
    count = listed_races.join(listed, races) if listed else 0
    sentence = ngettext(
        "{count} runner’s race is {race} now.", "{count} runners’ races are {race} now.", count
    )
    _say(request, ("join", sent), sentence.format(count=count, race=listed) if count else "")


def _dismiss(request: StaffRequest, sent: str) -> None:
    listed, races = _named(sent)
    count = listed_races.say_it_is_not(listed, races) if listed else 0
    sentence = ngettext(
        "{count} runner’s race is not {race}.", "{count} runners’ races are not {race}.", count
    )
    _say(request, ("dismiss", sent), sentence.format(count=count, race=listed) if count else "")


def _undo(request: StaffRequest, sent: str) -> None:
    """Only of what this login has told lately."""
    told = request.session.get(TOLD, [])
    did, _space, rest = sent.partition(" ")
    listed, races = _named(rest)
    if listed is None or sent not in [one["value"] for one in told]:
        messages.info(request, NOTHING)
        return
    if did == "join":
        listed_races.unjoin(listed, races)
    else:
        listed_races.say_it_is_not(listed, races, undo=True)
    request.session[TOLD] = [one for one in told if one["value"] != sent]
    messages.success(request, _("It is undone."))


def _named(sent: str) -> tuple[ListedDistance | None, list[int]]:
    """The listed race, and those that were typed."""
    numbers = [number for one in sent.split() if (number := whole_number(one)) is not None]
    rows = ListedDistance.objects.select_related("listed_race")
    return rows.filter(pk__in=numbers[:1]).first(), numbers[1:]


def _say(request: StaffRequest, did: tuple[str, str], said: str) -> None:
    """`did` is the press and what it named, by which it is undone."""
    value = " ".join(did)
    if not said:
        messages.info(request, NOTHING)
        return
    others = [one for one in request.session.get(TOLD, []) if one["value"] != value]
    request.session[TOLD] = [{"value": value, "said": said}, *others][:REMEMBERED]
    messages.success(request, said)
