"""Staff sign in with two things, and their sessions end."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client as Browser
from django.utils import timezone

from bookings.core.roles import Role
from bookings.models import User
from tests import factories
from tests.clinic.accounts.conftest import SECRET
from tests.clock import day_of
from tests.factories import PASSWORD
from tests.reading import first_match
from tests.roles.addresses import every_page
from tests.roles.world import templates_of_few_words
from tests.totp import code_of

SET_UP, AUTHENTICATE = "/accounts/2fa/", "/accounts/2fa/authenticate/"
APP = "/accounts/2fa/totp/activate/"
WHERE = {"day": "2026-12-01", "slug": "no-such-treatment", "app_label": "bookings"}
REACHABLE = {
    "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn", "account_reauthenticate", "account_logout",
}  # fmt: skip


@pytest.mark.parametrize("role", [Role.DESK, Role.OWNER, Role.THERAPIST])
def test_a_password_alone_opens_only_the_pages_that_set_a_factor_up(
    clinic, staff_need_a_factor, type_password, role, settings, tmp_path
):
    settings.TEMPLATES = templates_of_few_words(tmp_path)
    user = factories.make_user(role=Role.RUNNER if role == Role.THERAPIST else role)
    if role == Role.THERAPIST:
        factories.make_therapist(user=user)
    browser = type_password(user.email)
    for name, url in set(every_page(lambda _view, what: WHERE.get(what, "1"))):
        if name not in REACHABLE:
            response = browser.get(url)
            refused = response.status_code in (403, 404)
            assert refused or response["Location"] == SET_UP, (name, response.status_code)


def test_a_part_of_a_page_sends_the_whole_browser_there(desk, type_password):
    browser = type_password(desk.email)
    response = browser.get("/desk/", headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == SET_UP


def test_a_runner_needs_no_second_factor(clinic, staff_need_a_factor, type_password):
    runner = factories.make_user()
    assert type_password(runner.email).get("/account/").status_code == 200


@pytest.fixture
def set_up_an_app(transactional_db):
    """Returns the app's secret and the page that follows; it counts from the commit on."""

    def _set_up(browser):
        page = browser.get(APP, follow=True)
        if "Is it still you?" in page.content.decode():
            again = f"{page.request['PATH_INFO']}?next={APP}"
            page = browser.post(again, {"password": PASSWORD}, follow=True)
        secret = first_match(r'class="key">(\w+)<', page.content.decode())[1]
        return secret, browser.post(APP, {"code": code_of(secret)}, follow=True)

    return _set_up


def test_setting_up_an_app_opens_the_day_and_gives_recovery_codes(
    set_up_an_app, desk, type_password, mail_to
):
    browser = type_password(desk.email)
    _, page = set_up_an_app(browser)
    codes = re.findall(r"<code>(\d{8})</code>", page.content.decode())
    assert len(set(codes)) == 10
    assert browser.get("/desk/").status_code == 200
    assert "authenticator app was set up" in mail_to(desk.email)


def test_whoever_has_a_password_by_the_mailed_link_sets_one_up_all_the_same(
    set_up_an_app, desk, type_password, mail_to
):
    browser = Browser()
    browser.post("/accounts/password/reset/", {"email": desk.email})
    link = first_match(r"/accounts/password/reset/key/\S+", mail_to(desk.email))[0]
    form = browser.get(link, follow=True).request["PATH_INFO"]
    browser.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    set_up_an_app(type_password(desk.email))
    assert Authenticator.objects.filter(user=desk, type="totp").exists()


def test_the_next_time_the_app_is_asked(clock, set_up_an_app, desk, type_password):
    secret, _ = set_up_an_app(type_password(desk.email))
    browser = type_password(desk.email)
    assert "_auth_user_id" not in browser.session
    clock.move_to(timezone.now() + timedelta(minutes=2))
    response = browser.post(AUTHENTICATE, {"code": code_of(secret)})
    assert response["Location"] == "/desk/"


def test_a_code_of_the_app_is_good_once(with_an_app, type_password):
    code = code_of(SECRET)
    first, second = (type_password(with_an_app.email) for _ in range(2))
    first.post(AUTHENTICATE, {"code": code})
    second.post(AUTHENTICATE, {"code": code})
    assert "_auth_user_id" in first.session
    assert "_auth_user_id" not in second.session


def test_a_recovery_code_opens_the_door_once(set_up_an_app, desk, type_password):
    _, page = set_up_an_app(type_password(desk.email))
    code = first_match(r"<code>(\d{8})</code>", page.content.decode())[1]
    first, second = (type_password(desk.email) for _ in range(2))
    assert first.post(AUTHENTICATE, {"code": code})["Location"] == "/desk/"
    assert second.post(AUTHENTICATE, {"code": code}).status_code == 200
    assert "_auth_user_id" not in second.session


def test_guessing_codes_of_the_app_ends(with_an_app, type_password):
    browser = type_password(with_an_app.email)
    for _ in range(5):
        browser.post(AUTHENTICATE, {"code": "000000"})
    browser.post(AUTHENTICATE, {"code": code_of(SECRET)})
    assert "_auth_user_id" not in browser.session


def test_a_session_from_before_ends_with_a_factor_set_up_elsewhere(
    set_up_an_app, desk, type_password
):
    stolen, mine = type_password(desk.email), type_password(desk.email)
    set_up_an_app(mine)
    assert stolen.get("/desk/")["Location"].startswith("/accounts/login/")
    assert mine.get("/desk/").status_code == 200


