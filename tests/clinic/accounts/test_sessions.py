"""People see where they are signed in and end it; what changes a login ends it elsewhere; and
all that happens about signing in is noted, for the log and for the owner.
"""

import json
import logging
import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import SESSION_KEY
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.core.roles import Role
from bookings.models import BrowserSession, Clinic, SignInEvent, SignInMail, Therapist, User
from clinic import tasks
from clinic.accounts.sessions import SessionStore
from clinic.monitoring.json_logs import JsonFormatter
from tests import factories
from tests.admin.forms import new, page_of, send
from tests.clinic.accounts.conftest import CODE_PAGE, CONFIRM, SECRET, is_still_you
from tests.factories import PASSWORD
from tests.reading import first_match, present
from tests.totp import code_of
from therapists import feeds

SESSIONS, SIGN_INS = "/accounts/sessions/", "/desk/sign-ins/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)
ANOTHER = "another-one-that-is-long"


def with_agent(agent: str, **more) -> Browser:
    return Browser(headers={"user-agent": agent}, **more)


def page(browser, url=SESSIONS) -> str:
    return browser.get(url).content.decode()


def is_in(browser) -> bool:
    """By what its next request gets."""
    return browser.get("/accounts/2fa/").status_code == 200


def ids(browser) -> list[str]:
    """What its page would send to end one of the others."""
    return re.findall(r'name="end" value="([0-9a-f]{16})"', page(browser))


def login_page(user) -> str:
    return f"/desk/logins/{user.pk}/"


def new_password(browser, old=PASSWORD, new=ANOTHER):
    return browser.post(
        "/accounts/password/change/", {"oldpassword": old, "password1": new, "password2": new}
    )


@pytest.fixture
def runner(clinic):
    return factories.make_user("ana@example.com", name="Ana Demo")


@pytest.fixture
def two(type_password):
    """Signed in twice with a password, in two browsers."""

    def _two(user):
        return [type_password(user.email, with_agent(agent)) for agent in (FIREFOX, SAFARI)]

    return _two


# Where one is signed in


def test_a_runner_sees_both_browsers_and_ends_one(clinic, sign_in_by_code):
    factories.make_client("Ana Demo", email="ana@example.com")
    here, there = (
        sign_in_by_code("ana@example.com", with_agent(agent)) for agent in (FIREFOX, SAFARI)
    )
    shown = page(here)
    assert "Firefox, Linux" in shown
    assert "Safari, iPhone" in shown
    [other] = ids(here)
    here.post(SESSIONS, {"end": other})
    assert not is_in(there)
    assert is_in(here)
    assert "Safari, iPhone" not in page(here)


def test_staff_with_a_factor_end_all_others_at_once(with_an_app, type_password):
    browsers = []
    for number in range(3):
        browser = type_password(with_an_app.email)
        with_code = {"code": code_of(SECRET, at=timezone.now().timestamp() + 30 * (number - 1))}
        browser.post("/accounts/2fa/authenticate/", with_code)
        browsers.append(browser)
    assert all(map(is_in, browsers))
    browsers[0].post(SESSIONS, {"end": "others"})
    assert [is_in(one) for one in browsers] == [True, False, False]


def test_all_end_the_one_here_too(runner, two):
    here, there = two(runner)
    assert here.post(SESSIONS, {"end": "all"})["Location"] == "/accounts/login/"
    assert not is_in(here)
    assert not is_in(there)


def test_a_sign_in_that_was_only_begun_ends_too(with_an_app, signed_in_with_app, type_password):
    begun = type_password(with_an_app.email)
    signed_in_with_app.post(SESSIONS, {"end": "others"})
    begun.post(
        "/accounts/2fa/authenticate/",
        {"code": code_of(SECRET, at=timezone.now().timestamp() + 30)},
    )
    assert not is_in(begun)


