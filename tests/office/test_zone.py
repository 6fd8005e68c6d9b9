"""The clinic's clock becomes another's: what is booked keeps its hour or its instant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from bookings.actions.refusals import Refused, Stale
from bookings.actions.scheduling import rezoning
from bookings.actions.scheduling.rezoning import Keeps, Unseen, effect_of, on_that_clock
from bookings.core.scheduling.statuses import Status
from bookings.mail.context import AppointmentLetter
from bookings.models import Absence, Appointment, Clinic, Mail, MailKind
from bookings.models.clinic import validate_zone
from clinic.accounts.welcome.setup import SetupForm
from tests import factories
from tests.office.conftest import filled
from tests.reading import present

PAGE = "/office/clinic/zone/"
BY = "owner: 1"


@pytest.fixture
def put(massage, kim, room):
    """Visits that begin then, one a client, of an hour each with a quarter after it."""

    def _put(*starts: datetime) -> list[Appointment]:
        placed = {"treatment": massage, "therapist": kim, "room": room}
        made = []
        for number, start in enumerate(starts):
            client = factories.make_client(f"Client {number}", email=f"c{number}@example.com")
            visit = factories.make_appointment(starts_at=start, client=client, **placed)
            made.append(visit)
        return made

    return _put


def change(zone: str, keeps: Keeps = Keeps.CLOCK):
    now = timezone.now()
    seen = effect_of(Clinic.objects.the(), zone, keeps, now=now)
    return rezoning.change_zone(zone, keeps, accepted=seen.digest, by=BY, now=now)


def hours(tz: str) -> list[str]:
    starts = Appointment.objects.order_by("starts_at").values_list("starts_at", flat=True)
    return [f"{start.astimezone(ZoneInfo(tz)):%d.%m. %H:%M}" for start in starts]


def on_the_clock(tz: str, *walls: tuple[int, ...]) -> list[datetime]:
    zone = ZoneInfo(tz)
    return [datetime(*wall, tzinfo=zone).astimezone(UTC) for wall in walls]  # type: ignore[arg-type,misc]


def test_what_is_booked_keeps_its_hour_and_each_client_is_told_once(put, start):
    [visit] = put(start)
    before = (visit.starts_at, visit.ends_at, visit.blocked_until)
    effect = change("Europe/Berlin")
    assert (len(effect.visits), len(effect.moved), effect.told) == (1, 1, 1)
    visit.refresh_from_db()
    after = (visit.starts_at, visit.ends_at, visit.blocked_until)
    assert [one - two for one, two in zip(before, after, strict=True)] == [timedelta(hours=1)] * 3
    assert Clinic.objects.the().timezone == "Europe/Berlin"
    assert visit.revision == 1
    [mail] = Mail.objects.filter(kind=MailKind.MOVED)
    assert "10:00 there, as agreed" in mail.note
    assert visit.events.get(kind="moved").by == BY


def test_the_mail_does_not_say_that_it_was_at_another_hour(put, start):
    put(start)
    change("Europe/Berlin")
    mail = Mail.objects.get(kind=MailKind.MOVED)
    letter = AppointmentLetter(
        mail, Clinic.objects.the(), timezone.now(), present(mail.appointment)
    )
    assert (letter.before, letter.start) == ("", "10:00")


@pytest.mark.fixed_clock
@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "America/Santiago"])
def test_hours_are_kept_over_every_change_of_clocks(put, zone):
    """London's in March, New York's two weeks before, the south's in April."""
    walls = [(2027, month, day, 10) for month, day in ((3, 10), (3, 20), (3, 27), (3, 29), (4, 12))]
    put(*on_the_clock("Europe/London", *walls))
    was = hours("Europe/London")
    change(zone)
    assert hours(zone) == was
    lengths = {one.ends_at - one.starts_at for one in Appointment.objects.all()}
    assert lengths == {timedelta(hours=1)}


@pytest.mark.fixed_clock
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Europe/London", "Europe/Berlin"),
        ("Europe/London", "America/New_York"),
        ("Antarctica/Troll", "Etc/GMT-1"),  # in winter an hour sooner, in summer an hour later
        ("Etc/GMT-1", "Antarctica/Troll"),
    ],
)
def test_a_day_without_a_gap_is_moved_without_one_standing_in_the_others_way(put, before, after):
    Clinic.objects.update(timezone=before)
    days = [(2026, 12, 8), (2027, 3, 27), (2027, 3, 29), (2027, 7, 1)]
    walls = [(*day, 9 + number) for day in days for number in range(5)]
    put(*on_the_clock(before, *walls))
    was = hours(before)
    change(after)
    assert hours(after) == was


def test_an_instant_that_is_kept_moves_nothing_and_tells_nobody(put, start):
    [visit] = put(start)
    effect = change("America/New_York", Keeps.INSTANT)
    assert (effect.visits, effect.moved, effect.told) == ([visit], [], 0)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.revision) == (start, 0)
    assert not Mail.objects.exists()
    assert Clinic.objects.the().timezone == "America/New_York"


def test_who_keeps_both_is_not_told(put, start):
    put(start)
    effect = change("Europe/Lisbon")
    assert effect.moved == []
    assert not Mail.objects.exists()


