"""Mails of the waiting list say what is true when they go out, or do not go."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.actions.scheduling import cancellation
from bookings.actions.waiting_list import entries, offers
from bookings.models import Mail, MailKind, MailState
from bookings.queries.clients.strangers import MAILS_A_DAY
from tests import factories

HOUR = timedelta(hours=1)


@pytest.fixture
def offer(massage, kim, room, at):
    """A time that is kept, and the mail that says so."""
    entry = factories.make_entry(
        factories.make_client(wants_news=True), treatment=massage, notice_hours=24
    )
    offer = factories.make_offer(entry, therapist=kim, starts_at=at(3, 10), ends_at=at(3, 11))
    offers._write_about_offer(MailKind.WAIT_OFFER, offer, not_after=offer.until, now=timezone.now())
    return offer


def mail_of(kind):
    return Mail.objects.get(kind=kind)


@pytest.mark.fixed_clock
def test_an_offer_says_when_and_until_when_and_leads_to_its_page(offer, send_due, post_office):
    assert send_due() == 1
    [message] = post_office.messages
    assert message["Subject"] == "Kept for you until 10:00 today: Saturday 5 December, 10:00"
    assert "/kept-for-you/" in message.get_body(("plain",)).get_content()


def test_an_offer_that_is_over_is_not_sent_and_its_end_is_not_told(offer, send_due, clock):
    clock.move_to(offer.until)
    offers.expire(offer, now=timezone.now())
    assert send_due() == 0
    assert mail_of(MailKind.WAIT_OFFER).state == MailState.SUPERSEDED
    assert mail_of(MailKind.WAIT_PASSED).state == MailState.CANCELLED


def test_whoever_has_heard_of_it_hears_that_it_is_over_and_still_free(
    offer, send_due, clock, post_office
):
    send_due()
    clock.move_to(offer.until)
    offers.expire(offer, now=timezone.now())
    assert send_due() == 1
    assert "It is still free" in post_office.messages[-1].get_body(("plain",)).get_content()


def test_who_wants_no_news_is_not_written_to(offer, send_due):
    offer.client.wants_news = False
    offer.client.save()
    assert send_due() == 0
    assert "wants no news of the waiting list" in mail_of(MailKind.WAIT_OFFER).why


def test_leaving_is_confirmed(offer, send_due, post_office):
    entries.leave(offer.entry, now=timezone.now())
    assert send_due() == 1
    assert "You have left the waiting list" in post_office.messages[-1]["Subject"]


def test_a_victims_mailbox_gets_three_mails_a_day_of_the_list_too(send_due, massage, post_office):
    for number in range(8):
        stranger = factories.make_client(
            f"Mal {number}", email=f"victim+{number}@example.com", proved_at=None, wants_news=True
        )
        entry = factories.make_entry(stranger, treatment=massage)
        offers.write_about_entry(MailKind.WAIT_JOINED, entry, now=timezone.now())
    send_due()
    assert len(post_office.messages) == MAILS_A_DAY


def test_whose_time_was_taken_is_told_that_it_costs_nothing(
    send_due, post_office, massage, kim, room, at, ana
):
    visit = factories.make_appointment(
        client=ana, starts_at=at(1, 14), treatment=massage, therapist=kim, room=room
    )
    cancellation.cancel(visit, passed_on=True, by="waiting list", now=timezone.now())
    assert send_due() == 1
    text = post_office.messages[-1].get_body(("plain",)).get_content()
    assert "Somebody from the waiting list has taken your time" in text
    assert "you pay no fee" in " ".join(text.split())


@pytest.mark.parametrize("proved_at", [None, timezone.now()])
def test_who_was_put_on_the_list_by_the_desk_is_told_so(send_due, massage, post_office, proved_at):
    client = factories.make_client(wants_news=True, proved_at=proved_at)
    entry = factories.make_entry(client, treatment=massage, by="desk: dee")
    offers.write_about_entry(MailKind.WAIT_JOINED, entry, now=timezone.now())
    send_due()
    text = post_office.messages[-1].get_body(("plain",)).get_content()
    assert "We have put you on our waiting list" in text
    assert "Somebody has given this address" not in text


def test_the_desk_reads_an_offer_before_and_after_it_has_gone(offer, send_due, desks):
    """Of one that has not been claimed nobody has said when it is."""
    mail = mail_of(MailKind.WAIT_OFFER)
    for _ in range(2):
        for page in (f"/desk/mails/{mail.pk}/", f"/desk/mails/{mail.pk}/body/"):
            assert desks.get(page).status_code == 200
        send_due()