def test_nobody_ends_somebody_elses(runner, dee, two):
    hers, _ = two(runner)
    theirs, _ = two(dee)
    [other] = ids(theirs)
    hers.post(SESSIONS, {"end": other})
    hers.post(SESSIONS, {"end": "nonsense"})
    assert len(ids(theirs)) == 1


def test_a_page_holds_nothing_that_opens_a_session(runner, two):
    here, there = two(runner)
    assert there.session.session_key not in page(here)
    assert there.session.session_key[:16] not in page(here)


def test_what_is_over_is_not_listed(runner, dee, two, clock):
    hers, _ = two(runner)
    deskss, _ = two(dee)
    clock.move_to(timezone.now() + timedelta(minutes=100))
    assert len(ids(deskss)) == 1
    clock.move_to(timezone.now() + timedelta(minutes=100))
    assert is_in(deskss)
    assert ids(deskss) == []  # staff who are away are signed out
    assert len(ids(hers)) == 1
    clock.move_to(timezone.now() + timedelta(days=13))
    assert is_in(hers)
    clock.move_to(timezone.now() + timedelta(days=13))
    assert is_in(hers)
    assert ids(hers) == []


def test_a_runner_signs_in_again_in_the_end_however_often_they_come(runner, two, clock, settings):
    here, _ = two(runner)
    for _week in range(settings.RUNNERS_SIGNED_IN_DAYS // 10):
        assert is_in(here)
        clock.move_to(timezone.now() + timedelta(days=10))
    assert not is_in(here)
    assert "it had been a while" in page(here, "/accounts/login/")


def questions(browser, url) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url).status_code == 200
    return len(asked)


def test_thirty_sessions_cost_what_one_does(runner, owners, type_password):
    here = type_password(runner.email)
    before = questions(here, SESSIONS), questions(owners, login_page(runner))
    for _ in range(30):
        type_password(runner.email)
    assert len(ids(here)) == 30
    assert (questions(here, SESSIONS), questions(owners, login_page(runner))) == before


# What comes with a session


