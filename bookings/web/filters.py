"""How a staff list was narrowed down last: remembered with the login's session, until cleared.

What is typed to search, pages and dates are asked for once; these are chosen and stay. A list that
was asked for with a field left empty forgets it: so every list has a link that shows all again.

And the pages of lists of which there may be millions.
"""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import cached_property

from bookings.web.requests import StaffRequest

KEPT = "filters"
SAME_LIST = {"page", "tick"}  # what is asked of a list without choosing another one
LONGEST, MOST = 100, 100  # of a value, and of the values of a field


def with_remembered(request: StaffRequest, name: str, *fields: str) -> QueryDict:
    """What was asked for; where that is nothing but another page, what it was the last time.

    An address that says something else, such as whose changes, is taken at its word.
    """
    asked, kept = request.GET.copy(), request.session.get(KEPT, {})
    if any(field in asked for field in fields):
        chosen = {field: _values(asked, field) for field in fields}
        _keep(request, name, {field: values for field, values in chosen.items() if values})
        return asked
    if request.GET.keys() <= SAME_LIST:
        for field, values in kept.get(name, {}).items():
            asked.setlist(field, values)
    return asked


def forget(request: StaffRequest, name: str) -> None:
    _keep(request, name, {})


def _values(asked: QueryDict, field: str) -> list[str]:
    return [value[:LONGEST] for value in asked.getlist(field) if value][:MOST]


def _keep(request: StaffRequest, name: str, chosen: dict[str, list[str]]) -> None:
    kept = request.session.get(KEPT, {})
    if kept.get(name, {}) != chosen:
        request.session[KEPT] = {**kept, name: chosen}


class NewestPages(Paginator):
    """Nobody turns all the pages of a million rows: they are not even counted to the end."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return rows[: self.most].count() if isinstance(rows, QuerySet) else len(rows)

    @property
    def has_more(self) -> bool:
        """Or just as many."""
        return self.count == self.most
