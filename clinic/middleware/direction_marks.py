"""Marks of direction in what is typed are dropped before anything is stored.

Pasted along with a name, they turn the times and numbers that stand behind it on every page.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from bookings.core.wording import TURNS_WHAT_FOLLOWS, without_controls

# Forms refuse such an address with a sentence: what was meant is not ours to guess. A password is
# taken exactly as it was typed, and is shown nowhere.
AS_TYPED = frozenset({"email", "login", "password", "oldpassword", "password1", "password2"})


class WithoutDirectionMarks:
    """Runs before anything else reads the form, and reads it only when there is a view for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> None:
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
