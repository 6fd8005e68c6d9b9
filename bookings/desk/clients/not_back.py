"""Who does not come again: a list to ring, or to write to, on paper and as a file."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.actions.exports import note_taken_out
from bookings.core.csv_safety import as_text
from bookings.models import Client, Clinic, Race
from bookings.queries.clients.not_back import (
    USUAL_WEEKS,
    WEEKS,
    not_back,
    why_no_mail,
    with_races,
)
from bookings.web.actor import who
from bookings.web.requests import StaffRequest
from bookings.web.responses import private

A_PAGE = 50
AT_ONCE = 1000


@require_safe
@private
def page(request: StaffRequest) -> HttpResponse:
    clinic, now, weeks = Clinic.objects.the(), timezone.now(), _weeks(request)
    pages = Paginator(not_back(clinic, weeks, now), A_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    people = with_races(cast("QuerySet[Client]", shown.object_list), clinic, now)
    context = {
        "shown": shown,
        "listed": [(one, _next_race(one), why_no_mail(one)) for one in people],
        "weeks": weeks,
        "choices": WEEKS,
    }
    return render(request, "desk/clients/not_back.html", context)


@require_safe
@private
def file(request: StaffRequest) -> HttpResponse:
    clinic, now, weeks = Clinic.objects.the(), timezone.now(), _weeks(request)
    name = f"not-back-{weeks}-weeks-{clinic.day_of(now)}.csv"
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\N{BYTE ORDER MARK}")  # without it Excel takes the letters for others
    lines = [_cells(line) for line in _lines(clinic, weeks, now)]
    csv.writer(response).writerows(lines)
    note_taken_out(len(lines) - 1, by=who(request), user=request.user, now=now)
    return response


def _lines(clinic: Clinic, weeks: int, now: datetime) -> Iterator[Sequence[str]]:
    yield [
        _("Name"), _("Phone"), _("E-mail"), _("Last here"), _("Treatment"), _("Therapist"),
        _("Next race"), _("Its name"), _("Why no mail about sessions"),
    ]  # fmt: skip
    people = with_races(not_back(clinic, weeks, now), clinic, now)
    one: Any  # with what the query adds
    for one in people.iterator(chunk_size=AT_ONCE):
        race = _next_race(one)
        day = str(clinic.day_of(one.last_visit))
        visit = [day, one.last_treatment, one.last_therapist]
        yield [
            one.name, one.phone, one.email, *visit,
            *([str(race.race_date), race.name] if race else ["", ""]),
            why_no_mail(one),
        ]  # fmt: skip


def _cells(line: Sequence[str]) -> list[str]:
    return [as_text(one) for one in line]


def _next_race(client: Client) -> Race | None:
    races: Sequence[Race] = client.races_ahead  # type: ignore[attr-defined]
    return next((race for race in races if race.in_training.is_run), None)


def _weeks(request: StaffRequest) -> int:
    typed = request.GET.get("weeks", "")
    return int(typed) if typed in map(str, WEEKS) else USUAL_WEEKS
