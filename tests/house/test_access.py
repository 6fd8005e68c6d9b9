"""Every page has a line in the one table, and keeps to it."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.urls import ResolverMatch, get_resolver
from django.urls.resolvers import URLPattern

from bookings.core.roles import Role
from bookings.models import Heartbeat, Part
from clinic.middleware.policy import (
    WHO_MAY,
    WHO_MAY_IN,
    NoRule,
    PolicyMiddleware,
    who_may,
)
from tests.factories import make_clinic, make_therapist, make_user

ARGUMENTS = {
    "slug": "no-such-treatment",
    "day": "2026-12-01",
    "token": "not-a-token",
    "app_label": "bookings",
}


def every_route(patterns=None, prefix="", namespace=""):
    """(view name, an address of it) for all of the site."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            name = pattern.name or pattern.lookup_str
            yield f"{namespace}:{name}" if namespace else name, address(path)
        else:
            inner = ":".join(filter(None, [namespace, pattern.namespace]))
            yield from every_route(pattern.url_patterns, path, inner)


def address(path):
    path = re.sub(r"\(\?P<(\w+)>.*?\)(?=[/$-]|$)", _argument, path)
    path = re.sub(r"<(?:\w+:)?(\w+)>", _argument, path)
    return "/" + re.sub(r"\\Z|[\^$\\]", "", path)


def _argument(match):
    return ARGUMENTS.get(match[1], "1")


ROUTES = sorted(set(every_route()))


def test_every_page_has_a_line_in_the_table():
    for name, _ in ROUTES:
        who_may(name)


def test_every_line_of_the_table_has_a_page(settings):
    names = {name for name, _ in ROUTES}
    not_everywhere = {name for name in WHO_MAY if name.startswith("demo:")} | {"api:mail_events"}
    assert set(WHO_MAY) - names - not_everywhere == set()
    assert {name.partition(":")[0] for name in names} >= set(WHO_MAY_IN)


def test_the_demo_has_no_page_outside_the_demo():
    assert not any(name.startswith("demo:") for name, _ in ROUTES)


def test_a_page_without_a_line_is_refused():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    request.resolver_match = ResolverMatch(lambda: None, (), {}, url_name="forgotten")
    with pytest.raises(PermissionDenied):
        PolicyMiddleware(None).process_view(request, None, (), {})
    with pytest.raises(NoRule):
        who_may("admin")


@pytest.fixture
def somebody(client, db):
    """Signs in as somebody with that role."""
    make_clinic()
    for part in Part:
        Heartbeat.objects.note(part)

    def _somebody(who):
        if who == "anonymous":
            return client
        user = make_user(role=Role.RUNNER if who == Role.THERAPIST else who)
        if who == Role.THERAPIST:
            make_therapist(user=user)
        client.force_login(user)
        return client

    return _somebody


def test_a_part_of_a_page_sends_the_whole_browser_to_sign_in(somebody):
    response = somebody("anonymous").get("/desk/", headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == "/accounts/login/"


def test_what_a_signed_in_person_sees_is_kept_by_no_cache(somebody):
    assert "no-store" in somebody(Role.DESK).get("/desk/")["Cache-Control"]


def test_nobody_signs_up_by_themselves(somebody):
    response = somebody("anonymous").post(
        "/accounts/signup/", {"email": "x@example.com", "password1": "a", "password2": "a"}
    )
    assert "closed" in response.content.decode().lower()


def test_a_wrong_password_says_the_same_as_an_unknown_address(somebody):
    client = somebody("anonymous")
    make_user("known@example.com")
    answers = [
        client.post("/accounts/login/", {"login": address, "password": "wrong"}).content.decode()
        for address in ("known@example.com", "no-such@example.com")
    ]
    texts = [re.sub(r"known@example|no-such@example|value=\"\w{64}\"", "", a) for a in answers]
    assert texts[0] == texts[1]


def test_trying_passwords_is_limited(somebody):
    client = somebody("anonymous")
    make_user("known@example.com")
    for _ in range(5):
        client.post("/accounts/login/", {"login": "known@example.com", "password": "wrong"})
    response = client.post(
        "/accounts/login/", {"login": "known@example.com", "password": "a-long-enough-password"}
    )
    assert response.status_code in (200, 429)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("role", "lands"), [(Role.DESK, "/desk/"), (Role.RUNNER, "/account/")])
def test_everybody_lands_where_their_day_begins(somebody, role, lands):
    client = somebody("anonymous")
    make_user("me@example.com", role=role)
    response = client.post(
        "/accounts/login/", {"login": "Me@Example.com", "password": "a-long-enough-password"}
    )
    assert response["Location"] == lands


def test_the_desk_changes_the_diary_but_neither_logins_nor_settings(db):
    desk = make_user(role=Role.DESK)
    assert desk.has_perm("bookings.change_appointment")
    assert not desk.has_perm("bookings.view_user")
    assert not desk.has_perm("bookings.change_clinic")
    assert make_user(role=Role.OWNER).has_perm("bookings.change_clinic")
    assert not make_user(role=Role.RUNNER).has_perm("bookings.view_appointment")


def test_a_therapist_lands_on_today(client, db):
    make_clinic()
    make_therapist(user=make_user("me@example.com"))
    typed = {"login": "me@example.com", "password": "a-long-enough-password"}
    assert client.post("/accounts/login/", typed)["Location"] == "/today/"
