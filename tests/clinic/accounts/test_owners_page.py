"""What the owner does with somebody's login, and what that person and every owner are told."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as site
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from bookings.actions import logins
from bookings.core.roles import Role
from bookings.models import SignInEvent, SignInMail, Therapist, User
from tests import factories
from tests.admin.forms import filled, new, page_of, send
from tests.clinic.accounts.conftest import CODE_PAGE, CONFIRM, SECRET, is_still_you
from tests.clinic.accounts.test_sessions import (
    ANOTHER,
    FIREFOX,
    SAFARI,
    SIGN_INS,
    is_in,
    login_page,
    mails_to,
    new_password,
    page,
    with_agent,
)
from tests.factories import PASSWORD
from tests.reading import first_match
from tests.totp import code_of
from therapists import feeds
from therapists.models import Feed

SITE = site.SITE_URL


@pytest.fixture
def deb(kim, clinic):
    """The login of a therapist."""
    return kim.user


def newest(address) -> SignInMail:
    return SignInMail.objects.filter(address=address).latest("pk")


# Off and on


def test_a_login_is_switched_off_and_on_again_on_its_page(dee, owner, owners, type_password):
    hers = type_password(dee.email)
    owners.post(login_page(dee), {"do": "off"})
    dee.refresh_from_db()
    assert not dee.is_active
    assert not is_in(hers)
    assert not is_in(type_password(dee.email))
    assert "switched off" in page(owners, login_page(dee))
    assert "switched off" in newest(dee.email).subject
    assert "switched off" in newest(owner.email).body
    owners.post(login_page(dee), {"do": "on"})
    assert is_in(type_password(dee.email))
    assert not is_in(hers)
    assert "switched on" in mails_to(dee.email)
    assert list(
        SignInEvent.objects.filter(kind="login_changed")
        .order_by("pk")
        .values_list("how", flat=True)
    ) == ["off", "on"]


def reset_link(login) -> str:
    """Asked for by themselves."""
    Browser().post("/accounts/password/reset/", {"email": login.email})
    return re.findall(r"/accounts/password/reset/key/\S+", newest(login.email).body)[-1]


def set_by(link, password=ANOTHER) -> str:
    browser = Browser()
    form = browser.get(link, follow=True).request["PATH_INFO"]
    answer = browser.post(form, {"password1": password, "password2": password}, follow=True)
    return answer.content.decode()


def by_its_page(owners, login, *, on: bool):
    owners.post(login_page(login), {"do": "on" if on else "off"})


def in_the_admin(owners, login, *, on: bool):
    send(owners, page_of(login), is_active="on" if on else "")


@pytest.mark.parametrize("switch", [by_its_page, in_the_admin])
def test_a_link_asked_for_before_sets_no_password_while_off_nor_once_on_again(dee, owners, switch):
    link = reset_link(dee)
    switch(owners, dee, on=False)
    assert "has had its time" in set_by(link)
    switch(owners, dee, on=True)
    assert "has had its time" in set_by(link)
    dee.refresh_from_db()
    assert dee.check_password(PASSWORD)
    set_by(reset_link(dee))
    dee.refresh_from_db()
    assert dee.check_password(ANOTHER)


def test_a_form_for_a_new_password_that_was_open_meanwhile_sets_none(dee, owners):
    browser = Browser()
    form = browser.get(reset_link(dee), follow=True).request["PATH_INFO"]
    by_its_page(owners, dee, on=False)
    browser.post(form, {"password1": ANOTHER, "password2": ANOTHER})
    dee.refresh_from_db()
    assert dee.check_password(PASSWORD)


def test_a_code_held_before_opens_nothing_once_it_is_on_again(clinic, owners, mailed_code):
    factories.make_client("Bo Demo", email="bo@example.com")
    browser = Browser()
    browser.post(CODE_PAGE, {"email": "bo@example.com"})
    code = mailed_code("bo@example.com")
    login = User.objects.get(email="bo@example.com")
    by_its_page(owners, login, on=False)
    by_its_page(owners, login, on=True)
    browser.post(CONFIRM, {"code": code})
    assert not is_in(browser)


def test_a_second_link_to_a_new_password_ends_the_first(dee, owners):
    owners.post(login_page(dee), {"do": "password"})
    first = re.findall(r"/accounts/password/reset/key/\S+", newest(dee.email).body)[-1]
    owners.post(login_page(dee), {"do": "password"})
    assert "has had its time" in set_by(first)


def invited(owners, **typed) -> User:
    """A login that its owner's first mail has just told of."""
    sent = {"email": "ines@example.com", "name": "Ines", "role": "runner", **typed}
    send(owners, new(User), **sent)
    return User.objects.get(email=sent["email"])


