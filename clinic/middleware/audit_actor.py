"""Who acts, told to the database with each writing, so that its history can say it.

A statement that writes is preceded, in the same round trip, by a setting of its transaction. A
setting made once would be lost with a savepoint or a lost connection; one of the session would
outlive the request.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from celery import Task
from django.db import connection
from django.http import HttpRequest, HttpResponse

from bookings.core.roles import Role
from bookings.models import Clinic, User
from bookings.models.records.history import LONGEST_WHO
from bookings.web.actor import key_of, role_of
from clinic.operations.call_stack import with_room

PROGRAM = "program"
WRITES = re.compile(
    r"\s*(?:insert|update|delete|merge)\b|\s*with\b.*\b(?:insert|update|delete)\b",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Actor:
    """A role (or program), who it is as events keep them, and their login if they have one."""

    role: str
    who: str
    user: int | None = None

    @property
    def setting(self) -> str:
        """As the trigger takes it apart: role|login|who"""
        return f"{self.role}|{self.user or ''}|{self.who}"[:LONGEST_WHO]


NOBODY_SIGNED_IN = Actor(Role.RUNNER, "runner")


@contextmanager
def acting_as(whom: Callable[[], Actor]) -> Iterator[None]:
    """All that is written meanwhile is theirs; `whom` is asked only when something is."""

    def tell(execute, sql, params, many, context):
        if isinstance(sql, str) and WRITES.match(sql):
            sql = _setting(context["cursor"], whom(), escaped=params is not None) + sql
        return execute(sql, params, many, context)

    with connection.execute_wrapper(tell):
        yield


def _setting(cursor: Any, actor: Actor, *, escaped: bool) -> str:
    told = cursor.mogrify("SELECT set_config('taper.who', %s, true);", [actor.setting]).decode()
    return told.replace("%", "%%") if escaped else told


class ActingMiddleware:
    """The signed-in person, or a runner, is who acts in a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known: dict[int, Actor] = {}

        def whom() -> Actor:
            user = request.user
            if not user.is_authenticated:
                return NOBODY_SIGNED_IN
            if user.pk not in known:
                known[user.pk] = _actor(user)
            return known[user.pk]

        with acting_as(whom):
            return self.get_response(request)


def _actor(user: User) -> Actor:
    """Runners are not named: their history must not outlive them."""
    role = role_of(user)
    return Actor(role, role.value if role is Role.RUNNER else key_of(user, role), user.pk)


class NamedTask(Task):
    """What a task writes is the task's; before a clinic is set up there is nothing to do."""

    def __call__(self, *args, **kwargs):
        with acting_as(lambda: Actor(PROGRAM, f"task {self.name}")):
            try:
                return with_room(partial(super().__call__, *args, **kwargs))
            except Clinic.DoesNotExist:
                return None
