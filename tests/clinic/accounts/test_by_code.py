"""Runners sign in by a code that is mailed to them, and see what is theirs and nobody else's."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.test import Client as Browser
from django.utils import timezone

from bookings.core.roles import Role
from bookings.links import Purpose, client_url
from bookings.models import Client, ErasureRequest, Mail, MailKind, MailState, SignInMail, User
from tests import factories
from tests.clinic.accounts.conftest import CODE_PAGE, CONFIRM, DATA
from tests.factories import NOW, PASSWORD
from tests.reading import first_match


def page(browser, url="/account/"):
    return browser.get(url).content.decode()


@pytest.fixture
def ana(visit):
    """She has booked, and never signed in."""
    ana = factories.make_client("Ana Demo", email="ana@example.com")
    visit(ana)
    return ana


def test_a_code_is_all_that_a_runner_needs(ana, sign_in_by_code):
    factories.make_race(ana)
    Mail.objects.create(
        key="k", kind=MailKind.CONFIRMED, client=ana, created_at=NOW, due_at=NOW, not_after=NOW,
        state=MailState.SENT, sent_at=NOW,
    )  # fmt: skip
    shown = page(sign_in_by_code("Ana@Example.com"))
    assert "Sports massage" in shown
    assert "Marathon" in shown
    assert "Your appointment" in shown  # which some of these mails ask to confirm


def test_the_login_is_made_when_it_is_first_asked_for_and_only_once(ana, sign_in_by_code):
    sign_in_by_code("ana@example.com")
    sign_in_by_code("ana@example.com")
    login = User.objects.get(email="ana@example.com")
    ana.refresh_from_db()
    assert (ana.user, login.name, login.role) == (login, "Ana Demo", Role.RUNNER)
    assert not login.has_usable_password()
    assert EmailAddress.objects.get(user=login).verified


def test_asking_alone_proves_nothing(visit):
    bo = factories.make_client("Bo Demo", email="bo@example.com", proved_at=None)
    Browser().post(CODE_PAGE, {"email": "bo@example.com"})
    bo.refresh_from_db()
    assert (bo.user, bo.proved_at) == (None, None)
    assert not EmailAddress.objects.get(email="bo@example.com").verified


def test_typing_the_code_proves_the_address(visit, sign_in_by_code):
    bo = factories.make_client("Bo Demo", email="bo@example.com", proved_at=None)
    visit(bo)
    browser = sign_in_by_code("bo@example.com")
    assert "Is this yours?" in page(browser)
    browser.post(f"/account/yours/{bo.pk}/", {"do": "yes"})
    assert "Sports massage" in page(browser)
    bo.refresh_from_db()
    assert bo.proved_at


def test_what_was_booked_without_signing_in_is_there_too(ana, visit, sign_in_by_code):
    browser = sign_in_by_code("ana@example.com")
    again = factories.make_client("ana  demo", email="ANA@example.com", proved_at=None)
    later = visit(again, days=5)
    assert page(browser).count("Sports massage</bdi> with") == 2
    assert "Is this yours?" in page(browser)
    sign_in_by_code("ana@example.com")
    assert Client.objects.count() == 2  # neither looking nor signing in joins anybody
    browser.post(f"/account/yours/{again.pk}/", {"do": "yes"})
    later.refresh_from_db()
    assert later.client == ana


def test_people_who_share_an_address_see_what_is_to_come_of_each_by_name_and_no_more(
    ana, visit, sign_in_by_code
):
    bo = factories.make_client("Bo Demo", email="ana@example.com")
    factories.make_race(bo, name="Bo's Marathon")
    visit(bo)
    browser = sign_in_by_code("ana@example.com")
    shown = page(browser)
    for name in ("Ana Demo", "Bo Demo"):
        assert shown.count(f"Coming up for <bdi>{name}</bdi>") == 1
    assert shown.count("Sports massage</bdi> with") == 2
    assert "Marathon" not in shown
    assert browser.get("/account/data/")["Location"] == "/account/"
    assert browser.get("/health/").status_code == 302
    assert not Client.objects.filter(user__isnull=False).exists()


def test_whom_the_clinic_has_joined_with_the_login_sees_the_familys_visits_beside_their_own(
    ana, visit, sign_in_by_code
):
    bo = factories.make_client("Bo Demo", email="ana@example.com")
    factories.make_race(bo, name="Bo's Marathon")
    visit(bo, days=9)
    login = User.objects.create_user("ana@example.com")
    Client.objects.filter(pk=ana.pk).update(user=login)
    browser = sign_in_by_code("ana@example.com")
    shown = page(browser)
    assert shown.index("Coming up<") < shown.index("Coming up for <bdi>Bo Demo</bdi>")
    assert shown.count("Sports massage</bdi> with") == 2
    assert "Bo's" not in unescape(shown + page(browser, "/account/data/") + page(browser, "/plan/"))
    bo.refresh_from_db()
    assert bo.user is None


@pytest.mark.parametrize("known", [True, False])
def test_the_account_lists_the_same_people_as_the_link_in_the_familys_mails(
    ana, visit, sign_in_by_code, known
):
    if known:
        Client.objects.filter(pk=ana.pk).update(user=User.objects.create_user("ana@example.com"))
    unproved = factories.make_client("Cy Demo", email="Ana@example.com", proved_at=None)
    elsewhere = factories.make_client("Di Demo", email="di@example.com")
    with_a_login = factories.make_client("Eve Demo", email="ana@example.com")
    login = User.objects.create_user("eve@example.com")
    Client.objects.filter(pk=with_a_login.pk).update(user=login)
    for one in (unproved, elsewhere, with_a_login):
        visit(one)
    shown = page(sign_in_by_code("ana@example.com"))
    behind_the_link = page(Browser(), urlsplit(client_url(Purpose.VISITS, ana)).path)
    for name, there in {"Ana": True, "Cy": True, "Di": False, "Eve": True}.items():
        assert (f"For <bdi>{name} Demo" in behind_the_link) == there, name
        mine = known and name == "Ana"
        assert (f"Coming up for <bdi>{name} Demo" in shown) == (there and not mine), name


def test_who_is_asked_about_or_was_only_typed_once_stands_in_no_familys_list(
    ana, visit, sign_in_by_code
):
    again = factories.make_client("Ana Demo", email="ana@example.com", proved_at=None)
    visit(again, days=5)
    factories.make_client("Rude Words", email="ana@example.com", proved_at=None)
    shown = page(sign_in_by_code("ana@example.com"))
    assert "Is this yours?" in shown
    assert "Coming up for" not in shown
    assert "Rude Words" not in shown


def test_somebody_elses_login_is_never_taken_over(ana, sign_in_by_code):
    other = User.objects.create_user("other@example.com")
    Client.objects.filter(pk=ana.pk).update(user=other)
    factories.make_race(ana, name="Hidden Hills")
    browser = sign_in_by_code("ana@example.com")
    assert "Hidden Hills" not in page(browser) + page(browser, "/plan/")
    assert browser.get("/account/data/")["Location"] == "/account/"
    ana.refresh_from_db()
    assert ana.user == other


def test_a_password_proves_no_address(ana, type_password):
    """A login that the owner has made for an address shows nothing until a code was typed."""
    factories.make_user("ana@example.com")
    assert "Sports massage</bdi> with" not in page(type_password("ana@example.com"))


def answer_to(address):
    browser = Browser()
    response = browser.post(CODE_PAGE, {"email": address}, follow=True)
    shown = re.sub(r'value="\w{64}"', "", response.content.decode()).replace(address, "…")
    return response.status_code, response.redirect_chain, shown


def test_an_unknown_address_gets_the_same_answer(ana):
    assert answer_to("ana@example.com") == answer_to("nobody@example.com")


def test_an_unknown_address_is_told_so_by_mail_alone(clinic, mail_to):
    Browser().post(CODE_PAGE, {"email": "nobody@example.com"})
    assert "we cannot send it a code" in mail_to("nobody@example.com")
    assert not User.objects.exists()


@pytest.mark.parametrize("role", [Role.DESK, Role.OWNER, Role.THERAPIST])
def test_staff_get_no_code_and_the_same_answer(ana, mail_to, role):
    user = factories.make_user(
        "dee@example.com", role=Role.RUNNER if role == Role.THERAPIST else role
    )
    if role == Role.THERAPIST:
        factories.make_therapist(user=user)
    assert answer_to("dee@example.com") == answer_to("ana@example.com")
    told = SignInMail.objects.get(address="dee@example.com")
    assert "do not know" not in told.subject
    assert "you have a password" in told.subject
    assert "signs in with a password or a passkey" in told.body
    assert "/accounts/password/reset/" in told.body


def test_a_closed_login_gets_no_code(ana, mail_to):
    User.objects.create_user("ana@example.com", is_active=False)
    Browser().post(CODE_PAGE, {"email": "ana@example.com"})
    assert "we cannot send it a code" in mail_to("ana@example.com")


def test_a_code_opens_once_and_only_in_the_browser_that_asked(ana, mailed_code):
    mine, other = Browser(), Browser()
    mine.post(CODE_PAGE, {"email": "ana@example.com"})
    code = mailed_code("ana@example.com")
    other.post(CONFIRM, {"code": code})
    assert "_auth_user_id" not in other.session
    mine.post(CONFIRM, {"code": code})
    assert "_auth_user_id" in mine.session
    mine.post("/accounts/logout/")
    mine.post(CONFIRM, {"code": code})
    assert "_auth_user_id" not in mine.session


def test_a_code_is_good_for_ten_minutes(ana, clock, mailed_code):
    for minutes, opens in ((9, True), (11, False)):
        browser = Browser()
        browser.post(CODE_PAGE, {"email": "ana@example.com"})
        clock.move_to(timezone.now() + timedelta(minutes=minutes))
        browser.post(CONFIRM, {"code": mailed_code("ana@example.com")})
        assert (browser.get("/account/").status_code == 200) == opens


def test_guessing_a_code_ends_after_three_tries(ana, mailed_code):
    browser = Browser()
    browser.post(CODE_PAGE, {"email": "ana@example.com"})
    for _ in range(3):
        browser.post(CONFIRM, {"code": "000000"})
    browser.post(CONFIRM, {"code": mailed_code("ana@example.com")})
    assert "_auth_user_id" not in browser.session


def test_a_wrong_code_says_so_and_keeps_the_page(ana):
    browser = Browser()
    browser.post(CODE_PAGE, {"email": "ana@example.com"})
    response = browser.post(CONFIRM, {"code": "000000"})
    assert "This is not the code" in response.content.decode()


def test_signing_in_gives_a_session_of_a_new_name(ana, sign_in_by_code):
    browser = Browser()
    browser.post(CODE_PAGE, {"email": "ana@example.com"})
    before = browser.session.session_key
    sign_in_by_code("ana@example.com", browser)
    assert browser.session.session_key != before


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]
)
def test_signing_in_leads_to_no_other_site(ana, mailed_code, url):
    browser = Browser()
    browser.post(CODE_PAGE, {"email": "ana@example.com", "next": url})
    data = {"code": mailed_code("ana@example.com"), "next": url}
    assert browser.post(CONFIRM, data)["Location"] == "/account/"


def test_a_login_of_the_demo_opens_nothing_outside_the_demo(clinic, type_password):
    factories.make_user("demo-owner@example.com", role=Role.OWNER)
    assert "_auth_user_id" not in type_password("demo-owner@example.com").session


def test_a_new_password_is_mailed_to_the_clinics_own_address_whatever_the_host(
    clinic, settings, mail_to
):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://book.example.com"
    factories.make_user("dee@example.com", role=Role.DESK)
    browser = Browser(headers={"host": "evil.example"})
    browser.post("/accounts/password/reset/", {"email": "dee@example.com"})
    link = first_match(r"https?://\S+", mail_to("dee@example.com"))[0]
    assert link.startswith("https://book.example.com/accounts/password/reset/key/")
    opened = Browser().get(link.removeprefix("https://book.example.com"), follow=True)
    assert "Set a new password" in opened.content.decode()


def test_a_new_password_for_an_unknown_address_says_the_same(clinic):
    factories.make_user("dee@example.com", role=Role.DESK)
    answers = [
        Browser().post("/accounts/password/reset/", {"email": address}, follow=True)
        for address in ("dee@example.com", "nobody@example.com")
    ]
    said = [re.sub(r'value="\w{64}"', "", one.content.decode()) for one in answers]
    assert said[0] == said[1]


def test_a_new_password_signs_nobody_in(clinic, mail_to, staff_need_a_factor):
    factories.make_user("dee@example.com", role=Role.DESK)
    browser = Browser()
    browser.post("/accounts/password/reset/", {"email": "dee@example.com"})
    path = first_match(r"/accounts/password/reset/key/\S+", mail_to("dee@example.com"))[0]
    form = browser.get(path, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": PASSWORD + "x", "password2": PASSWORD + "x"})
    assert "_auth_user_id" not in browser.session
    assert "was set anew" in mail_to("dee@example.com")


# Is it still you?

SURELY = {"do": "erase", "sure": "yes"}
WISH, LINKS, AGAIN = "/account/data/wish/", "/account/end-links/", "/accounts/code-again/"


@pytest.fixture
def hers(ana, sign_in_by_code):
    return sign_in_by_code("ana@example.com")


@pytest.fixture
def hers_of_before(hers, clock):
    clock.move_to(timezone.now() + timedelta(minutes=6))
    return hers


def test_who_has_just_signed_in_is_not_asked(hers):
    assert "Ana Demo" in hers.get(DATA).content.decode()


@pytest.mark.parametrize(
    ("method", "url", "sent"),
    [
        ("get", DATA, {}),
        ("post", WISH, SURELY),
        ("post", LINKS, {}),
        ("get", "/accounts/2fa/totp/activate/", {}),
        ("get", "/accounts/2fa/webauthn/add/", {}),
        ("get", "/accounts/password/set/", {}),
    ],
)
def test_who_signed_in_by_code_a_while_ago_is_asked_for_a_fresh_one(
    hers_of_before, ana, method, url, sent
):
    answer = getattr(hers_of_before, method)(url, sent)
    assert answer["Location"].startswith(f"{AGAIN}?next=")
    ana.refresh_from_db()
    assert (ana.links_edition, ErasureRequest.objects.count()) == (0, 0)


def test_what_was_asked_for_is_done_once_the_code_is_typed(hers_of_before, ana, mailed_code):
    asked = hers_of_before.post(WISH, SURELY)["Location"]
    shown = hers_of_before.post(asked, {}, follow=True).content.decode()
    assert "We have written to" in shown
    mail = SignInMail.objects.latest("pk")
    assert (mail.address, "Is it still you?" in mail.subject) == ("ana@example.com", True)
    code = {"code": mailed_code("ana@example.com")}
    assert hers_of_before.post(asked, code, follow=True).redirect_chain[-1][0] == "/account/data/"
    assert ErasureRequest.objects.get().client == ana
    assert "Ana Demo" in hers_of_before.get(DATA).content.decode()


def test_a_code_opens_nothing_twice_nor_late_nor_in_another_browser(
    hers_of_before, mailed_code, sign_in_by_code, clock
):
    hers_of_before.post(AGAIN)
    code = mailed_code("ana@example.com")
    other = sign_in_by_code("ana@example.com")
    clock.move_to(timezone.now() + timedelta(minutes=11))
    for browser in (hers_of_before, other):
        assert browser.post(AGAIN, {"code": code}).status_code == 422
        assert browser.get(DATA).status_code == 302


def test_guessing_ends_and_the_right_code_is_of_no_use_then(hers_of_before, mailed_code):
    hers_of_before.post(AGAIN)
    for _ in range(40):
        assert hers_of_before.post(AGAIN, {"code": "BBBB-BBBB"}).status_code == 422
    refused = hers_of_before.post(AGAIN, {"code": mailed_code("ana@example.com")})
    assert "tried too often" in refused.content.decode()


def test_no_more_codes_an_hour_are_mailed_than_for_signing_in(hers_of_before, settings):
    before = SignInMail.objects.count()
    for _ in range(settings.SIGN_IN_MAILS_PER_HOUR + 4):
        hers_of_before.post(AGAIN)
    assert SignInMail.objects.count() - before == settings.SIGN_IN_MAILS_PER_HOUR


def test_who_has_a_password_types_that(ana, type_password, clock):
    ana.user = factories.make_user("ana@example.com")
    ana.save()
    browser = type_password("ana@example.com")
    clock.move_to(timezone.now() + timedelta(minutes=6))
    asked = browser.get(DATA)["Location"]
    assert asked.startswith("/accounts/reauthenticate/")
    browser.post(asked, {"password": PASSWORD})
    assert browser.get(DATA).status_code == 200


def test_whoever_has_a_password_is_asked_for_that_and_never_for_a_mailed_code(
    ana, type_password, clock
):
    """A mailbox that is open beside the page would prove less."""
    ana.user = factories.make_user("ana@example.com")
    ana.save()
    browser = type_password("ana@example.com")
    clock.move_to(timezone.now() + timedelta(minutes=6))
    browser.get(DATA)
    before = SignInMail.objects.count()
    for answer in (browser.get(AGAIN), browser.post(AGAIN)):
        assert answer["Location"] == "/accounts/reauthenticate/"
    assert SignInMail.objects.count() == before


def test_looking_at_what_is_ones_own_is_not_asked_about(hers_of_before):
    for url in ("/account/", "/account/data/", "/accounts/sessions/", "/plan/"):
        assert hers_of_before.get(url).status_code == 200, url