def kept(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_login_therapist_and_clinic_come_with_the_session_as_they_are_stored(
    clinic, owner, signed_in, django_assert_num_queries
):
    key = signed_in(owner).session.session_key
    therapist = factories.make_therapist("Olu Demo", user=owner)
    store = SessionStore(key)
    with django_assert_num_queries(1):
        assert store.get(SESSION_KEY) == str(owner.pk)
        login = present(store.login)
        assert login.roles_asked == {Role.OWNER, Role.THERAPIST}
        assert login.therapist.user is login
    for came, model in ((login, User), (login.therapist, Therapist), (store.clinic, Clinic)):
        assert kept(came) == kept(model.objects.get())
    Therapist.objects.filter(pk=therapist.pk).update(active=False)
    again = SessionStore(key)
    again.load()
    assert present(again.login).roles_asked == {Role.OWNER} == owner.roles()


def test_a_session_is_whose_it_says_whatever_stands_beside_it(runner, owner, type_password):
    browser = type_password(runner.email)
    BrowserSession.objects.update(user=owner)
    assert browser.get("/account/").wsgi_request.user == runner
    BrowserSession.objects.update(user=None)
    assert browser.get("/account/").wsgi_request.user == runner


@pytest.mark.parametrize(
    "changed",
    [{"password": "x"}, {"email": "x@example.com"}, {"role": "desk"}, {"is_active": False}],
)
def test_the_login_that_comes_along_opens_nothing_once_it_is_another(
    runner, type_password, changed
):
    browser = type_password(runner.email)
    assert is_in(browser)
    User.objects.filter(pk=runner.pk).update(**changed)
    assert not is_in(browser)


# What ends the others


def test_a_password_changed_on_the_site_ends_the_others(runner, two):
    here, there = two(runner)
    new_password(here)
    assert is_in(here)
    assert not is_in(there)


def test_a_password_set_by_the_mailed_link_ends_all(runner, two, mail_to):
    browsers = two(runner)
    new = Browser()
    new.post("/accounts/password/reset/", {"email": runner.email})
    link = first_match(r"/accounts/password/reset/key/\S+", mail_to(runner.email))[0]
    form = new.get(link, follow=True).request["PATH_INFO"]
    new.post(form, {"password1": ANOTHER, "password2": ANOTHER})
    assert not any(map(is_in, browsers))


@pytest.mark.parametrize(
    "change",
    [{"password": "x"}, {"role": Role.DESK}, {"email": "new@example.com"}, {"is_active": False}],
    ids=lambda change: next(iter(change)),
)
def test_however_a_login_is_changed_all_its_sessions_end(owner, runner, two, change):
    """By SQL, a shell, a command: no code of ours need know."""
    browsers = two(runner)
    User.objects.filter(pk=runner.pk).update(**change)
    assert not any(map(is_in, browsers))


@pytest.mark.parametrize(
    ("there", "back"),
    [({"is_active": ""}, {"is_active": "on"}), ({"role": "desk"}, {"role": "runner"})],
)
def test_what_is_changed_and_changed_back_ends_them_all_the_same(runner, two, owners, there, back):
    browsers = two(runner)
    send(owners, page_of(runner), **there)
    send(owners, page_of(runner), **back)
    runner.refresh_from_db()
    assert (runner.is_active, runner.role) == (True, Role.RUNNER)
    assert not any(map(is_in, browsers))


def test_a_password_set_by_a_command_ends_all_is_noted_and_told(runner, two, monkeypatch, mail_to):
    browsers = two(runner)
    monkeypatch.setattr("getpass.getpass", lambda prompt: ANOTHER)
    call_command("changepassword", runner.email)
    assert not any(map(is_in, browsers))
    assert SignInEvent.objects.filter(user=runner, kind="password_changed").exists()
    assert "password" in mail_to(runner.email)


def test_becoming_a_therapist_ends_them(runner, two, owners):
    kim = factories.make_therapist("Kim Demo")
    browsers = two(runner)
    assert send(owners, page_of(kim), user=runner.pk).status_code == 302
    assert not any(map(is_in, browsers))


def test_an_owner_who_changes_her_own_address_stays_here_alone(owner, two):
    here, there = two(owner)
    factories.make_user("another-owner@example.com", role=Role.OWNER)
    is_still_you(here)
    assert send(here, page_of(owner), email="olga@new.example.com").status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_a_factor_that_is_added_or_removed_ends_the_others(runner, two, type_password):
    here, there = two(runner)
    again = "/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/"
    form = here.post(again, {"password": PASSWORD}, follow=True)
    if 'class="key"' not in form.content.decode():
        form = here.get("/accounts/2fa/totp/activate/")
    secret = first_match(r'class="key">(\w+)<', form.content.decode())[1]
    here.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert Authenticator.objects.filter(user=runner, type="totp").exists()
    assert is_in(here)
    assert not is_in(there)
    third = type_password(runner.email)
    later = timezone.now().timestamp() + 30
    third.post("/accounts/2fa/authenticate/", {"code": code_of(secret, at=later)})
    assert is_in(third)
    here.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=runner, type="totp").exists()
    assert is_in(here)
    assert not is_in(third)


def test_a_factor_reset_by_a_command_ends_all_and_is_told(
    with_an_app, signed_in_with_app, owner, mail_to
):
    call_command("reset_second_factor", with_an_app.email)
    assert not is_in(signed_in_with_app)
    assert "second factor" in mail_to(with_an_app.email)
    assert with_an_app.email in mail_to(owner.email) or "dee" in mail_to(owner.email)
    assert SignInEvent.objects.filter(user=with_an_app, kind="factors_reset").exists()


@pytest.fixture
def ana(runner):
    """With a login that has a password."""
    return factories.make_client("Ana Demo", email="ana@example.com", user=runner)


