"""Who does not come again: a list to ring, or to write to, on paper and as a file."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.actions.exports import note_taken_out
from bookings.core.csv_safety import as_text
from bookings.models import Appointment, Client, Clinic, Race
from bookings.queries.clients.not_back import (
    USUAL_WEEKS,
    WEEKS,
    last_visits,
    of_all,
    why_no_mail,
    with_races,
)
from bookings.web.actor import who
from bookings.web.filters import NewestPages
from bookings.web.requests import StaffRequest
from bookings.web.responses import private

A_PAGE = 50


class NotBackPages(NewestPages):
    """Who was here last comes first; of all there is a file."""

    most = 10 * A_PAGE


@require_safe
@private
def page(request: StaffRequest) -> HttpResponse:
    clinic, now, weeks = Clinic.objects.the(), timezone.now(), _weeks(request)
    shown = NotBackPages(last_visits(clinic, weeks, now), A_PAGE).get_page(request.GET.get("page"))
    visits = with_races(cast("QuerySet[Appointment]", shown.object_list), clinic, now)
    context = {
        "shown": shown,
        "listed": [(one, _next_race(one.whose), why_no_mail(one.whose)) for one in visits],
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
    for one, race in of_all(clinic, weeks, now):
        yield [
            one.name, one.phone, one.email, str(clinic.day_of(one.starts_at)),
            one.treatment, one.therapist,
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
