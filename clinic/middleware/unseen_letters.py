"""Letters that nobody sees or types are dropped before a view reads them, and before a database.

Marks of direction, pasted along with a name, turn the times and numbers that stand behind it on
every page. NUL, which no text in PostgreSQL can hold, comes from programs that look for faults.
"""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from bookings.core.wording import TURNS_WHAT_FOLLOWS, without_controls

# Forms refuse such an address with a sentence: what was meant is not ours to guess. A password is
# taken exactly as it was typed, and is shown nowhere.
AS_TYPED = frozenset({"email", "login", "password", "oldpassword", "password1", "password2"})
NUL = "\0"


class WithoutUnseenLetters:
    """Runs before anything else reads the form, and reads it only when there is a view for it.

    What is posted may have a NUL: each form's field refuses it with a sentence.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if NUL in value]:
            del request.COOKIES[name]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, args: Any, kwargs: Any) -> None:
        if any(NUL in str(value) for value in (*args, *kwargs.values())):
            raise Http404
        if any(NUL in part for name, values in request.GET.lists() for part in (name, *values)):
            request.GET = _without_nul(request.GET)  # type: ignore[assignment]
        typed = request.POST
        marked = {
            name: values
            for name, values in typed.lists()
            if name not in AS_TYPED and any(map(TURNS_WHAT_FOLLOWS.search, values))
        }
        if not marked:
            return
        cleaned = typed.copy()
        for name, values in marked.items():
            cleaned.setlist(name, [without_controls(value) for value in values])
        cleaned._mutable = False
        request.POST = cleaned  # type: ignore[assignment]


def _without_nul(query: QueryDict) -> QueryDict:
    cleaned = QueryDict(mutable=True)
    for name, values in query.lists():
        cleaned.setlist(name.replace(NUL, ""), [value.replace(NUL, "") for value in values])
    cleaned._mutable = False
    return cleaned
