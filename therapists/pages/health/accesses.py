"""For the owner: who read or wrote whose health data, when, and from where."""

from datetime import timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.paginator import Paginator
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.core.clients.search_text import bounded
from bookings.core.intervals import day_bounds
from bookings.core.roles import Role
from bookings.models import Clinic
from bookings.web.days import day_in
from bookings.web.responses import private
from therapists.models import Access

ON_A_PAGE = 50
OF_THEIR_OWN = "own"
DAYS = 31  # shown at once, so that years of them make no page slow


@require_safe
@private
def accesses(request: HttpRequest) -> HttpResponse:
    """Of a month up to a day; of everybody, or of `who`: part of a login or a client's name.

    That clients look at what is theirs is kept, and shown to whoever asks for it.
    """
    asked = bounded(request.GET.get("who", ""))
    clinic = Clinic.objects.the()
    until = day_in(request.GET.get("until", "")) or clinic.day_of(timezone.now())
    shown = day_bounds(until - timedelta(days=DAYS - 1), DAYS, clinic.tz)
    found = Access.objects.filter(at__gte=shown.start, at__lt=shown.end)
    of_their_own = OF_THEIR_OWN in request.GET
    if not of_their_own:
        found = found.but_own_looks()
    if asked:
        of_login = Q(user__email__icontains=asked) | Q(user__name__icontains=asked)
        found = found.filter(of_login | Q(who__icontains=asked) | Q(client__name__icontains=asked))
    page = Paginator(_by_act(found), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "asked": asked, "until": until, "since": shown.start, "days": DAYS}
    context["of_their_own"] = of_their_own
    return render(request, "therapists/health/accesses.html", context)


def _by_act(accesses: QuerySet) -> QuerySet:
    """A line for each client on each page that somebody opened, with the records' numbers.

    Who signs in as a client may be somebody else, so that login's address is told.
    """
    is_runner = Q(who__startswith=Role.RUNNER)
    login = Case(When(is_runner, then=F("user__email")), default=Value(""))
    acts = accesses.annotate(login=login).values(
        "at", "who", "did", "what", "client", "client__name", "address", "page", "reason", "login"
    )
    records = ArrayAgg("record", order_by="record", distinct=True)
    return acts.annotate(records=records).order_by("-at", "client__name", "what")
