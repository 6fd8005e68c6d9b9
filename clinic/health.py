"""GET /healthz: whether the database answers, and whether mail leaves in time."""

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings.queries import mailroom


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 while all is well, else 503; in words, and without a name in it."""
    try:
        problem = "Mail is late." if mailroom.is_late() else ""
    except DatabaseError:
        problem = "The database does not answer."
    return JsonResponse({"status": problem or "ok"}, status=503 if problem else 200)