def chooses_a_password(login, link) -> bool:
    set_by(link)
    login.refresh_from_db()
    return login.check_password(ANOTHER)


def newest_link(address) -> str:
    found = SignInMail.objects.filter(address=address, subject__startswith="Your login at")
    return first_match(r"/accounts/password/reset/key/\S+", found.latest("pk").body)[0]


def test_a_new_therapist_chooses_a_password_by_the_invitation_once_linked(owners, kim):
    """In the owner's two steps: the login is made, then linked on the therapist's page."""
    ines = invited(owners)
    link = newest_link(ines.email)
    Therapist.objects.filter(pk=kim.pk).update(user=None)
    send(owners, page_of(kim), user=str(ines.pk))
    assert Therapist.objects.get(pk=kim.pk).user == ines
    assert "role" in newest(ines.email).subject
    assert chooses_a_password(ines, link)


def test_once_they_have_signed_in_being_linked_ends_the_links_of_before(owners, dee, kim):
    Therapist.objects.filter(pk=kim.pk).update(user=None)
    link = reset_link(dee)
    send(owners, page_of(kim), user=str(dee.pk))
    assert not chooses_a_password(dee, link)


def test_whose_address_is_put_right_is_invited_there_and_the_first_link_is_over(owners):
    ines = invited(owners, email="inse@example.com")
    wrong = newest_link("inse@example.com")
    send(owners, page_of(ines), email="ines@example.com")
    assert not chooses_a_password(ines, wrong)
    assert chooses_a_password(ines, newest_link("ines@example.com"))


@pytest.mark.parametrize("switch", [by_its_page, in_the_admin])
def test_whoever_is_switched_on_before_they_chose_a_password_is_invited_again(owners, switch):
    ines = invited(owners)
    switch(owners, ines, on=False)
    switch(owners, ines, on=True)
    assert chooses_a_password(ines, newest_link(ines.email))


def test_a_runner_who_has_asked_for_a_code_is_not_invited_when_switched_on(owners):
    factories.make_client("Bo Demo", email="bo@example.com")
    Browser().post(CODE_PAGE, {"email": "bo@example.com"})
    bo = User.objects.get(email="bo@example.com")
    for switch in (by_its_page, in_the_admin):
        switch(owners, bo, on=False)
        switch(owners, bo, on=True)
    send(owners, page_of(bo), email="bo@new.example.com")
    assert not SignInMail.objects.filter(subject__startswith="Your login at").exists()


def end_everywhere(owners, login, _kim):
    owners.post(login_page(login), {"do": "end"})


def take_password(owners, login, _kim):
    owners.post(login_page(login), {"do": "password"})


def off_and_on(owners, login, _kim):
    by_its_page(owners, login, on=False)
    by_its_page(owners, login, on=True)


def off_and_on_in_the_admin(owners, login, _kim):
    in_the_admin(owners, login, on=False)
    in_the_admin(owners, login, on=True)


def out_and_in_again(owners, login, kim):
    owners.post(login_page(login), {"do": "out"})
    send(owners, page_of(kim), active="on")


@pytest.mark.parametrize(
    "ends", [end_everywhere, take_password, off_and_on, off_and_on_in_the_admin, out_and_in_again]
)
def test_a_therapists_calendar_ends_for_good_with_what_their_login_opened(deb, kim, owners, ends):
    address = feeds.url_of(feeds.renew(therapist=kim)).removeprefix(SITE)
    assert Browser().get(address).status_code == 200
    ends(owners, deb, kim)
    assert Browser().get(address).status_code == 404
    again = feeds.url_of(Feed.objects.get(therapist=kim)).removeprefix(SITE)
    assert Browser().get(again).status_code == 200