def test_staff_keep_their_last_factor(signed_in_with_app, with_an_app):
    again = {"code": code_of(SECRET, at=timezone.now().timestamp() + 30)}
    off = "/accounts/2fa/totp/deactivate/"
    signed_in_with_app.post(f"/accounts/2fa/reauthenticate/?next={off}", again)
    page = signed_in_with_app.post(off)
    assert "Add another one first" in page.content.decode()
    assert Authenticator.objects.filter(user=with_an_app, type="totp").exists()


def test_a_runner_may_remove_it(clinic, type_password):
    runner = factories.make_user()
    TOTP.activate(runner, SECRET)
    browser = type_password(runner.email)
    browser.post(AUTHENTICATE, {"code": code_of(SECRET)})
    off = "/accounts/2fa/totp/deactivate/"
    browser.post(f"/accounts/reauthenticate/?next={off}", {"password": PASSWORD})
    browser.post(off)
    assert not Authenticator.objects.filter(user=runner).exists()


def test_a_secret_lies_sealed_in_the_database(with_an_app):
    kept = Authenticator.objects.get(user=with_an_app)
    assert SECRET not in str(kept.data)
    assert kept.wrap().validate_code(code_of(SECRET))


def test_the_admins_own_form_is_no_way_around(desk):
    assert Browser().get("/admin/login/")["Location"].startswith("/accounts/login/?next=")
    data = {"username": desk.email, "password": PASSWORD}
    browser = Browser()
    browser.post("/admin/login/", data)
    assert "_auth_user_id" not in browser.session


@pytest.fixture
def later(clock):
    """What a browser gets that has waited so long since the test began."""
    began = timezone.now()

    def _later(browser, url="/desk/", **wait):
        clock.move_to(began + timedelta(**wait))
        return browser.get(url)

    return _later


def test_staff_who_have_been_away_sign_in_again(signed_in_with_app, later):
    assert later(signed_in_with_app, minutes=119).status_code == 200
    response = later(signed_in_with_app, minutes=119 + 121)
    assert response["Location"].startswith("/accounts/login/?next=")
    assert signed_in_with_app.get("/desk/")["Location"].startswith("/accounts/login/")


def test_staff_sign_in_again_after_a_days_work_however_busy(signed_in_with_app, later):
    for hour in range(1, 12):
        assert later(signed_in_with_app, hours=hour).status_code == 200
    assert later(signed_in_with_app, hours=12)["Location"].startswith("/accounts/login/")


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(signed_in_with_app, later):
    today = day_of(timezone.now()).isoformat()
    for minutes in range(10, 120, 10):
        later(signed_in_with_app, f"/diary/{today}/feed/", minutes=minutes)
    assert later(signed_in_with_app, minutes=121)["Location"].startswith("/accounts/login/")


def test_a_runner_stays_signed_in(clinic, type_password, later):
    browser = type_password(factories.make_user().email)
    assert later(browser, "/account/", days=10).status_code == 200


def test_whoever_becomes_staff_needs_a_factor_from_that_moment(
    clinic, staff_need_a_factor, type_password
):
    user = factories.make_user()
    browser = type_password(user.email)
    User.objects.filter(pk=user.pk).update(role=Role.DESK)
    assert browser.get("/desk/")["Location"].startswith("/accounts/login/")
    assert type_password(user.email).get("/desk/")["Location"] == SET_UP


def test_nobody_changes_the_address_of_a_login_by_themselves(signed_in_with_app):
    shown = signed_in_with_app.get("/accounts/email/")
    assert "The owner of the clinic changes it" in shown.content.decode()
    assert "<input" not in shown.content.decode().split("<main")[1].split("</main")[0]
    assert (
        signed_in_with_app.post("/accounts/email/", {"email": "x@example.com"}).status_code == 405
    )


def test_a_runner_is_told_how_to_have_another_address(clinic, type_password):
    runner = factories.make_user("ana@example.com")
    browser = type_password(runner.email)
    shown = browser.get("/accounts/email/").content.decode()
    assert "ana@example.com" in shown
    assert clinic.phone in shown
    assert f"mailto:{clinic.email}" in shown
    assert "owner" not in shown
    assert "/accounts/email/" in browser.get(SET_UP).content.decode()
    refused = browser.get("/desk/").content.decode()
    assert "ask the owner" not in refused
    assert clinic.phone in refused


# A lost phone


def test_who_has_lost_the_phone_is_told_whom_to_ask_and_offered_no_passkey_they_have_not(
    with_an_app, clinic, type_password
):
    browser = type_password(with_an_app.email)
    shown = browser.get(AUTHENTICATE).content.decode()
    assert "Lost your phone? Ask the owner of the clinic to reset it" in shown
    assert clinic.phone in shown
    assert "passkey" not in shown.split("<main")[1]


def test_showing_it_again_gives_a_session_of_a_new_name(signed_in_with_app, clock):
    before = signed_in_with_app.cookies["sessionid"].value
    thief = Browser()
    thief.cookies["sessionid"] = before
    assert thief.get("/desk/").status_code == 200
    clock.move_to(timezone.now() + timedelta(minutes=10))
    signed_in_with_app.post("/accounts/2fa/reauthenticate/", {"code": code_of(SECRET)})
    assert signed_in_with_app.cookies["sessionid"].value != before
    assert signed_in_with_app.get("/desk/").status_code == 200
    assert thief.get("/desk/")["Location"].startswith("/accounts/login/")
