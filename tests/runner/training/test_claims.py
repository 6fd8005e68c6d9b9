"""No page or mail says what nobody has shown of massage: every template is rendered and read."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.signals import template_rendered
from django.utils import timezone

from bookings import links
from bookings.core.scheduling.statuses import Status
from bookings.core.training.protocol.claims import claims_in
from bookings.links import Purpose
from bookings.mail.compose import compose
from bookings.models import Appointment, Clinic, Mail, MailKind, OwnPlan, Room
from bookings.queries.mail.nudges import races_and_plan
from bookings.queries.training import protocol
from tests import factories
from tests.clock import day_of
from tests.page_fixtures import proposals
from tests.reading import part_of

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PERSON = {"name": "Ana Demo", "email": "ana@example.com", "phone": ""}
CALLED_OFF = (MailKind.RELEASED,)
# The one list of what is not promised; it names things, and the page around it is read.
NO_PROMISE = re.compile(r'<ul class="[^"]*no-promise">.*?</ul>', re.DOTALL)


class Reader(Client):
    """A browser that remembers the words of every page."""

    def __init__(self, **options):
        super().__init__(**options)
        self.words: dict[str, str] = {}

    def request(self, **data):
        response = super().request(**data)
        if "html" in response.headers.get("Content-Type", ""):
            self.words[f"{data['PATH_INFO']} {len(self.words)}"] = words_of(
                response.content.decode()
            )
        return response


def words_of(html: str) -> str:
    """The text that a reader sees; every element ends a sentence, so that none run together."""
    html = re.sub(r"<(style|script).*?</\1>", " ", NO_PROMISE.sub("", html), flags=re.DOTALL)
    inline = re.sub(r"</?(?:a|b|i|em|strong|span|small|abbr)\b[^>]*>", "", html)
    return unescape(re.sub(r"<[^>]+>", "\n", inline))


@pytest.fixture
def rendered() -> Iterator[set[str]]:
    """The names of the templates that have been rendered meanwhile."""
    names: set[str] = set()

    def note(template, **_more):
        if template.name:
            names.add(template.name)

    template_rendered.connect(note)
    yield names
    template_rendered.disconnect(note)


@pytest.fixture
def client(db) -> Reader:
    return Reader()


def made_in(words: dict[str, str]) -> dict[str, list[str]]:
    """The claims of each page or mail that makes one."""
    not_allowed = protocol.current().claims.not_allowed
    found = {place: claims_in(text, not_allowed) for place, text in words.items()}
    return {place: claims for place, claims in found.items() if claims}


def files(folder: str) -> set[str]:
    found = (TEMPLATES / folder).rglob("*")
    return {str(one.relative_to(TEMPLATES)) for one in found if one.suffix in (".html", ".txt")}


@pytest.fixture
def walk(client, booked, mine, enter, choose_sessions, massage, race_day, at):
    """Goes through every page that a runner can come to."""

    def _walk():
        _book_one(client, massage)
        _wait_for_the_mail(client, massage)
        _own_plan(client)
        _plan(client, enter, choose_sessions, race_day, "/plan/")
        _appointment(client, booked, at)
        _race_news(client, booked)
        _answers_to_mails(client, booked, at)
        _series(client, booked)
        _second_visit_of_the_day(booked)
        _plan(client, enter, choose_sessions, race_day + timedelta(weeks=3), mine)
        factories.make_plan_link(booked.client)
        client.get(f"{mine}own/")
        client.get("/protocol/")
        client.get("/embed/", {"treatment": massage.slug})
        client.get("/race-answer/", {"race_date": race_day.isoformat(), "distance": "marathon"})
        client.get(massage.therapists.get().get_absolute_url())
        _of_age(client, booked)
        booked.client.user = factories.make_user()
        booked.client.save()
        client.force_login(booked.client.user)
        client.get("/account/")
        client.get("/account/week/")

    return _walk


def _second_visit_of_the_day(booked):
    """One session asks for one visit; another stands in the plan by itself."""
    factories.make_appointment(
        starts_at=booked.starts_at + timedelta(hours=4),
        client=booked.client,
        treatment=booked.treatment,
        therapist=booked.therapist,
        room=booked.room,
    )


def _series(client, booked):
    """Of one who is proved: made, looked at, and what moving and cancelling several shows."""
    url = f"/appointments/{links.mail_token(booked)}/"
    client.get(f"{url}repeat/")
    factories.make_series(booked)
    for page in ("", "cancel/", "cancel/?scope=later", "move/?scope=all&weekday=4&at=11:00"):
        client.get(f"{url}series/{page}")


def _of_age(client, booked):
    Clinic.objects.update(asks_date_of_birth=True)
    age = f"/appointments/{links.mail_token(booked)}/age/"
    client.get(age)
    client.post(age, {"date_of_birth": f"{timezone.now().year - 15}-01-01"})
    client.get(age)


def _book_one(client, massage):
    url = massage.get_absolute_url()
    for page in ("/", "/terms/", "/accounts/login/", url):
        client.get(page)
    client.get(url, headers={"HX-Request": "true"})
    client.get(f"{url}wait/")
    start = client.get(url).context["picker"].parts[0].openings[0].starts_at
    client.post(f"{url}hold/", {"start": start.isoformat(), "therapist": ""})
    page = client.get(f"{url}details/")
    key = page.context["form"]["key"].value()
    said = {**PERSON, "key": key, "start": start.isoformat(), "therapist": ""}
    client.post(f"{url}details/", {**said, "name": ""})
    client.post(f"{url}details/", {**said, "email": "ana@gmial.con"})
    _too_many_wait(client, url, said, massage)
    held = Appointment.objects.get(status=Status.HELD)
    Appointment.objects.filter(pk=held.pk).update(status=Status.EXPIRED)
    factories.make_appointment(
        starts_at=start, treatment=massage, therapist=held.therapist, room=held.room
    )
    assert client.post(f"{url}details/", said).status_code == 409
    assert client.post(f"{url}hold/", {"start": start.isoformat()}).status_code == 409


def _wait_for_the_mail(client, massage):
    url = massage.get_absolute_url()
    openings = client.get(url).context["picker"].parts[-1].openings
    said = {"start": openings[-1].starts_at.isoformat(), "therapist": ""}
    client.post(f"{url}hold/", said)
    key = client.get(f"{url}details/").context["form"]["key"].value()
    said |= {**PERSON, "email": "new@example.com", "key": key}
    booked = client.post(f"{url}details/", said, follow=True)
    assert booked.status_code == 200
    client.get(f"{booked.request['PATH_INFO']}address/")
    client.get("/")


def _too_many_wait(client, url, said, massage):
    """Of bookings that nobody has confirmed; then what waits is gone."""
    now = timezone.now()
    newcomer = factories.make_client("Nia Demo", email=said["email"], proved_at=None)
    waiting = [
        factories.make_appointment(
            starts_at=now + timedelta(days=days),
            client=newcomer,
            treatment=massage,
            therapist=massage.therapists.first(),
            room=Room.objects.all()[0],
            prove_by=now + timedelta(hours=1),
            booked_at=now,
            visitor="another",
        )
        for days in (20, 21)
    ]
    assert client.post(f"{url}details/", said).status_code == 409
    Appointment.objects.filter(pk__in=[one.pk for one in waiting]).delete()
    newcomer.delete()


def _plan(client, enter, choose_sessions, race_day, url):
    client.get(url)
    enter(url, race_date=race_day.isoformat(), distance="marathon")
    page = client.get(url)
    first = page.context["page"].proposals[-1].offer.session
    declined = {"kind": first.kind.value, "ideal": first.ideal.isoformat(), "do": "decline"}
    client.post(f"{url}sessions/", declined)
    client.get(url)
    choose_sessions(2, url)
    client.get(f"{url}book/")
    latest = proposals(client, url)[-1].offer.number
    choose_sessions(latest, url, only=latest)
    client.get(f"{url}book/")
    race = f"{url}{race_day}/"
    client.get(race)
    later = race_day + timedelta(weeks=1)
    told = {"race_date": later, "distance": "marathon", "outcome": "assumed_finished"}
    client.post(race, told)
    client.post(race, {"withdraw": "yes"})


def _own_plan(client):
    days = [day_of(timezone.now()) + timedelta(days=n) for n in range(3)]
    lines = zip(days, ("Long run", "Easy", "Zanzibar twist"), strict=True)
    table = "\n".join(["date,kind", *(f"{day},{kind}" for day, kind in lines)])
    assert client.get("/plan/own/").status_code == 200
    page = client.post("/plan/own/", {"file": SimpleUploadedFile("plan.csv", table.encode())})
    assert page.status_code == 200


def _appointment(client, booked, at):
    for made in (links.page_token, links.calendar_token, links.mail_token):
        url = f"/appointments/{made(booked)}/"
        later = {"start": at(5, 11).isoformat(), "therapist": ""}
        for page in ("", "move/", "cancel/", "coming/", "earlier/"):
            client.get(f"{url}{page}")
        client.get(f"{url}move/", later)
    Appointment.objects.filter(pk=booked.pk).update(relayed_at=timezone.now())
    client.get(f"{url}pass-on/")
    Appointment.objects.filter(pk=booked.pk).update(relayed_at=None)


def _race_news(client, booked):
    """The visit was for the days before a race that is cancelled."""
    was = day_of(booked.starts_at) + timedelta(days=3)
    race = factories.make_race(booked.client, race_date=was, outcome="cancelled")
    row = factories.make_news(race, was=was)
    page = client.get(urlsplit(links.client_url(Purpose.RACE_NEWS, booked.client, row=row.pk)).path)
    assert page.context["questions"]
    race.delete()


def _answers_to_mails(client, booked, at):
    ana, day = booked.client, day_of(timezone.now()) - timedelta(days=1)
    factories.make_race(ana, race_date=day)
    facts = {"treatment": booked.treatment.pk, "therapist": None}
    waits = factories.make_entry(ana, treatment=booked.treatment)
    offer = factories.make_offer(waits, therapist=booked.therapist)
    data: tuple[tuple[Purpose, dict[str, Any]], ...] = (
        (Purpose.BOOK, {**facts, "start": at(5, 12).isoformat()}),
        (Purpose.BOOK, {**facts, "start": at(-1, 12).isoformat()}),
        (Purpose.DECLINE, {"kind": "return_check", "ideal": day.isoformat()}),
        (Purpose.AFTER_RACE, {"race": day.isoformat()}),
        (Purpose.WAIT_OFFER, {"offer": offer.pk}),
        (Purpose.WAITING, {"entry": waits.pk}),
        (Purpose.VISITS, {}),
        (Purpose.PREFERENCES, {}),
        (Purpose.UNSUBSCRIBE, {"group": "reminders"}),
    )
    for purpose, told in data:
        url = urlsplit(links.client_url(purpose, ana, **told)).path
        client.get(url)
        client.post(url, {"outcome": "finished"})
        client.get(url)
    runs_long_on_the_day_of(booked)
    client.get(f"/appointments/{links.mail_token(booked)}/plan/")


def runs_long_on_the_day_of(booked):
    """By the client's own training plan, not as every week: the plan is against the visit then."""
    day = day_of(booked.starts_at)
    booked.client.long_run_weekday = (day.weekday() + 1) % 7
    booked.client.save(update_fields=["long_run_weekday"])
    days = [[f"{day}", "long", None, None]]
    OwnPlan.objects.create(client=booked.client, read_at=timezone.now(), days=days)


