"""How a staff list was narrowed down last: remembered with the login's session, until cleared.

What is typed to search, pages and dates are asked for once; these are chosen and stay. A list that
was asked for with a field left empty forgets it: so every list has a link that shows all again.
"""

from django.http import QueryDict

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