def test_ending_the_links_ends_the_feed_and_the_other_sessions(ana, two, client):
    here, there = two(ana.user)
    address = feeds.url_of(feeds.renew(client=ana))
    assert client.get(address).status_code == 200
    here.post("/account/end-links/")
    assert client.get(address).status_code == 404
    assert is_in(here)
    assert not is_in(there)


def test_the_desk_ends_a_clients_links_and_sessions(ana, dee, two, type_password):
    browsers = two(ana.user)
    type_password(dee.email).post(f"/desk/clients/{ana.pk}/end-links/")
    assert not any(map(is_in, browsers))


def test_the_desk_signs_no_colleague_out_who_is_a_client_too(owner, dee, two, type_password):
    olga = factories.make_client("Olga", email="olga@example.com", user=owner)
    browsers = two(owner)
    type_password(dee.email).post(f"/desk/clients/{olga.pk}/end-links/")
    assert all(map(is_in, browsers))


# The owner


def test_the_owner_sees_and_ends_anybodys(dee, runner, two, owners):
    for user in (dee, runner):
        browsers = two(user)
        shown = page(owners, login_page(user))
        assert "Firefox, Linux" in shown
        owners.post(login_page(user), {"do": "end"})
        assert not any(map(is_in, browsers))


def test_nobody_else_does(dee, runner, owner, two, type_password):
    browsers = two(owner)
    for other in (dee, runner):
        answer = type_password(other.email).post(login_page(owner), {"do": "end"})
        assert answer.status_code == 403
    assert all(map(is_in, browsers))


def test_the_owner_gets_to_it_from_the_record_and_from_the_login(ana, dee, owners):
    assert login_page(ana.user) in page(owners, f"/desk/clients/{ana.pk}/")
    assert login_page(dee) in page(owners, page_of(dee))
    assert login_page(dee) in page(owners, SIGN_INS)


def mails_to(address) -> str:
    return "\n".join(SignInMail.objects.filter(address=address).values_list("body", flat=True))


def test_a_password_that_the_owner_resets_is_told_to_the_colleague_and_to_every_owner(
    dee, owner, owners, two, type_password, mail_to
):
    second = factories.make_user("otto@example.com", role=Role.OWNER)
    browsers = two(dee)
    owners.post(login_page(dee), {"do": "password"})
    assert not any(map(is_in, browsers))
    assert not is_in(type_password(dee.email))
    assert "Olga" in mails_to(dee.email)
    for one in (owner, second):
        told = mail_to(one.email)
        assert "password" in told
        assert "Dee" in told
    link = first_match(r"/accounts/password/reset/key/\S+", mails_to(dee.email))[0]
    hers = Browser()
    form = hers.get(link, follow=True).request["PATH_INFO"]
    hers.post(form, {"password1": ANOTHER, "password2": ANOTHER})
    dee.refresh_from_db()
    assert dee.check_password(ANOTHER)


def test_a_factor_that_the_owner_resets_is_told_to_the_colleague_and_to_every_owner(
    with_an_app, owner, type_password, mail_to
):
    second = factories.make_user("otto@example.com", role=Role.OWNER)
    TOTP.activate(owner, SECRET)
    olgas = type_password(owner.email)
    olgas.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
    is_still_you(olgas).post(login_page(with_an_app), {"do": "factors"})
    assert not Authenticator.objects.filter(user=with_an_app).exists()
    assert "second factor" in mails_to(with_an_app.email)
    for one in (owner, second):
        assert "second factor" in mail_to(one.email)


def test_a_changed_address_or_role_is_told_to_the_old_address_and_to_every_owner(
    dee, owner, owners, mail_to
):
    send(owners, page_of(dee), email="dee@new.example.com", role="runner")
    assert "changed" in mail_to("dee@example.com")
    assert "new.example.com" not in mail_to("dee@example.com")
    assert "changed" in mail_to(owner.email)
    assert SignInEvent.objects.filter(user=dee, kind="login_changed").exists()


