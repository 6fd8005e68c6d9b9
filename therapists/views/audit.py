"""For the owner: who read or wrote whose health data, when, and from where."""

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings.online.answering import private
from therapists.models import Access

ON_A_PAGE = 50
LONGEST = 100


@require_safe
@private
def accesses(request: HttpRequest) -> HttpResponse:
    """All of them, or those of one person: `who` is part of a login, a client's name or both."""
    asked = request.GET.get("who", "")[:LONGEST].strip()
    found = Access.objects.all()
    if asked:
        found = found.filter(who__icontains=asked) | found.filter(client__name__icontains=asked)
    page = Paginator(_by_act(found), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "therapists/accesses.html", {"page": page, "asked": asked})


def _by_act(accesses: QuerySet) -> QuerySet:
    """A line for each client on each page that somebody opened, with the records' numbers."""
    acts = accesses.values("at", "who", "did", "what", "client", "client__name", "address", "page")
    records = ArrayAgg("record", order_by="record", distinct=True)
    return acts.annotate(records=records).order_by("-at", "client__name", "what")