@pytest.mark.parametrize("keeps", Keeps)
def test_time_off_and_closures_are_days_of_the_clock(put, clinic, today, keeps):
    first = today + timedelta(days=4)
    Absence.objects.create(
        starts_at=clinic.begin_of(first), ends_at=clinic.begin_of(first + timedelta(days=1))
    )
    change("Pacific/Auckland", keeps)
    now, closed = Clinic.objects.the(), Absence.objects.get()
    assert closed.starts_at == now.begin_of(first)
    assert closed.ends_at == now.begin_of(first + timedelta(days=1))


def test_an_hour_that_the_new_clock_skips_is_taken_after_it(put):
    put(*on_the_clock("Etc/UTC", (2027, 3, 28, 1, 30)))
    Clinic.objects.update(timezone="Etc/UTC")
    change("Europe/London")
    assert hours("Europe/London") == ["28.03. 02:30"]


def test_nobody_is_put_where_it_is_over_already(put, clinic):
    now = timezone.now()
    put(now + timedelta(hours=2))
    with pytest.raises(Refused, match="1 appointment would have begun already"):
        change("Asia/Tokyo")
    assert Clinic.objects.the().timezone == "Europe/London"


def test_all_of_it_or_nothing(put, monkeypatch, start):
    put(start, start + timedelta(hours=2))
    done = []

    def fails_at_the_second(*_args, **_more):
        done.append(1)
        if len(done) > 1:
            raise Refused

    monkeypatch.setattr(rezoning, "_move", fails_at_the_second)
    with pytest.raises(Refused):
        change("Europe/Berlin")
    assert Clinic.objects.the().timezone == "Europe/London"


def test_what_was_booked_since_it_was_shown_is_shown_again(put, start):
    now = timezone.now()
    seen = effect_of(Clinic.objects.the(), "Europe/Berlin", Keeps.CLOCK, now=now)
    put(start)
    with pytest.raises(Unseen) as shown:
        rezoning.change_zone("Europe/Berlin", Keeps.CLOCK, accepted=seen.digest, by=BY, now=now)
    assert len(shown.value.effect.visits) == 1


def test_pressed_twice_it_is_done_once(put, start):
    put(start)
    change("Europe/Berlin")
    with pytest.raises(Stale):
        change("Europe/Berlin")
    assert Appointment.objects.get().revision == 1


def test_times_that_are_held_are_let_go(massage, kim, room, start):
    factories.make_appointment(
        starts_at=start, treatment=massage, therapist=kim, room=room, client=None,
        status=Status.HELD, held_until=timezone.now() + timedelta(minutes=9),
    )  # fmt: skip
    change("Europe/Berlin")
    assert Appointment.objects.get().status == Status.EXPIRED


def test_the_page_shows_what_it_comes_to_before_anything_is_done(office, put, start):
    put(start)
    typed = {"zone": "Europe/Berlin", "keeps": "clock"}
    shown = office.post(PAGE, typed)
    assert shown.status_code == 409
    assert "1 of them would take place at another instant." in shown.text
    assert Clinic.objects.the().timezone == "Europe/London"
    accepted = shown.context["effect"].digest
    assert office.post(PAGE, {**typed, "accepted": accepted}).status_code == 302
    assert Clinic.objects.the().timezone == "Europe/Berlin"


def test_the_page_says_which_hours_an_instant_gets(office, put, start):
    put(start)
    text = office.post(PAGE, {"zone": "Europe/Berlin", "keeps": "instant"}).text
    assert "10:00" in text
    assert "11:00" in text
    assert "nobody is written to" in text


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"zone": "Mars/Olympus", "keeps": "clock"}, "zone"),
        ({"zone": "Europe/London", "keeps": "clock"}, "zone"),
        ({"zone": "Europe/Berlin"}, "keeps"),
        ({"zone": "Europe/Berlin", "keeps": "both"}, "keeps"),
        ({"zone": "../../etc/passwd", "keeps": "clock"}, "zone"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(office, clinic, typed, field):
    answer = office.post(PAGE, typed)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Clinic.objects.the().timezone == "Europe/London"


def test_the_admin_changes_no_zone_that_visits_hang_on(office, put, start):
    put(start)
    url = "/admin/bookings/clinic/1/change/"
    form = office.get(url).context["adminform"].form
    answer = office.post(url, {**filled(form), "timezone": "Europe/Berlin"})
    assert "Visits hang on it" in answer.text
    assert Clinic.objects.the().timezone == "Europe/London"


def test_as_late_there_as_here(clinic):
    [ten] = on_the_clock("Europe/London", (2026, 12, 5, 10))
    there = on_that_clock(ten, ZoneInfo("Europe/London"), ZoneInfo("Asia/Tokyo"))
    assert there == ten - timedelta(hours=9)


def test_the_effect_is_asked_for_in_few_questions(put, start, django_assert_max_num_queries):
    put(*(start + timedelta(hours=2 * number) for number in range(10)))
    with django_assert_max_num_queries(4):
        assert effect_of(
            Clinic.objects.the(), "Europe/Berlin", Keeps.CLOCK, now=timezone.now()
        ).told


def test_zones_are_those_by_a_place_on_every_page_and_in_the_row(office, clinic):
    zones = {name for name, _ in office.get(PAGE).context["form"].fields["zone"].choices}
    assert {"Europe/London", "America/Santiago", "UTC"} <= zones
    for odd in ("localtime", "Zulu", "W-SU", "GB", "posixrules"):
        assert odd not in zones
        with pytest.raises(ValidationError):
            validate_zone(odd)
    assert zones == {name for name, _ in SetupForm()["timezone"].field.widget.choices}
