"""A therapist's day in the demo, as the browser tests book it."""

PHONE = {"viewport": {"width": 390, "height": 844}}
# Three visits in the demo's therapist's day, whose others are cancelled. They begin just after
# midnight, so that the day has come whenever the test runs.
BOOK = """
from datetime import timedelta
from secrets import token_hex
from django.utils import timezone
from bookings.core.intervals import day_bounds
from bookings.models import *
ines = Therapist.objects.get(user__email="demo-therapist@example.com")
now, tz = timezone.now(), Clinic.objects.the().tz
today = day_bounds(now.astimezone(tz).date(), 1, tz)
ines.appointments.filter(starts_at__range=(today.start, today.end)).update(status="cancelled")
room = Room.objects.create(name=f"Room {token_hex(2)}", active=False)
massage = Treatment.objects.get(slug="sports-massage-60")
for n, name in enumerate(("Ada", "Ben", "Cleo")):
    email = f"{token_hex(4)}@example.com"
    client = Client.objects.create(name=f"{name} NAME", email=email, proved_at=now)
    start = today.start + timedelta(minutes=30 * n + 1)
    end = start + timedelta(minutes=25)
    visit = Appointment.objects.create(
        client=client, therapist=ines, room=room, treatment=massage, status="booked", price=60,
        starts_at=start, ends_at=end, blocked_until=end, created_at=now, booked_at=now)
    print("visit", visit.pk)
"""


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
