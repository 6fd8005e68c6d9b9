"""The health check with the client in the room, in the therapist's hands or in theirs."""

from datetime import timedelta
from time import time

import pytest
from django.utils import timezone

from bookings import links
from tests.therapists.conftest import note_of, text
from tests.therapists.health.test_health import keys, said
from tests.therapists.notes.test_briefs import told
from therapists.actions import notices
from therapists.models import Access, HealthCheck, StaffNotice

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
    assert "Asked in the room" in brief


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
    session = handed.session
    session["handed_over"] = {"path": asked, "at": time() - 1}
    session.save()
    wrong = handed.post("/accounts/reauthenticate/", {"password": "wrong"})
    assert wrong.status_code == 200
    assert handed.get("/today/").status_code == 302
    brief = f"/visits/{mine.pk}/"
    right = {"password": "right-password-only", "next": brief}
    assert handed.post("/accounts/reauthenticate/", right)["Location"] == brief
    assert handed.get(brief).status_code == 200
    assert handed.get("/today/").status_code == 200


def test_who_asked_is_not_told_that_there_is_something_to_read(kims, asked):
    kims.post(asked, said("varicose_veins"))
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
