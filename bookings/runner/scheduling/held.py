"""What is kept for a browser, for pages that count it down (`js/countdown.js`)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.models import Appointment
from bookings.web.responses import private
from bookings.web.visitor import visitor


@require_safe
@private
def held(request: HttpRequest) -> HttpResponse:
    """Another tab's hold ends a page's own, and nothing tells the page but this."""
    known = visitor(request)
    live = Appointment.objects.live_holds(timezone.now()).held_by(known)
    return JsonResponse({"held": list(live.values_list("public_id", flat=True)) if known else []})