def test_the_admin_has_no_password_pages(dee, owners):
    for url in ("/admin/password_change/", f"/admin/bookings/user/{dee.pk}/password/"):
        for answer in (owners.get(url), owners.post(url, {"password1": ANOTHER})):
            assert answer.status_code in (302, 404)
            assert "password1" not in answer.content.decode()
    index = page(owners, "/admin/")
    assert 'href="/accounts/password/change/"' in index
    assert "/admin/password_change/" not in index


def test_the_admin_shows_no_second_factors(owners):
    assert owners.get("/admin/mfa/authenticator/").status_code == 404


def test_a_new_colleague_sets_the_first_password_by_a_mailed_link(owners, mail_to, clinic):
    send(owners, new(User), email="New@example.com", name="New", role="desk")
    made = User.objects.get(email="new@example.com")
    assert not made.has_usable_password()
    invited = SignInMail.objects.get(address="new@example.com")
    assert invited.subject == f"Your login at {clinic.name}"
    assert "You are invited" in invited.body
    assert "Olga has made a login for you" in invited.body
    link = first_match(r"/accounts/password/reset/key/\S+", mail_to("new@example.com"))[0]
    theirs = Browser()
    form = theirs.get(link, follow=True).request["PATH_INFO"]
    theirs.post(form, {"password1": ANOTHER, "password2": ANOTHER})
    made.refresh_from_db()
    assert made.check_password(ANOTHER)


# A new device


def new_devices(address) -> list[str]:
    mails = SignInMail.objects.filter(address=address, subject__contains="new browser")
    return list(mails.values_list("body", flat=True))


@pytest.mark.fixed_clock
def test_a_sign_in_from_a_new_browser_is_mailed_and_one_from_a_known_is_not(runner, type_password):
    hers = type_password(runner.email, with_agent(FIREFOX))
    assert new_devices(runner.email) == []  # the very first
    hers.post("/accounts/logout/")
    type_password(runner.email, hers)
    assert new_devices(runner.email) == []
    type_password(runner.email, with_agent(SAFARI))
    [told] = new_devices(runner.email)
    assert "Safari, iPhone" in told
    assert "/accounts/sessions/" in told
    assert "2 December" in told
    assert "127.0.0.1" not in told


def test_it_is_so_by_a_mailed_code_and_with_a_factor_too(
    ana, with_an_app, sign_in_by_code, type_password
):
    sign_in_by_code(ana.email)
    assert new_devices(ana.email) == []
    sign_in_by_code(ana.email)
    assert len(new_devices(ana.email)) == 1
    for number, known in ((0, 0), (1, 1)):
        browser = type_password(with_an_app.email)
        assert len(new_devices(with_an_app.email)) == 0  # the password alone signs nobody in
        later = timezone.now().timestamp() + 30 * number
        browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET, at=later)})
        assert len(new_devices(with_an_app.email)) == known


def test_a_browser_that_only_another_knows_is_new(runner, dee, type_password):
    shared = type_password(dee.email)
    shared.post("/accounts/logout/")
    type_password(runner.email)  # her first
    type_password(runner.email, shared)
    assert len(new_devices(runner.email)) == 1


@pytest.mark.parametrize("agent", ["", "x" * 3000, "\x00\n<b>", "curl/8"])
def test_a_browser_of_no_known_name_is_another_browser(runner, type_password, agent):
    type_password(runner.email)
    type_password(runner.email, with_agent(agent))
    [told] = new_devices(runner.email)
    assert "another browser" in told


# The log and the owner's history


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="clinic.sign_ins")
    return lambda: [one for one in caplog.records if one.name == "clinic.sign_ins"]


def wrong_password(address, browser=None, times=1):
    browser = browser or Browser()
    for _ in range(times):
        browser.post("/accounts/login/", {"login": address, "password": "wrong-but-long"})


