"""Fields that no form has, sent all the same: nobody gives themselves what is not theirs."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bookings.core.roles import Role
from bookings.models import Appointment, Client, Payment, Therapist, User
from tests import factories
from tests.clock import day_of
from tests.roles.walk import *  # noqa: F403 - fixtures
from tests.roles.walk import pages
from tests.roles.world import make_world, templates_of_few_words
from therapists.models import Access, Note, NoteVersion, TimeOff

MORE = {
    "role": "owner", "is_staff": "1", "is_superuser": "1", "user": "1", "user_id": "1",
    "client_id": "2", "author": "2", "author_id": "2", "signed_by": "2", "signed_at": "2020-01-01",
    "proved_at": "2026-01-01", "email_verified": "1", "links_edition": "9", "plan_revision": "9",
    "pk": "2", "id": "2", "number": "7", "by": "nobody", "at": "2020-01-01", "answer": "approved",
    "answered_by": "1", "erased_at": "2020-01-01", "public_id": "x", "booking_key": "x",
    "guardian_agreed_by": "x", "therapist_id": "2", "health_hold": "1", "currency": "XXX",
}  # fmt: skip


@pytest.fixture
def world(db, settings):
    settings.LIMIT_SIGNING_IN = False
    return make_world()


def who_is_who():
    """What only a few own actions may ever change."""
    return [
        list(
            User.objects.order_by("pk").values("pk", "role", "is_superuser", "is_active", "email")
        ),
        list(Client.objects.order_by("pk").values("pk", "user_id", "email", "proved_at")),
        list(Therapist.objects.order_by("pk").values("pk", "user_id", "name")),
        list(Note.objects.order_by("pk").values("pk", "author_id", "appointment_id")),
        list(NoteVersion.objects.order_by("pk").values("pk", "number", "signed_by_id")),
        list(Payment.objects.order_by("pk").values("pk", "amount", "number", "by", "currency")),
    ]


@pytest.mark.parametrize("who", ["bo", "kim", "desk", "owner"])
def test_no_page_takes_them(world, walked, who, settings, tmp_path):
    """Not where none of their forms is taken, whatever is in it (tests/roles/table.txt)."""
    settings.TEMPLATES = templates_of_few_words(tmp_path)
    before, usual, sent = who_is_who(), walked.of(who), 0
    for name, url in pages(world):
        # The admin's own forms have such fields, and the owner's right to them is the table's.
        if name.startswith(("admin:", "account_", "mfa_", "privacy:")) or name not in usual:
            continue
        if usual[name].got[1] not in ("403", "405"):
            world.browsers[who].post(url, MORE)
            sent += 1
    assert sent > 20
    assert who_is_who() == before


def test_a_note_is_its_writers_and_dated_by_the_clock(world):
    visit = Appointment.objects.get(status="booked", therapist__name="Kim Demo")
    typed = {"revision": "0", "privacy": "therapists", "do": "sign", "subjective": "Tight calves"}
    world.browsers["kim"].post(f"/visits/{visit.pk}/note/", MORE | typed)
    version = NoteVersion.objects.get()
    assert (version.number, version.signed_by.name) == (1, "Kim Demo")
    assert (version.note.author.name, version.note.appointment) == ("Kim Demo", visit)
    assert timezone.now() - version.signed_at < timedelta(minutes=5)
    assert {one.who for one in Access.objects.all()} == {
        factories.key_of("kim@example.com", Role.THERAPIST)
    }


def test_a_record_changes_by_what_its_form_shows_alone(world):
    desk, ana = world.browsers["desk"], world.ana
    page = desk.get(f"/desk/clients/{ana.pk}/edit/")
    shown = {
        name: "" if value is None else value
        for name in page.context["form"].fields
        if (value := page.context["form"][name].value()) is not False
    }
    before: dict[str, Any] = {**Client.objects.values().get(pk=ana.pk)}
    answer = desk.post(f"/desk/clients/{ana.pk}/edit/", MORE | shown | {"phone": "07700 900555"})
    assert answer.status_code == 302
    after: dict[str, Any] = {**Client.objects.values().get(pk=ana.pk)}
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"phone", "findable"}


def test_money_is_noted_by_who_takes_it_now_and_in_the_clinics_currency(world):
    visit = Appointment.objects.get(status="booked", therapist__name="Kim Demo")
    seen = visit.events.last()
    typed = {"amount": "10", "method": "cash", "key": "a" * 32, "seen": seen.pk if seen else 0}
    world.browsers["desk"].post(f"/diary/appointments/{visit.pk}/pay/", MORE | typed)
    paid = visit.payments.get()
    desk = factories.key_of("desk@example.com", Role.DESK)
    assert (paid.by, paid.currency, paid.number) == (desk, "GBP", 2)
    assert timezone.now() - paid.at < timedelta(minutes=5)


def test_time_off_is_asked_for_by_oneself_and_waits_for_an_answer(world):
    day = (day_of(timezone.now()) + timedelta(days=30)).isoformat()
    world.browsers["kim"].post("/my-time/", MORE | {"first": day, "last": day})
    data = TimeOff.objects.latest("pk")
    assert (data.therapist.name, data.answer) == ("Kim Demo", "asked")
