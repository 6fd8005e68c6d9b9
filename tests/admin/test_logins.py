"""Logins, which are the owner's."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client as Browser
from django.urls import reverse

from bookings.core.roles import Role
from bookings.models import (
    User,
)
from tests import factories
from tests.admin.forms import (
    list_of,
    new,
    page_of,
    send,
    why_not,
)


@pytest.mark.parametrize("role", [Role.DESK, Role.RUNNER])
def test_only_the_owner_may_see_or_change_logins(clinic, owner, role):
    browser = Browser()
    # Even with every right of Django's own.
    browser.force_login(factories.make_user(role=role, is_superuser=True))
    for url in (list_of(User), new(User), page_of(owner)):
        assert browser.get(url).status_code in (302, 403)
        assert browser.post(url, {"email": "x@example.com"}).status_code in (302, 403)
    owner.refresh_from_db()
    assert owner.email == "owner@example.com"


def test_the_desk_cannot_link_a_login_to_a_client(ana, owner):
    browser, was = Browser(), ana.user
    browser.force_login(factories.make_user(role=Role.DESK, is_superuser=True))
    send(browser, page_of(ana), user=owner.pk, name="Ana B.")
    ana.refresh_from_db()
    assert (ana.user, ana.name) == (was, "Ana B.")


def test_the_logins_offered_for_a_therapist_are_no_runners_and_told_by_address(office, kim, ana):
    new_here = factories.make_user("ines@example.com", name="Ines")
    page = office.get(page_of(kim)).content.decode()
    assert "Ines, ines@example.com" in page
    assert ana.user.email not in page
    assert "A runner’s login" in why_not(send(office, page_of(kim), user=ana.user.pk))
    assert send(office, page_of(kim), user=new_here.pk).status_code == 302
    kim.refresh_from_db()
    assert kim.user == new_here


def test_the_owner_makes_a_login_without_a_password(office):
    """Its first is set behind a mailed link (tests/clinic/accounts/test_sessions.py)."""
    send(office, new(User), email="Desk@Example.com", name="Dee", role="desk")
    made = User.objects.get(email="desk@example.com")
    assert made.role == Role.DESK
    assert not made.has_usable_password()


def test_a_login_address_is_unique_whatever_its_case(office):
    page = send(office, new(User), email="OWNER@example.com", role="desk")
    assert "already exists" in why_not(page)


def test_changing_a_login_keeps_its_password(office):
    desk = factories.make_user(role=Role.DESK)
    send(office, page_of(desk), name="Dee")
    desk.refresh_from_db()
    assert desk.name == "Dee"
    assert desk.check_password(factories.PASSWORD)


def test_a_login_that_changes_its_address_loses_the_old_one(office):
    desk = factories.make_user("old@example.com", role=Role.DESK)
    EmailAddress.objects.create(user=desk, email="old@example.com", verified=True, primary=True)
    send(office, page_of(desk), email="new@example.com")
    assert not EmailAddress.objects.filter(user=desk).exists()


@pytest.mark.parametrize("typed", [{"role": "desk"}, {"is_active": ""}])
def test_the_last_owner_stays(office, owner, typed):
    assert "at least one active owner" in why_not(send(office, page_of(owner), **typed))
    factories.make_user(role=Role.OWNER)
    assert send(office, page_of(owner), **typed).status_code == 302


def test_the_only_owner_cannot_shut_themselves_out_by_a_slip_in_their_address(office, owner):
    slip = {"email": "demo-owner@exmaple.com"}
    assert "You are the only owner" in why_not(send(office, page_of(owner), **slip))
    factories.make_user(role=Role.OWNER)
    assert send(office, page_of(owner), **slip).status_code == 302


def test_a_login_that_is_closed_is_signed_out_at_once(office):
    desk = factories.make_user(role=Role.DESK)
    browser = Browser()
    browser.force_login(desk)
    assert browser.get("/desk/").status_code == 200
    assert send(office, page_of(desk), is_active="").status_code == 302
    assert browser.get("/desk/")["Location"].startswith("/accounts/login/")


def test_logins_are_never_deleted(office, owner):
    gone = reverse("admin:bookings_user_delete", args=[owner.pk])
    assert office.post(gone, {"post": "yes"}).status_code == 403