def test_the_page_and_the_mails_say_so(deb, owners):
    shown = page(owners, login_page(deb))
    assert shown.count("calendar") >= 3
    owners.post(login_page(deb), {"do": "end"})
    assert "that address has ended" in newest(deb.email).body


def test_a_runners_calendar_ends_with_their_login_too(owners):
    bo = factories.make_client("Bo Demo", user=factories.make_user("bo@example.com"))
    address = feeds.url_of(feeds.renew(client=bo)).removeprefix(SITE)
    off_and_on(owners, bo.user, None)
    assert Browser().get(address).status_code == 404


def test_what_is_off_is_not_switched_off_again_and_gets_no_link(dee, owner, owners):
    by_its_page(owners, dee, on=False)
    told = SignInMail.objects.count()
    again = owners.post(login_page(dee), {"do": "off"}, follow=True).content.decode()
    assert "switched off already" in again
    refused = owners.post(login_page(dee), {"do": "password"}, follow=True).content.decode()
    assert "no link is mailed" in refused
    assert "on its way" not in refused
    dee.refresh_from_db()
    assert dee.has_usable_password()
    by_its_page(owners, dee, on=True)
    told_on = SignInMail.objects.count()
    again = owners.post(login_page(dee), {"do": "on"}, follow=True).content.decode()
    assert "switched on already" in again
    assert (told, SignInMail.objects.count()) == (told_on - 2, told_on)


def test_nobody_switches_off_their_own_and_no_last_owner_is_shut_out(owner, owners):
    owners.post(login_page(owner), {"do": "off"})
    owner.refresh_from_db()
    assert owner.is_active
    with pytest.raises(logins.LastOwner):
        logins.switch(owner, on=False, by="owner: 1", by_name="x", now=owner.created_at)
    second = factories.make_user("otto@example.com", role=Role.OWNER)
    owners.post(login_page(second), {"do": "off"})
    second.refresh_from_db()
    assert not second.is_active
    with pytest.raises(logins.LastOwner):  # who is switched off is none
        logins.switch(owner, on=False, by="owner: 1", by_name="x", now=owner.created_at)


def test_who_is_still_offered_to_runners_is_said_and_taken_out_with_the_visits_first(
    deb, kim, owners, visit
):
    there = visit(factories.make_client("Ana Demo"))
    assert "goes on being offered" in page(owners, login_page(deb))
    owners.post(login_page(deb), {"do": "off"})
    assert "is still offered to runners" in page(owners, login_page(deb))
    asked = owners.post(login_page(deb), {"do": "out"})
    assert asked.status_code == 409
    assert reverse("diary:appointment", args=[there.pk]) in asked.content.decode()
    assert Therapist.objects.get(pk=kim.pk).active
    digest = first_match(r'name="accepted" value="(\w+)"', asked.content.decode())[1]
    out = {"do": "out", "accepted": digest}
    done = owners.post(login_page(deb), out, follow=True).content.decode()
    assert f'<a href="{reverse("diary:stranded")}">Settle the visits that stand</a>' in done
    assert not Therapist.objects.get(pk=kim.pk).active
    assert "still offered" not in page(owners, login_page(deb))


def test_a_therapist_who_has_come_back_is_offered_again_by_a_press_that_is_asked_about(
    deb, kim, owners
):
    owners.post(login_page(deb), {"do": "off"})
    owners.post(login_page(deb), {"do": "out"})
    assert "Offer them" not in page(owners, login_page(deb))  # nobody can sign in with it
    owners.post(login_page(deb), {"do": "in"})
    assert not Therapist.objects.get(pk=kim.pk).active
    owners.post(login_page(deb), {"do": "on"})
    shown = page(owners, login_page(deb))
    assert "Offer them to runners again" in shown
    assert f"/office/therapists/{kim.pk}/" in shown
    outside = re.sub(r"<details.*?</details>", "", shown, flags=re.DOTALL)
    assert 'value="in"' not in outside
    assert 'value="in"' in shown
    done = owners.post(login_page(deb), {"do": "in"}, follow=True).content.decode()
    assert "again" in done
    assert Therapist.objects.get(pk=kim.pk).active
    assert "Offer them to runners again" not in page(owners, login_page(deb))


# Asked once more who it is