def test_every_page_for_runners_is_read_and_none_makes_a_claim(walk, client, rendered):
    walk()
    assert (files("runner") | files("web")) - rendered == set()
    assert made_in(client.words) == {}


def test_a_claim_planted_in_a_page_is_found(client, massage):
    massage.description = "Deep work prevents injuries."
    massage.save()
    client.get("/")
    assert "prevents injury" in next(iter(made_in(client.words).values()))


@pytest.fixture
def letters(booked, rendered, settings):
    """What each kind of mail says, to a client with a race, in text and in HTML."""
    race = factories.make_race(booked.client, race_date=day_of(timezone.now()) + timedelta(weeks=5))
    runs_long_on_the_day_of(booked)
    clinic = Clinic.objects.the()
    _, plan = races_and_plan(booked.client, as_of=day_of(timezone.now()))
    listed = [(session.kind, session.ideal.isoformat()) for session in plan.sessions]
    entry = factories.make_entry(booked.client)
    link = factories.make_plan_link(booked.client)
    about = {
        "link": link.pk,
        "good_at": link.good_at.isoformat(),
        "race": race.race_date.isoformat(),
        "topics": ["race_block"],
        "covers": listed,
        "entry": entry.pk,
        "offer": factories.make_offer(entry).pk,
        "series": factories.make_series(booked).pk,
        "visits": {str(booked.pk): booked.revision},
        "start": booked.starts_at.isoformat(),
        "nearest": booked.starts_at.isoformat(),
        "why": "taken",
        "row": factories.make_news(race, was=race.race_date - timedelta(weeks=3)).pk,
    }
    Appointment.objects.filter(pk=booked.pk).update(together="together")
    booked.refresh_from_db()
    settings.DEBUG = True  # templates that are prepared do not tell of those that they include
    words = {}
    for kind in MailKind:
        status = Status.CANCELLED if kind in CALLED_OFF else Status.BOOKED
        Appointment.objects.filter(pk=booked.pk).update(status=status)
        mail = Mail(
            key=f"{kind}:1", kind=kind, client=booked.client, appointment=booked,
            together="together", created_at=timezone.now(), about=about,
        )  # fmt: skip
        message = compose(mail, clinic, now=timezone.now())
        for part in ("plain", "html"):
            body = part_of(message, part)
            words[f"{kind} {part}"] = f"{message['Subject']}\n{words_of(body)}"
    return words


def test_every_mail_is_read_and_none_makes_a_claim(letters, rendered):
    # What an owner writes there is read by its form (tests/office/test_mails.py).
    assert files("mail") - rendered == {"mail/opening.html"}
    assert made_in(letters) == {}


def test_a_claim_planted_in_a_mail_is_found(booked, letters):
    planted = {place: f"{text}\nMassage removes lactic acid." for place, text in letters.items()}
    assert set(made_in(planted)) == set(letters)


def test_the_protocols_own_words_for_runners_make_none():
    protocol.default().refuse_claims()


def test_the_therapists_lists_are_allowed_to_name_what_to_avoid():
    avoided = " ".join(line for one in protocol.default().phases.values() for line in one.avoid)
    assert claims_in(avoided, protocol.default().claims.not_allowed)
