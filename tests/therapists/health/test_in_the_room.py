"""The health check with the client in the room, in the therapist's hands or in theirs."""

from datetime import timedelta
from time import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from bookings import links
from bookings.models import Clinic
from tests.clinic.accounts.conftest import SECRET
from tests.factories import PASSWORD
from tests.therapists.conftest import note_of, text
from tests.therapists.health.test_health import keys, said
from tests.therapists.notes.test_briefs import told
from tests.totp import code_of
from therapists.actions import notices
from therapists.models import Access, HealthCheck, StaffNotice
from therapists.pages.health.handed_over import WAYS_BACK

PASSKEY = "mfa_reauthenticate_webauthn"  # for those who have one; by the password's template
TO_READ = [("/nowhere/", 404), ("/privacy/", 200), ("/terms/", 200)]
BY_KIM = "(<bdi>therapist: kim@example.com</bdi>)"
PRIVATE = "Zwetschge was said"  # planted


@pytest.fixture
def mine(visit):
    return visit()


@pytest.fixture
def asked(mine):
    return f"/visits/{mine.pk}/ask/"


@pytest.fixture
def handed(kims, mine, asked):
    """Kim's browser, in Ana's hands."""
    given = kims.post(f"/visits/{mine.pk}/hand-over/")
    assert given["Location"] == asked
    assert given["Clear-Site-Data"] == '"cache"'
    return kims


def test_what_began_before_the_handing_over_cannot_bring_the_old_session_back(kims, mine):
    """A page loading in another tab saves its session a moment later, as it was."""
    before = kims.session
    assert before["_auth_user_id"]  # loaded
    kims.post(f"/visits/{mine.pk}/hand-over/")
    before["seen"] = time()
    with pytest.raises(UpdateError):
        before.save()
    assert kims.get("/today/").status_code == 302


def test_handed_over_a_page_looks_as_the_clinic_does(handed):
    Clinic.objects.update(accent="#5b3f99")
    assert handed.get(reverse("runner:colour", args=["5b3f99"])).status_code == 200


def in_other_hands(browser, asked, *, since=-1.0):
    """Since so many seconds from now."""
    session = browser.session
    session["handed_over"] = {"path": asked, "at": time() + since}
    session.save()


def test_a_client_without_a_health_check_is_asked_everything_from_the_brief(kims, mine, asked):
    assert f'href="{asked}"' in text(kims.get(f"/visits/{mine.pk}/"))
    assert text(kims.get(asked)).count("<fieldset") == len(keys()) + 1


def test_the_short_form_asks_all_that_the_brief_says_to_ask(kims, mine, asked, ana):
    told(ana, given_at=timezone.now() - timedelta(days=30))
    ask = kims.get(f"/visits/{mine.pk}/").context["brief"].ask
    shown = {one.key for one in kims.get(asked).context["asking"].questions}
    assert {one.key for one in ask} <= shown
    assert len(shown) < len(keys())


def test_answers_are_the_visits_given_to_who_asked_and_the_writing_is_recorded(
    kims, kim, mine, asked, ana
):
    back = kims.post(asked, said("varicose_veins", **{"varicose_veins-more": PRIVATE}))
    assert back["Location"] == f"/visits/{mine.pk}/"
    check = HealthCheck.objects.get()
    assert (check.client, check.appointment, check.by) == (ana, mine, f"therapist: {kim.user_id}")
    wrote = Access.objects.get(did="wrote")
    assert (wrote.user, wrote.record, wrote.page) == (kim.user, check.pk, "therapists:ask")
    brief = text(kims.get(f"/visits/{mine.pk}/"))
    assert PRIVATE in brief
    assert "One health check was given for this visit." in brief
    assert f"asked aloud in the room {BY_KIM}" in brief


def test_a_yes_to_what_stops_puts_on_hold_and_numbers_can_be_rung(kims, mine, asked, ana):
    page = text(kims.post(asked, said("clot_signs"), follow=True))
    ana.refresh_from_db()
    assert ana.health_hold
    assert "decide before you start" in page
    assert 'href="tel:999"' in page


def test_without_agreement_nothing_is_kept(kims, asked):
    answers = said("clot_signs")
    del answers["agreed"]
    assert "Please ask them whether they agree." in text(kims.post(asked, answers), 422)
    assert not HealthCheck.objects.exists()