def test_what_is_done_to_somebodys_login_is_asked_about_again_after_a_while(
    dee, owner, owners, clock
):
    assert "Is it still you?" not in page(owners, login_page(dee))
    clock.move_to(timezone.now() + timedelta(minutes=16))
    for url in (login_page(dee), page_of(dee)):
        assert "Is it still you?" in owners.get(url, follow=True).content.decode(), url
    asked = owners.post(login_page(dee), {"do": "password"})
    assert asked["Location"].startswith("/accounts/reauthenticate/?next=")
    dee.refresh_from_db()
    assert dee.has_usable_password()
    wrong = owners.post(asked["Location"], {"password": "not this"})
    assert wrong.status_code == 200
    sent = {"password": PASSWORD, "next": login_page(dee)}
    done = owners.post(asked["Location"], sent, follow=True)
    assert done.request["PATH_INFO"] == login_page(dee)
    dee.refresh_from_db()
    assert not dee.has_usable_password()


def gives_power(owner, deb, kim, clinic):
    """What each page of the admin that gives power is sent."""
    kim.active = False
    kim.save()
    linked = factories.make_client("Ana Demo")
    return [
        (kim, {"active": "on"}),
        (kim, {"user": deb.pk}),
        (linked, {"user": deb.pk}),
        (clinic, {"care_days": 3000}),
        (clinic, {"embed_origins": "https://club.example"}),
    ]


def test_whatever_gives_power_in_the_admin_is_asked_about_again_and_then_done(
    owner, owners, dee, kim, clinic, clock
):
    for row, typed in gives_power(owner, dee, kim, clinic):
        is_still_you(owners)
        form = {**filled(owners.get(page_of(row))), **typed}
        clock.move_to(timezone.now() + timedelta(minutes=16))
        asked = owners.post(page_of(row), form)
        assert asked["Location"].startswith("/accounts/reauthenticate/"), typed
        [name] = typed
        was, model = getattr(row, f"{name}_id", getattr(row, name)), type(row)
        assert model.objects.values_list(name, flat=True).get(pk=row.pk) == was
        owners.post(asked["Location"], {"password": PASSWORD, "next": page_of(row)}, follow=True)
        assert model.objects.values_list(name, flat=True).get(pk=row.pk) != was, typed


def test_a_therapists_name_is_changed_without_being_asked(owners, kim, clock):
    clock.move_to(timezone.now() + timedelta(minutes=16))
    assert send(owners, page_of(kim), name="Kim B.")["Location"].startswith("/admin/")


def test_what_was_typed_before_it_was_asked_is_not_lost(dee, owners, clock):
    form = filled(owners.get(page_of(dee)))
    clock.move_to(timezone.now() + timedelta(minutes=16))
    asked = owners.post(page_of(dee), {**form, "name": "Dee B.", "email": "no address"})
    sent = {"password": PASSWORD, "next": page_of(dee)}
    wrong = owners.post(asked["Location"], sent, follow=True).content.decode()
    assert 'value="Dee B."' in wrong
    assert f'action="{page_of(dee)}"' in wrong


def test_visits_that_stand_are_shown_after_it_too_and_lead_to_the_page(deb, owners, visit, clock):
    visit(factories.make_client("Ana Demo"))
    owners.post(login_page(deb), {"do": "off"})
    clock.move_to(timezone.now() + timedelta(minutes=16))
    asked = owners.post(login_page(deb), {"do": "out"})
    sent = {"password": PASSWORD, "next": login_page(deb)}
    shown = owners.post(asked["Location"], sent, follow=True)
    assert shown.status_code == 409
    forms = re.findall(
        r'<form(?! class="sign-out")[^>]*method="post"[^>]*>', shown.content.decode()
    )
    assert [form for form in forms if "action=" not in form] == []


# Whose doing it is


def test_what_the_owner_ends_or_takes_away_is_the_owners_and_in_no_browser_of_theirs(
    dee, owner, type_password
):
    TOTP.activate(dee, SECRET)
    olgas = is_still_you(type_password(owner.email, with_agent(SAFARI)))
    SignInEvent.objects.all().delete()
    for do in ("end", "password", "factors"):
        olgas.post(login_page(dee), {"do": do})
    found = SignInEvent.objects.filter(user=dee)
    assert {one.kind for one in found} == {
        "sessions_ended", "password_reset", "link_mailed", "factors_reset", "factor_removed",
    }  # fmt: skip
    assert {(one.by, one.browser, one.network) for one in found} == {(f"owner: {owner.pk}", "", "")}
    shown = page(olgas, login_page(dee)).split("What happened lately")[1]
    assert "Olga" in shown
    assert "Safari" not in shown


