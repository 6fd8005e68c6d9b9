"""Nobody guesses, nobody is shut out by what strangers try, and no flood makes us forget a try."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from bookings.core.roles import Role
from bookings.models import SignInMail, Tally
from clinic.accounts import attempts
from clinic.middleware.constant_time import HOLD_ANSWER
from tests import factories
from tests.clinic.accounts.conftest import CODE_PAGE, CONFIRM, SECRET
from tests.factories import PASSWORD
from tests.reading import first_match
from tests.totp import code_of

LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"
AUTHENTICATE = "/accounts/2fa/authenticate/"
WRONG = "wrong-but-long-enough"
INVENTED = 10_000


def guess(login: str, browser: Browser | None = None, *, times: int = 1, password: str = WRONG):
    browser = browser or Browser()
    for _ in range(times):
        answer = browser.post(LOGIN, {"login": login, "password": password})
    return answer


def is_signed_in(browser: Browser) -> bool:
    return "_auth_user_id" in browser.session


def from_network(number: int, **more) -> Browser:
    return Browser(REMOTE_ADDR=f"198.51.100.{number}", **more)


def set_by(mail, browser) -> bool:
    link = first_match(r"/accounts/password/reset/key/\S+", mail)[0]
    form = browser.get(link, follow=True).request["PATH_INFO"]
    new = "a-new-one-that-is-long"
    return browser.post(form, {"password1": new, "password2": new}).status_code == 302


@pytest.fixture
def owner(clinic):
    return factories.make_user("olga@example.com", role=Role.OWNER)


def test_five_wrong_passwords_shut_that_network_out_and_no_other(owner):
    stranger = from_network(1)
    guess(owner.email, stranger, times=5)
    assert "tried too often" in guess(owner.email, stranger, password=PASSWORD).content.decode()
    assert not is_signed_in(stranger)
    herself = from_network(2)
    guess(owner.email, herself, password=PASSWORD)
    assert is_signed_in(herself)


def test_the_browser_she_uses_stays_open_in_the_same_network(owner):
    hers = Browser()
    guess(owner.email, hers, password=PASSWORD)
    hers.post("/accounts/logout/")
    guess(owner.email, Browser(), times=30)
    guess(owner.email, hers, password=PASSWORD)
    assert is_signed_in(hers)


def test_a_browser_that_is_known_is_counted_too(owner):
    stolen = Browser()
    guess(owner.email, stolen, password=PASSWORD)
    stolen.post("/accounts/logout/")
    guess(owner.email, stolen, times=5)
    guess(owner.email, stolen, password=PASSWORD)
    assert not is_signed_in(stolen)


def test_another_login_that_is_known_there_is_no_key_to_hers(owner):
    factories.make_user("eve@example.com")
    eves = Browser()
    guess("eve@example.com", eves, password=PASSWORD)
    eves.post("/accounts/logout/")
    guess(owner.email, eves, times=5)
    guess(owner.email, eves, password=PASSWORD)
    assert not is_signed_in(eves)


def test_a_forged_cookie_knows_nobody(owner):
    forged = Browser()
    forged.cookies["known"] = "e30:1abcde:forged"
    guess(owner.email, forged, times=5)
    guess(owner.email, forged, password=PASSWORD)
    assert not is_signed_in(forged)


def test_guesses_from_many_networks_end_too_and_the_mailed_link_is_a_way_in(owner, mail_to):
    for number in range(25):
        guess(owner.email, from_network(number), times=4)
    new = from_network(200)
    assert "tried too often" in guess(owner.email, new, password=PASSWORD).content.decode()
    new.post(RESET, {"email": owner.email})
    link = first_match(r"http://[^/]+(/accounts/password/reset/key/\S+)", mail_to(owner.email))[1]
    form = new.get(link, follow=True).request["PATH_INFO"]
    fresh = "a-new-one-that-is-long"
    new.post(form, {"password1": fresh, "password2": fresh})
    guess(owner.email, new, password=fresh)
    assert is_signed_in(new)


def test_the_mailed_link_is_a_way_in_where_her_own_browser_was_shut_too(owner, mail_to):
    """Somebody who had it in their hands may have tried."""
    hers = Browser()
    guess(owner.email, hers, password=PASSWORD)
    hers.post("/accounts/logout/")
    guess(owner.email, hers, times=6)
    hers.post(RESET, {"email": owner.email})
    assert set_by(mail_to(owner.email), hers)
    guess(owner.email, hers, password="a-new-one-that-is-long")
    assert is_signed_in(hers)


def test_a_passkeys_page_is_open_meanwhile(owner):
    guess(owner.email, times=8)
    asked = {"X-Requested-With": "XMLHttpRequest"}
    assert Browser().get("/accounts/2fa/webauthn/login/", headers=asked).status_code == 200


def test_three_requests_for_a_code_shut_no_runner_out(clinic, ana, sign_in_by_code):
    for number in range(3):
        from_network(number).post(CODE_PAGE, {"email": "ana@example.com"})
    assert is_signed_in(sign_in_by_code("ana@example.com", from_network(9)))


def test_nor_do_they_in_her_network_where_she_has_signed_in_before(clinic, ana, sign_in_by_code):
    hers = sign_in_by_code("ana@example.com", Browser())
    hers.post("/accounts/logout/")
    for _ in range(12):
        Browser().post(CODE_PAGE, {"email": "ana@example.com"})
    assert is_signed_in(sign_in_by_code("ana@example.com", hers))


def mails_to(address) -> int:
    return SignInMail.objects.filter(address__iexact=address).count()


@pytest.mark.parametrize("address", ["ana@example.com", "nobody@example.com"])
@pytest.mark.parametrize("page", [CODE_PAGE, RESET])
def test_one_mailbox_gets_so_many_codes_and_no_more(clinic, ana, page, address):
    """From however many networks; and the answers are alike, whoever it is."""
    told = set()
    for number in range(41):
        browser = from_network(number)
        answer = browser.post(page, {"email": address}, follow=True)
        text = re.sub(r'value="\w{64}"', "", answer.content.decode()).replace(address, "")
        told.add((answer.status_code, str(answer.redirect_chain), text))
    assert len(told) == 1
    assert mails_to(address) == 5


def test_a_strangers_mailbox_is_one_whatever_tags_it_is_given(clinic):
    for number in range(20):
        from_network(number).post(CODE_PAGE, {"email": f"no+{number}@example.com"})
    assert SignInMail.objects.count() == 5


def test_however_many_ask_the_newest_code_lets_her_in(clinic, ana, mailed_code, clock):
    for number in range(30):
        from_network(number).post(CODE_PAGE, {"email": "ana@example.com"})
    clock.move_to(timezone.now() + timedelta(minutes=50))
    hers = from_network(99)
    hers.post(CODE_PAGE, {"email": "Ana@example.com"})
    assert mails_to("ana@example.com") == 5
    hers.post(CONFIRM, {"code": mailed_code("ana@example.com")})
    assert is_signed_in(hers)


def test_and_so_does_the_newest_link(clinic, owner, mail_to):
    for number in range(30):
        from_network(number).post(RESET, {"email": owner.email})
    assert set_by(mail_to(owner.email), from_network(99))


def test_codes_that_were_mailed_before_are_none_of_hers(clinic, ana, mailed_code):
    codes = set()
    for number in range(5):
        from_network(number).post(CODE_PAGE, {"email": "ana@example.com"})
        codes.add(mailed_code("ana@example.com"))
    assert len(codes) == 5
    hers = from_network(99)
    hers.post(CODE_PAGE, {"email": "ana@example.com"})
    for code in codes - {mailed_code("ana@example.com")}:
        hers.post(CONFIRM, {"code": code})
    assert not is_signed_in(hers)


def test_a_code_that_has_let_her_in_lets_nobody_else_in(clinic, ana, mailed_code, clock):
    for number in range(6):
        from_network(number).post(CODE_PAGE, {"email": "ana@example.com"})
    hers, code = from_network(99), mailed_code("ana@example.com")
    hers.post(CODE_PAGE, {"email": "ana@example.com"})
    hers.post(CONFIRM, {"code": code})
    clock.move_to(timezone.now() + timedelta(seconds=1))
    other = from_network(98)
    other.post(CODE_PAGE, {"email": "ana@example.com"})
    assert mails_to("ana@example.com") == 6  # and she has five anew
    other.post(CONFIRM, {"code": code})
    assert not is_signed_in(other)


def test_codes_do_not_use_up_links_and_the_owners_own_link_is_not_counted(
    clinic, owner, type_password, mail_to
):
    dee = factories.make_user("dee@example.com", role=Role.DESK)
    for number in range(30):
        from_network(number).post(CODE_PAGE, {"email": dee.email})
        from_network(number).post(RESET, {"email": dee.email})
    owners = type_password(owner.email, from_network(99))
    owners.post(f"/desk/logins/{dee.pk}/", {"do": "password"})
    assert set_by(mail_to(dee.email), from_network(98))


def test_what_a_limit_refuses_does_not_wait(clinic, ana):
    held: list[float] = []
    extra: dict[str, Any] = {HOLD_ANSWER: held.append}
    for _ in range(4):
        Browser().post(CODE_PAGE, {"email": "ana@example.com"}, **extra)
    assert len(held) == 3


def test_wrong_codes_of_an_app_end_and_do_not_shut_out_its_owner(with_an_app, type_password):
    thief = type_password(with_an_app.email, from_network(1))
    for _ in range(5):
        thief.post(AUTHENTICATE, {"code": "000000"})
    thief.post(AUTHENTICATE, {"code": code_of(SECRET)})
    assert not is_signed_in(thief)
    hers = type_password(with_an_app.email, from_network(2))
    hers.post(AUTHENTICATE, {"code": code_of(SECRET)})
    assert is_signed_in(hers)


def test_a_code_of_an_app_is_good_once_for_as_long_as_it_would_be_right(
    with_an_app, type_password, clock
):
    """allauth forgets a used code after 30 seconds; with its tolerance it is right for 90."""
    code = code_of(SECRET)
    first = type_password(with_an_app.email)
    first.post(AUTHENTICATE, {"code": code})
    assert is_signed_in(first)
    clock.move_to(timezone.now() + timedelta(seconds=31))
    second = type_password(with_an_app.email)
    second.post(AUTHENTICATE, {"code": code})
    assert not is_signed_in(second)


def test_ten_thousand_invented_addresses_push_out_no_try_and_no_used_code(
    with_an_app, type_password
):
    code = code_of(SECRET)
    hers = type_password(with_an_app.email)
    hers.post(AUTHENTICATE, {"code": code})
    guess(with_an_app.email, from_network(1), times=5)
    for number in range(INVENTED // 1_000):  # a sample by the page's own door, the rest as rows
        guess(f"invented{number}@example.com", from_network(number % 250, HTTP_X=str(number)))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bookings_tally SELECT md5(n::text), 1, now() + interval '1 day'"
            " FROM generate_series(1, %s) AS n",
            [INVENTED],
        )
    Tally.objects.sweep()
    guess(with_an_app.email, from_network(1), password=PASSWORD)
    locked = from_network(1)
    assert "tried too often" in guess(with_an_app.email, locked, password=PASSWORD).content.decode()
    again = type_password(with_an_app.email, from_network(3))
    again.post(AUTHENTICATE, {"code": code})
    assert not is_signed_in(again)


def test_tallies_that_are_over_are_swept(db):
    Tally.objects.one_more("over", attempts.MINUTE)
    Tally.objects.one_more("on", attempts.DAY)
    Tally.objects.filter(key="over").update(until=timezone.now())
    Tally.objects.sweep()
    assert [one.key for one in Tally.objects.all()] == ["on"]


def test_no_tally_holds_an_address(owner):
    guess(owner.email)
    assert all(re.fullmatch(r"[0-9a-f]{64}", one.key) for one in Tally.objects.all())
