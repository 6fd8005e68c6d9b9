"""The therapist's pages: for everybody, at every width, in both schemes, and on paper."""

import re
from datetime import timedelta

import pytest

from tests.browser.days import box_of, fits, today
from tests.browser.logins import let_in
from tests.reading import first_match

pytestmark = pytest.mark.browser

# A full day with long names, something to know of everybody, and a line from the last note.
FULL_DAY = """
from datetime import datetime, timedelta
from django.utils import timezone
from bookings.models import *
from therapists.core.content import Answers, Content, Given, Mark
from therapists.models import *
from therapists.models.sealed import Sealed
ines, clinic = Therapist.objects.get(user__email="demo-therapist@example.com"), Clinic.objects.the()
first = datetime.fromisoformat("DAYT07:00").replace(tzinfo=clinic.tz)
room, massage = Room.objects.create(name="Paper", active=False), Treatment.objects.first()
given = tuple(Given(key, "?", rule, False, "", True) for key, rule in (
    ("anticoagulants_bleeding", "clearance"), ("undiagnosed_pain_lump", "clearance"),
    ("varicose_veins", "local")))
answers = Sealed.of(Answers(1, given).as_data())
words = "Calves first and slowly, then the hamstrings; nothing deep over the left Achilles tendon"
marks = (Mark("left-calf", "pain", 6), Mark("left-achilles-tendon", "soreness", 4))
note = Sealed.of(Content(plan=words, marks=marks).as_data())

def visit(client, start, status):
    return Appointment.objects.create(
        vouched_for=True,
        client=client, therapist=ines, room=room, treatment=massage, status=status, price=60,
        starts_at=start, ends_at=start + timedelta(minutes=40), created_at=start, booked_at=start,
        blocked_until=start + timedelta(minutes=40))

for n in range(14):
    client = Client.objects.create(name=f"Maximiliana Placeholder-Featherstonehaugh {n}",
                                   email=f"paper{n}@example.com")
    Race.objects.create(client=client, race_date=first.date() + timedelta(days=9),
                        name="Reservoir and Canal Marathon", distance="marathon")
    HealthCheck.objects.create(client=client, form="full", given_at=first, by="x", content=answers)
    before = visit(client, first - timedelta(days=21) + timedelta(minutes=45 * n), "completed")
    signed = Note.objects.create(appointment=before, author=ines, created_at=first, saved_at=first)
    NoteVersion.objects.create(note=signed, number=1, signed_by=ines, signed_at=first, content=note)
    visit(client, first + timedelta(minutes=45 * n), "booked")
print("client", client.pk, "signed", before.pk)
"""
# Farther ahead than anybody books, the visits three weeks before it as well.
FAR = (today() + timedelta(days=500)).isoformat()
DAY = f"/today/{FAR}/"


@pytest.fixture(scope="module")
def full_day(run):
    """The last client of a day with fourteen, and an earlier visit of theirs with a note."""
    return first_match(r"client (\d+) signed (\d+)", run(FULL_DAY.replace("DAY", FAR))).groups()


def pages_of(full_day, ada):
    client, signed = full_day
    return [
        "/today/", DAY, f"{DAY}sheet/", "/today/offline/", f"/visits/{ada}/", f"/visits/{signed}/",
        f"/visits/{ada}/ask/", f"/visits/{ada}/note/", f"/visits/{signed}/note/",
        f"/visits/{signed}/note/?amend", f"/clients/{client}/history/", "/my-time/", "/calendar/",
    ]  # fmt: skip


def test_the_therapists_pages_are_for_everybody_and_fit(phone, visits, full_day, for_everybody):
    _, (ada, _, _) = visits
    for path in pages_of(full_day, ada):
        phone.goto(path)
        for_everybody(phone, (320, 390, 820), read_at=[390])


@pytest.mark.parametrize(
    ("who", "paths"),
    [
        ("runner", ["/health/?all", "/health/", "/calendar/"]),
        ("desk", ["/desk/time-off/"]),
        ("owner", ["/health/accesses/"]),
    ],
)
def test_the_others_pages_do_too(open_context, full_day, axe, who, paths):
    page = open_context(viewport={"width": 390, "height": 844}).new_page()
    let_in(page, who)
    for path in paths:
        page.goto(path)
        axe(page)
        fits(page)


def test_what_is_pressed_with_oily_hands_is_big(phone, visits):
    _, (ada, _, _) = visits
    phone.goto("/today/")
    buttons = phone.locator(".visit-actions .btn")
    assert buttons.count() > 5
    for button in buttons.all():
        box = box_of(button)
        assert box["height"] >= 48
        assert box["width"] >= 72
    phone.goto(f"/visits/{ada}/note/")
    calf = box_of(phone.locator("[data-place=left-calf] .touch"))
    assert calf["width"] >= 40
    assert calf["height"] >= 80


def test_a_full_day_is_one_sheet_of_paper(phone, full_day):
    phone.goto(f"{DAY}sheet/")
    assert phone.locator("tbody tr").count() == 14
    paper = phone.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == 1