# One session


def test_two_browsers_of_one_name_are_told_apart_by_their_network(dee, owners, type_password):
    here = type_password(dee.email, with_agent(FIREFOX, REMOTE_ADDR="192.0.2.1"))
    type_password(dee.email, with_agent(FIREFOX, REMOTE_ADDR="192.0.2.1"))
    type_password(dee.email, with_agent(FIREFOX, REMOTE_ADDR="198.51.100.7"))
    hers, shown = page(here), page(owners, login_page(dee)).split("End it, or take it away")[0]
    assert hers.count("from the network you are in now") == 1
    assert hers.count("from another network than this one") == 1
    networks = re.findall(r"from network (\w{6})\b", shown)
    assert len(networks) == 3
    assert len(set(networks)) == 2
    for address in ("192.0.2.1", "198.51.100.7"):
        assert address not in hers + shown


def test_a_browser_that_says_nothing_of_itself_is_called_another_one(dee, owners, type_password):
    type_password(dee.email, with_agent(""))
    here = type_password(dee.email, with_agent(FIREFOX))
    for shown in (page(here), page(owners, login_page(dee))):
        assert 'End<span class="visually-hidden">: Another browser, since' in shown
        assert ">: ," not in shown
    number = first_match(r'name="end" value="(\w{16})"', page(here))[1]
    owners.post(login_page(dee), {"do": "end one", "end": number})
    assert "signed out of your login: Another browser, signed in since" in newest(dee.email).body


def test_the_owner_ends_one_of_somebodys_sessions_and_no_other(dee, owner, owners, type_password):
    fox, safari = (type_password(dee.email, with_agent(one)) for one in (FIREFOX, SAFARI))
    shown = page(owners, login_page(dee))
    number = first_match(r'name="end" value="(\w{16})"', shown[shown.index("Safari, iPhone") :])[1]
    owners.post(login_page(dee), {"do": "end one", "end": number})
    assert is_in(fox)
    assert not is_in(safari)
    assert "Safari, iPhone" in newest(dee.email).body
    told = SignInMail.objects.count()
    owners.post(login_page(dee), {"do": "end one", "end": number})
    owners.post(login_page(dee), {"do": "end one", "end": "nonsense"})
    assert is_in(fox)
    assert SignInMail.objects.count() == told


def test_who_is_signed_out_by_the_owner_is_told_and_every_owner(dee, owner, owners):
    owners.post(login_page(dee), {"do": "end"})
    assert "signed out in every browser" in newest(dee.email).body
    assert "Dee was signed out" in newest(owner.email).body


# What the mails say


@pytest.mark.parametrize(
    ("typed", "said", "not_said"),
    [
        ({"email": "new@example.com"}, "another address", "role"),
        ({"role": "owner"}, "its role is now “Owner”", "address"),
        ({"is_active": ""}, "switched off", "role"),
    ],
)
def test_a_mail_says_what_was_changed_and_what_to_do(dee, owner, owners, typed, said, not_said):
    send(owners, page_of(dee), **typed)
    for told in (newest(dee.email), newest(owner.email)):
        assert said in " ".join(told.body.split())
        assert not_said not in told.body
        assert "  " not in told.body
    assert "please ring us" in newest(dee.email).body
    assert login_page(dee) in newest(owner.email).body


def test_who_becomes_a_therapist_is_told_so(owner, owners, clinic):
    other = factories.make_therapist("Lee Demo", user=None)
    login = factories.make_user("lee@example.com", name="Lee Demo")
    send(owners, page_of(other), user=login.pk)
    assert "its role is now “Therapist”" in newest(login.email).body