@pytest.mark.parametrize("page", ["ask", "hand-over"])
def test_nobody_asks_whom_they_do_not_treat(lees, desks, owners, anas, mine, page):
    for browser in (lees, desks, owners, anas):
        assert browser.post(f"/visits/{mine.pk}/{page}/", said()).status_code == 403
    assert not HealthCheck.objects.exists()


def test_handed_over_the_page_shows_no_name_no_menu_and_nothing_answered_before(handed, asked, ana):
    told(ana, "cancer", text=PRIVATE)
    page = text(handed.get(asked))
    for secret in (PRIVATE, ana.name, "/today/", "/notes/", "Sign out"):
        assert secret not in page


@pytest.mark.parametrize(
    "page", ["/today/", "/notes/", "/visits/{}/", "/visits/{}/note/", "/desk/", "/", "/notices/"]
)
def test_handed_over_every_other_page_leads_back_to_the_questions(handed, mine, asked, page):
    led = handed.get(page.format(mine.pk))
    assert led.status_code == 302
    assert led["Location"] == asked


def test_handed_over_nothing_else_is_saved_and_a_page_behind_is_told(handed, mine):
    sent = handed.post(f"/visits/{mine.pk}/note/draft/", note_of(mine, plan="more"))
    assert sent.status_code == 403


@pytest.mark.parametrize("page", sorted(WAYS_BACK - {PASSKEY}))
def test_handed_over_the_ways_back_show_no_menu_and_no_name(handed, kim, asked, page):
    TOTP.activate(kim.user, SECRET)
    handed.force_login(kim.user)
    in_other_hands(handed, asked, since=0)
    shown = text(handed.get(reverse(page)))
    for secret in ("/today/", "/notes/", "/my-time/", "Kim", kim.user.email):
        assert secret not in shown
    assert f'href="{asked}"' in shown


@pytest.mark.parametrize(("page", "status"), TO_READ)
def test_handed_over_what_anybody_may_read_stands_in_the_bare_frame(handed, asked, page, status):
    shown = text(handed.get(page), status)
    assert f'href="{asked}"' in shown
    for door in ("Your bookings", "Sign out", "/accounts/", "/desk/", "/today/"):
        assert door not in shown


def test_the_questions_lead_to_what_a_client_may_read(handed, asked):
    page = text(handed.get(asked))
    for place in ("/privacy/", "/terms/"):
        assert f'href="{place}" target="_blank"' in page


def test_handed_over_thanks_are_given_without_a_way_in(handed, asked, mine, ana):
    page = text(handed.post(asked, said("clot_signs")))
    assert 'href="tel:999"' in page
    assert "give the phone back" in page
    assert ana.name not in page
    assert handed.get(f"/visits/{mine.pk}/").status_code == 302


def test_who_says_who_they_are_has_the_browser_back(handed, kim, mine, asked):
    kim.user.set_password("right-password-only")
    kim.user.save()
    handed.force_login(kim.user)
    in_other_hands(handed, asked)
    wrong = handed.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert wrong.status_code == 200
    assert handed.get("/today/").status_code == 302
    brief = f"/visits/{mine.pk}/"
    right = {"password": "right-password-only", "next": brief}
    assert handed.post("/accounts/reauthenticate/", right)["Location"] == brief
    assert handed.get(brief).status_code == 200
    assert handed.get("/today/").status_code == 200


LOGIN, LOCK, FACTOR_AT_THE_LOCK = (
    "/accounts/login/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/reauthenticate/",
)


def sign_in(browser, kim, *, at):
    """With the app's code of so many seconds from now, as each is good once."""
    browser.post(LOGIN, {"login": kim.user.email, "password": PASSWORD})
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET, time() + at)})


@pytest.fixture
def locked(kim, mine, asked):
    """Kim's own phone, in which she has signed in, in Ana's hands."""
    phone = Browser()
    phone.post(LOGIN, {"login": kim.user.email, "password": PASSWORD})
    in_other_hands(phone, asked, since=0)
    return phone


def test_wrong_passwords_at_the_lock_end_there_and_leave_the_sign_in_page_open(locked, kim, mine):
    for _ in range(5):
        locked.post(LOCK, {"password": "wrong"})
    right = {"password": PASSWORD, "next": f"/visits/{mine.pk}/"}
    refused = text(locked.post(LOCK, right))
    assert "Sign out below and sign in again" in refused
    assert "password/reset" not in refused
    assert f'value="{LOGIN}?next=/visits/{mine.pk}/"' in refused
    assert locked.get("/today/").status_code == 302
    out = locked.post("/accounts/logout/", {"next": f"{LOGIN}?next=/visits/{mine.pk}/"})
    assert out["Location"] == f"{LOGIN}?next=/visits/{mine.pk}/"
    locked.post(LOGIN, {"login": kim.user.email, "password": PASSWORD})
    assert locked.get("/today/").status_code == 200


