"""All clients as one file for a spreadsheet, which `/office/import/` takes in again."""

import csv

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.actions.exports import note_taken_out
from bookings.models import Clinic
from bookings.web.actor import who
from bookings.web.requests import StaffRequest
from bookings.web.responses import private
from clinic.records.clinic_export import clients_in_cells


@require_safe
@private
def all_clients(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    name = f"clients-{Clinic.objects.the().day_of(now)}.csv"
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\N{BYTE ORDER MARK}")  # without it Excel takes the letters for others
    lines = csv.writer(response)
    count = -1  # the first is of the columns
    for line in clients_in_cells():
        lines.writerow(line)
        count += 1
    note_taken_out(count, by=who(request), user=request.user, now=now)
    return response