def test_a_mail_about_what_one_has_done_says_how_to_undo_it(dee, type_password, sign_in_by_code):
    new_password(type_password(dee.email))
    assert "/accounts/password/reset/" in newest(dee.email).body
    factories.make_client("Bo Demo", email="bo@example.com")
    runner = sign_in_by_code("bo@example.com")
    sign_in_by_code("bo@example.com")
    told = newest("bo@example.com").body
    assert "/accounts/sessions/" in told
    assert "change your password" not in told  # there is none
    assert "mailbox" in told
    assert "change your password" not in page(runner)
    other = factories.make_user("otto@example.com", role=Role.OWNER)
    assert "change your password" in page(type_password(other.email))


@pytest.mark.parametrize("needed", [True, False])
def test_the_words_about_a_new_factor_are_what_happens(dee, owner, settings, needed):
    settings.STAFF_NEED_A_SECOND_FACTOR = needed
    for login in (dee, owner):
        TOTP.activate(login, SECRET)
    browser = Browser()
    browser.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    is_still_you(browser)
    assert ("when they next sign in" in page(browser, login_page(dee))) is needed
    done = browser.post(login_page(dee), {"do": "factors"}, follow=True).content.decode()
    assert ("set up a new second factor when they sign in" in done) is needed
    assert ("you are asked to set up a new one" in newest(dee.email).body) is needed
    assert ("until you set one up" in newest(dee.email).body) is not needed


# A password that was taken away


def set_by_link(address, password) -> str:
    link = re.findall(r"/accounts/password/reset/key/\S+", mails_to(address))[-1]
    return set_by(link, password)


def test_a_password_that_was_taken_away_is_not_set_again(dee, owners, type_password):
    owners.post(login_page(dee), {"do": "password"})
    owners.post(login_page(dee), {"do": "password"})  # and again changes nothing of it
    dee.refresh_from_db()
    assert not dee.has_usable_password()
    assert not is_in(type_password(dee.email))
    assert "has had so far" in set_by_link(dee.email, PASSWORD)
    dee.refresh_from_db()
    assert not dee.has_usable_password()
    set_by_link(dee.email, ANOTHER)
    dee.refresh_from_db()
    assert dee.check_password(ANOTHER)


def test_nor_does_a_change_take_the_same_one(dee, type_password):
    answer = new_password(type_password(dee.email), new=PASSWORD)
    assert "has had so far" in answer.content.decode()


# Asked first

TAKES_AWAY = re.compile(r"<button[^>]*(?:name=\"(?:end|do)\"|btn-danger)[^>]*>")


def test_what_takes_something_away_asks_first(deb, dee, owner, owners, type_password, settings):
    TOTP.activate(dee, SECRET)
    owners.post(login_page(dee), {"do": "none"})
    factories.make_client("Deb", email=deb.email, user=deb)
    hers = type_password(deb.email)
    type_password(deb.email)
    pages = [
        page(owners, login_page(dee)),
        page(owners, login_page(deb)),
        page(hers),
        page(hers, "/account/"),
        page(owners, f"/desk/mails/client/{deb.client.pk}/"),
    ]
    for shown in pages:
        outside = re.sub(r"<details.*?</details>", "", shown, flags=re.DOTALL)
        assert len(outside) < len(shown)
        assert TAKES_AWAY.findall(outside) == []
        assert "end-links" not in outside or "<button" not in outside.split("end-links")[1][:300]


# Whose pages they are


def test_a_therapists_pages_about_signing_in_are_a_therapists(deb, dee, owners, type_password):
    assert "therapist" in page(owners, login_page(deb)).split('class="lead')[1].split("</p>")[0]
    assert ", runner" not in page(owners, login_page(deb))
    hers, desks = type_password(deb.email), type_password(dee.email)
    for url in ("/accounts/2fa/", "/accounts/sessions/", "/accounts/password/change/", "/nowhere/"):
        assert 'href="/today/"' in page(hers, url), url
        assert 'data-shortcut="new"' in page(desks, url), url
        assert "Your bookings" not in page(hers, url), url
    assert hers.get(SIGN_INS).status_code == 403
    assert 'href="/today/"' in page(hers, SIGN_INS)
    deb.password = "!"
    deb.save()
    assert "mailed code" not in page(hers, "/accounts/password/set/")


def test_a_runner_sees_a_runners(clinic, type_password):
    runner = factories.make_user("ana@example.com")
    shown = page(type_password(runner.email), "/accounts/2fa/")
    assert "Your bookings" in shown
    assert "Diary" not in shown
