"""Every page says beside its route who it is for, and keeps to it."""

import re
from inspect import get_annotations, unwrap
from typing import cast

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch, get_resolver, path
from django.urls.resolvers import URLPattern
from django_htmx.middleware import HtmxDetails

from bookings.core.roles import Role
from bookings.models import Component, Heartbeat
from bookings.web.access import DESK, EVERYONE, NOBODY, STAFF, protected
from bookings.web.requests import PageRequest, SignedInRequest, StaffRequest
from clinic.middleware.policy import (
    WHO_MAY,
    WHO_MAY_IN,
    NoRule,
    PolicyMiddleware,
    who_may,
)
from tests.factories import make_clinic, make_therapist, make_user

OURS = ("bookings.", "clinic.", "therapists.")


def every_view(patterns=None, namespace=""):
    """(name, view) of every route, as the resolver has them."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            name = pattern.name or pattern.lookup_str
            yield f"{namespace}:{name}" if namespace else name, pattern.callback
        else:
            inner = ":".join(filter(None, [namespace, pattern.namespace]))
            yield from every_view(pattern.url_patterns, inner)


VIEWS = list(every_view())


def is_ours(name, view):
    """What our ModelAdmins answer has its address, and its rule, from Django's admin."""
    return view.__module__.startswith(OURS) and not name.startswith("admin:")


def test_every_page_of_ours_is_marked_and_every_other_has_a_line_in_the_table():
    for name, view in VIEWS:
        assert hasattr(view, "roles") == is_ours(name, view), name
        who_may(view, name)


def test_a_page_for_whoever_has_signed_in_takes_a_request_that_says_who():
    """A type checker then knows that there is a login, and the roles that the policy asked for."""
    plain = set()
    for name, view in VIEWS:
        # What several doors mount takes either.
        if is_ours(name, view) and view.roles and not view.__module__.startswith("bookings.web."):
            request = next(iter(get_annotations(unwrap(view)).values()), HttpRequest)
            wanted = StaffRequest if view.roles <= STAFF else SignedInRequest
            if not issubclass(request, wanted):
                plain.add(f"{view.__module__}.{view.__name__}")
    assert plain == set()


def test_every_line_of_the_table_has_a_page_of_another_package():
    others = {name for name, view in VIEWS if not is_ours(name, view)}
    assert set(WHO_MAY) - others == set()
    assert {name.partition(":")[0] for name in others} >= set(WHO_MAY_IN)


@pytest.mark.urls("tests.clinic.demo.demo_urls")
def test_the_demos_pages_are_marked_too():
    for name, view in every_view():
        who_may(view, name)


def test_the_demo_has_no_page_outside_the_demo():
    assert not any(name.startswith("demo:") for name, _ in VIEWS)


def plainly(_request):
    return HttpResponse("A page.")


def data(view, name="a-page"):
    request = cast(PageRequest, RequestFactory().get("/"))
    request.user, request.htmx = AnonymousUser(), HtmxDetails(request)
    request.resolver_match = ResolverMatch(view, (), {}, url_name=name)
    return PolicyMiddleware(plainly).process_view(request, view, (), {})


def test_a_page_without_a_mark_is_refused():
    with pytest.raises(PermissionDenied):
        data(plainly)
    with pytest.raises(NoRule):
        who_may(plainly, "admin")


def test_one_view_may_stand_on_two_routes_with_two_rules():
    routes = [path("open/", plainly), path("desk/", plainly)]
    for_all, for_the_desk = (
        protected(roles, route)[0].callback
        for roles, route in zip((EVERYONE, DESK), routes, strict=True)
    )
    assert data(for_all) is None
    assert data(for_the_desk).status_code == 302


def test_a_mark_goes_before_a_line_of_the_table():
    (route,) = protected(NOBODY, path("", plainly))
    assert who_may(route.callback, "account_login") == NOBODY


@pytest.fixture
def somebody(client, db):
    """Signs in as somebody with that role."""
    make_clinic()
    for part in Component:
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
    where = {"HX-Request": "true", "HX-Current-URL": "http://testserver/diary/2026-12-03/"}
    response = somebody("anonymous").get("/desk/", headers=where)
    assert response["HX-Redirect"] == "/accounts/login/?next=/diary/2026-12-03/"


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