def test_wrong_codes_at_the_lock_leave_the_sign_in_pages_second_step_open(locked, kim):
    TOTP.activate(kim.user, SECRET)
    sign_in(locked, kim, at=-30)
    in_other_hands(locked, "/visits/1/ask/", since=0)
    for _ in range(5):
        locked.post(FACTOR_AT_THE_LOCK, {"code": "000000"})
    assert "Sign out below and sign in again" in text(
        locked.post(FACTOR_AT_THE_LOCK, {"code": code_of(SECRET)})
    )
    locked.post("/accounts/logout/")
    sign_in(locked, kim, at=30)
    assert locked.get("/today/").status_code == 200


def test_what_was_tried_at_the_lock_is_counted_over_every_handing_over(locked, asked):
    for _ in range(3):
        in_other_hands(locked, asked, since=0)
        for _ in range(2):
            locked.post(LOCK, {"password": "wrong"})
    assert locked.post(LOCK, {"password": PASSWORD}).status_code == 200
    assert locked.get("/today/").status_code == 302


def test_who_has_neither_password_nor_factor_keeps_the_phone_and_is_led_to_set_one_up(
    kims, kim, mine, asked
):
    kim.user.set_unusable_password()
    kim.user.save()
    kims.force_login(kim.user)
    assert "/hand-over/" not in text(kims.get(asked))
    page = text(kims.post(f"/visits/{mine.pk}/hand-over/", follow=True))
    assert "Set up a password or a passkey first" in page
    assert 'href="/accounts/2fa/"' in page
    assert kims.get("/today/").status_code == 200


def test_how_each_check_was_given_is_kept_and_several_in_a_row_are_counted(
    kims, kim, mine, asked, ana, client
):
    client.post(f"/appointments/{links.mail_token(mine)}/health/", said())
    kims.post(f"{asked}?all", said())
    kims.post(f"/visits/{mine.pk}/hand-over/")
    kims.post(f"{asked}?all", said("varicose_veins"))
    given = HealthCheck.objects.order_by("pk").values_list("asked", flat=True)
    assert list(given) == ["", "aloud", "handed_over"]
    places = Access.objects.filter(did="wrote").order_by("pk").values_list("page", flat=True)
    assert list(places)[1:] == ["therapists:ask", "therapists:hand_over"]
    kims.logout()
    kims.force_login(kim.user)
    brief = text(kims.get(f"/visits/{mine.pk}/"))
    assert "3 health checks were given for this visit" in brief
    for page in (brief, text(kims.get(f"/clients/{ana.pk}/history/"))):
        assert page.count(f"asked aloud in the room {BY_KIM}") == 1
        assert page.count(f"filled in by the client, on the phone handed over {BY_KIM}") == 1
        assert page.count("filled in by the client, without anybody of the clinic") == 1


def test_one_from_before_it_was_kept_says_only_where_it_was_given(kims, mine, asked):
    kims.post(f"{asked}?all", said())
    HealthCheck.objects.update(asked="")
    assert f"given in the room {BY_KIM}" in text(kims.get(f"/visits/{mine.pk}/"))


def test_who_asked_is_not_told_that_there_is_something_to_read(kims, asked):
    kims.post(f"{asked}?all", said("varicose_veins"))
    notices.tell(now=timezone.now())
    assert not StaffNotice.objects.filter(kind="to_read").exists()


def test_what_was_said_in_the_room_is_not_shown_where_the_address_is_in_doubt(
    kims, anas, asked, ana, client, mine
):
    """Whoever signs in under a changed address may be somebody else."""
    ana.unconfirmed_since = timezone.now() - timedelta(minutes=1)
    ana.save()
    kims.post(asked, said("cancer", **{"cancer-more": PRIVATE}))
    assert PRIVATE not in text(anas.get("/health/?all"))
    assert not HealthCheck.objects.shown_to(ana).exists()
    client.post(f"/appointments/{links.mail_token(mine)}/health/", said())
    assert HealthCheck.objects.shown_to(ana).count() == 1