def kinds() -> list[str]:
    return list(SignInEvent.objects.order_by("pk").values_list("kind", flat=True))


def a_sign_in(user, type_password, **_more):
    type_password(user.email)


def a_failure(user, **_more):
    wrong_password(user.email)


def a_lock_out(user, **_more):
    wrong_password(user.email, times=9)


def a_code(user, mailed_code, **_more):
    factories.make_client("Ana Demo", email=user.email, user=user)
    browser = Browser()
    browser.post(CODE_PAGE, {"email": user.email})
    browser.post(CONFIRM, {"code": "000000"})
    browser.post(CONFIRM, {"code": mailed_code(user.email)})


def a_factor(user, type_password, **_more):
    TOTP.activate(user, SECRET)
    browser = type_password(user.email)
    browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})


def a_new_password(user, type_password, **_more):
    new_password(type_password(user.email))


def an_unknown_address(user, **_more):
    Browser().post(CODE_PAGE, {"email": "nobody@example.com"})
    wrong_password("nobody@example.com")


@pytest.mark.parametrize(
    ("what", "noted"),
    [
        (a_sign_in, ["signed_in"]),
        (a_failure, ["wrong_password"]),
        (a_lock_out, ["wrong_password"] * 5 + ["locked_out"]),
        (a_code, ["code_mailed", "wrong_code", "signed_in"]),
        (a_factor, ["factor_added", "wrong_factor", "signed_in"]),
        (a_new_password, ["signed_in", "password_changed"]),
        (an_unknown_address, ["nobodys", "wrong_password"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_is_one_line_in_the_log_and_one_in_the_history(
    runner, lines, type_password, mailed_code, what, noted
):
    what(runner, type_password=type_password, mailed_code=mailed_code)
    assert kinds() == noted
    assert [line.sign_in["event"] for line in lines()] == noted
    for line in lines():
        said = JsonFormatter().format(line)
        assert json.loads(said)["sign_in"] == line.sign_in
        assert "@" not in said
        assert "127.0.0.1" not in said
        assert re.fullmatch(r"[0-9a-f]{16}", line.sign_in["login"])
        assert re.fullmatch(r"[0-9a-f]{16}", line.sign_in["network"]) or what is a_factor


def test_a_line_has_the_same_digest_for_one_address_however_it_is_typed(runner, lines):
    for typed in ("ana@example.com", "ANA@example.com", "bo@example.com"):
        wrong_password(typed)
    one, two, three = (line.sign_in["login"] for line in lines())
    assert one == two != three


def test_what_a_stranger_types_is_kept_nowhere_in_clear(clinic, caplog):
    caplog.set_level(logging.DEBUG)
    wrong_password("my-secret-password")
    wrong_password("someone@elsewhere.example")
    kept = repr(list(SignInEvent.objects.values()))
    for typed in ("my-secret-password", "someone@elsewhere"):
        assert typed not in kept
        assert typed not in caplog.text


def test_a_factor_set_up_and_removed_is_noted(runner):
    TOTP.activate(runner, SECRET)
    Authenticator.objects.filter(user=runner).delete()
    assert kinds() == ["factor_added", "factor_removed"]


def test_the_owner_reads_who_signed_in_and_who_tried(runner, dee, owners, two):
    two(dee)
    wrong_password(runner.email, times=7)
    wrong_password("nobody@elsewhere.example")
    shown = page(owners, SIGN_INS)
    assert "Dee" in shown
    assert "Safari, iPhone" in shown
    assert "Wrong password" in shown
    assert "Tried too often" in shown
    assert "elsewhere.example" not in shown
    of_dee = page(owners, f"{SIGN_INS}?who={dee.pk}")
    assert "Safari, iPhone" in of_dee
    assert "Wrong password" not in of_dee.split("</form>")[-1]


@pytest.mark.fixed_clock("2026-12-02T09:00")
def test_the_owner_asks_for_days_and_for_new_browsers_alone(dee, owners, two, clock):
    two(dee)
    yesterday = timezone.now() - timedelta(days=1)
    SignInEvent.objects.create(at=yesterday, kind="new_device", user=dee, browser="Opera, Mac")
    SignInEvent.objects.create(at=yesterday, kind="signed_in", user=dee, browser="Edge, Windows")

    def browsers(query: str) -> set[str]:
        shown = page(owners, f"{SIGN_INS}?{query}")
        names = ("Opera, Mac", "Edge, Windows", "Safari, iPhone")
        return {name for name in names if name in shown}

    assert browsers("until=2026-12-01") == {"Opera, Mac", "Edge, Windows"}
    assert browsers("since=2026-12-02") == {"Safari, iPhone"}
    assert browsers("what=new") == {"Opera, Mac", "Safari, iPhone"}
    assert browsers("what=new&since=2026-12-01&until=2026-12-01") == {"Opera, Mac"}
    assert len(browsers("since=nonsense")) == 3


@pytest.mark.fixed_clock("2026-12-02T09:00")
def test_a_filter_of_days_stays_for_the_pages(owners):
    for _number in range(60):
        SignInEvent.objects.create(at=timezone.now(), kind="signed_in")
    shown = page(owners, f"{SIGN_INS}?since=2026-12-01&what=")
    assert re.search(r'rel="next" href="\?since=2026-12-01&amp;before=\d+"', shown)


def test_the_history_asks_as_much_for_30_as_for_1_and_has_pages(runner, owners):
    wrong_password("someone@elsewhere.example")
    before = questions(owners, SIGN_INS)
    for number in range(70):
        SignInEvent.objects.create(
            at=timezone.now(), kind="wrong_password",
            user=factories.make_user() if number % 2 else None,
        )  # fmt: skip
    assert questions(owners, SIGN_INS) == before
    assert "before=" in page(owners, SIGN_INS)


def test_nobody_but_the_owner_reads_it(runner, dee, type_password):
    for user in (runner, dee):
        assert type_password(user.email).get(SIGN_INS).status_code == 403


def test_it_goes_by_age_and_a_flood_pushes_no_sign_in_out(clinic, runner, type_password, clock):
    type_password(runner.email)
    now = timezone.now()
    flood = [SignInEvent(at=now, kind="wrong_password") for _ in range(SignInEvent.MOST_TRIES + 7)]
    SignInEvent.objects.bulk_create(flood)
    tasks.keep_no_longer()
    assert SignInEvent.objects.filter(kind="wrong_password").count() == SignInEvent.MOST_TRIES
    assert SignInEvent.objects.filter(kind="signed_in").exists()
    clock.move_to(now + timedelta(days=clinic.forget_details_days + 1))
    tasks.keep_no_longer()
    assert not SignInEvent.objects.exists()


def test_what_is_noted_of_a_client_goes_with_the_login_and_is_shown_to_them(ana, type_password):
    hers = type_password(ana.user.email, with_agent(FIREFOX))
    shown = page(hers, "/account/data/")
    assert "What happened about signing in" in shown
    assert "Firefox, Linux" in shown
    User.objects.get(pk=ana.user_id).delete()
    assert not SignInEvent.objects.exists()
    assert not BrowserSession.objects.exists()


@pytest.mark.parametrize(("mode", "ends"), [("navigate", True), ("cors", False), ("", True)])
def test_only_a_page_that_the_browser_goes_to_takes_its_session_away(runner, two, mode, ends):
    """What a page asked before its session got another key is answered under the old one."""
    one, _ = two(runner)
    BrowserSession.objects.all().delete()
    answer = one.get("/account/", headers={"sec-fetch-mode": mode} if mode else {})
    assert answer.status_code == 302
    assert ("sessionid" in answer.cookies) is ends
