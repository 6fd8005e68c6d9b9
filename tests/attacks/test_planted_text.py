"""Markup in every field that reaches a mail or a feed arrives as the text that it is."""

from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import cast

import pytest
from django.db.models import Field
from django.test import Client as Browser
from django.utils import timezone

from bookings.mail.compose import compose
from bookings.models import Appointment, Client, Clinic, MailKind, Race, Room, Therapist, Treatment
from bookings.web.mail.samples import sample
from tests import factories
from tests.clock import day_of
from tests.reading import part_of
from tests.roles.world import make_world

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)><a href=javascript:alert(1)>"
PLANTED = {
    Clinic: ["name", "address", "phone", "what_to_wear", "how_to_find_us"],
    Client: ["name"],
    Race: ["name"],
    Therapist: ["name"],
    Room: ["name"],
    Treatment: ["name", "description"],
}


class Markup(HTMLParser):
    """The elements of a page, as a browser would find them."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def plant(text: str) -> None:
    for model, fields in PLANTED.items():
        for row in model._default_manager.all():
            columns = {name: cast(Field, model._meta.get_field(name)) for name in fields}
            long = {name: column.max_length or 400 for name, column in columns.items()}
            values = {name: f"{row.pk}{text}"[: long[name]] for name in fields}
            model._default_manager.filter(pk=row.pk).update(**values)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", MailKind)
def test_no_mail_carries_it_as_markup(kind):
    now = timezone.now()
    clinic = factories.make_clinic()
    kim = factories.make_therapist("Kim Demo")
    factories.make_week(kim)
    factories.make_treatment("Massage", therapists=[kim], rooms=[factories.make_room()])
    mail = sample(kind, clinic, now=now)
    plant(SCRIPT)
    mail.client.refresh_from_db()
    if mail.appointment:
        mail.appointment = Appointment.objects.with_everything().get(pk=mail.appointment_id)
    mail.note = SCRIPT
    message = message_from_bytes(
        compose(mail, Clinic.objects.the(), now=now).as_bytes(), policy=policy.default
    )
    html = part_of(message, "html")
    elements = Markup(html).found
    assert "script" not in {tag for tag, _ in elements}
    assert not [one for one in elements if "onerror" in one[1] or one[1].get("src") == "x"]
    links = [attrs.get("href") or "" for tag, attrs in elements if tag == "a"]
    assert links
    ours = ("http://localhost", "tel:", "mailto:", "https://www.google.com/maps/dir/?")
    assert all(link.startswith(ours) for link in links)
    assert "&lt;script&gt;" in html
    assert "<script>" in part_of(message)  # plain text is just that


def test_the_diarys_feed_is_json_and_nothing_else(db, settings):
    world = make_world()
    plant(SCRIPT)
    day = day_of(Appointment.objects.filter(status="booked").earliest("starts_at").starts_at)
    answer = world.browsers["desk"].get(f"/diary/{day}/feed/")
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert SCRIPT[:40] in answer.json()["visits"][0]["client"]


def test_the_openings_for_other_sites_are_json_and_nothing_else(db):
    make_world()
    plant(SCRIPT)
    slug = Treatment.objects.get().slug
    answer = Browser().get("/api/openings", {"treatment": slug, "days": "14"})
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
