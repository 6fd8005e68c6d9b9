"""manage.py setup_clinic: from an empty database to a clinic that can be booked."""

import io
from datetime import time

import pytest
from django.core.management import CommandError, call_command

from bookings.core.roles import Role
from bookings.models import Clinic, Room, Therapist, Treatment, User, WeeklyShift
from bookings.queries.training import protocol
from clinic.operations.setup import CannotBeRead, read_hours
from tests.reading import present

SAID = {
    "name": "Towpath Clinic",
    "address": "12 Towpath Yard, London",
    "phone": "020 7946 0000",
    "email": "clinic@example.com",
    "owner_name": "Dee Owner",
    "owner_email": "Dee@Example.com",
    "hours": "mon-fri 9-17",
    "price": ["30=38", "45=50", "60=62.50"],
}
PASSWORD = "a-long-enough-phrase"
pytestmark = pytest.mark.django_db


@pytest.fixture
def set_up(monkeypatch):
    def _set_up(password=PASSWORD, **said):
        monkeypatch.setenv("OWNER_PASSWORD", password)
        call_command("setup_clinic", ask=False, **{**SAID, **said})

    return _set_up


def test_everything_a_first_booking_needs_is_there(set_up, client):
    set_up()
    assert Clinic.objects.the().name == "Towpath Clinic"
    assert Room.objects.get().name == "Room 1"
    assert WeeklyShift.objects.count() == 5
    for treatment in Treatment.objects.all():
        assert "start" in client.get(treatment.get_absolute_url()).content.decode()


def test_the_treatments_suit_every_kind_of_session_in_the_protocol(set_up):
    set_up()
    suited = set().union(*(treatment.kinds for treatment in Treatment.objects.all()))
    assert suited == set(protocol.default().session_types)
    assert {t.minutes: str(t.price) for t in Treatment.objects.all()} == {
        30: "38.00",
        45: "50.00",
        60: "62.50",
    }


def test_the_owner_treats_unless_somebody_else_is_named(set_up):
    set_up()
    owner = User.objects.get()
    assert owner.email == "dee@example.com"
    assert owner.roles() == {Role.OWNER, Role.THERAPIST}
    assert owner.check_password(PASSWORD)


def test_a_therapist_of_another_name_has_a_login_of_their_own_without_a_password(set_up):
    set_up(therapist_name="Kim Demo", therapist_email="kim@example.com")
    kim = Therapist.objects.get()
    user = present(kim.user)
    assert (kim.initials, user.email) == ("KD", "kim@example.com")
    assert not user.has_usable_password()
    assert User.objects.get(role=Role.OWNER).roles() == {Role.OWNER}


def test_the_owner_is_led_to_a_second_factor_before_anything_else(set_up, client, settings):
    settings.STAFF_NEED_A_SECOND_FACTOR = True
    set_up()
    typed = {"login": "dee@example.com", "password": PASSWORD}
    answer = client.post("/accounts/login/", typed, follow=True)
    assert "/accounts/2fa/" in answer.redirect_chain[-1][0]
    assert client.get("/desk/")["Location"] == answer.redirect_chain[-1][0]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"zone": "Mars/Olympus"}, "is not a time zone such as Europe/London"),
        ({"currency": "pounds"}, "is not a currency in use"),
        ({"email": "clinic"}, "Please give an email address such as name@example.com."),
        ({"name": ""}, "This is needed."),
        ({"hours": "always"}, "say it like this: mon-fri 9-17"),
        ({"hours": "mon 17-9"}, "ends before it begins"),
        ({"hours": "mon 9-25"}, "is not a time of day"),
        ({"hours": "mum 9-17"}, "is not understood"),
        ({"price": ["30=38", "45=50", "60=free"]}, "A price is a number"),
        ({"price": ["30=38", "45=50"]}, "Price of 60 minutes"),
        ({"password": "short"}, "at least 12 characters"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_nothing_is_set_up(set_up, said, words):
    with pytest.raises(CommandError, match=words):
        set_up(**said)
    assert not Clinic.objects.exists()
    assert not User.objects.exists()


def test_a_clinic_that_is_there_is_left_as_it_is(set_up):
    set_up()
    with pytest.raises(CommandError, match="nothing was changed"):
        set_up(name="Another")
    assert Clinic.objects.the().name == "Towpath Clinic"


@pytest.fixture
def typed(monkeypatch):
    """What somebody types, line by line; hidden lines too."""

    def _typed(*lines):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        monkeypatch.setattr("click.termui.hidden_prompt_func", lambda prompt: input(prompt))

    return _typed


A_CLINIC = ("Towpath Clinic", "12 Towpath Yard", "020", "clinic@", "clinic@example.com", "", "")
AN_OWNER = ("Dee", "dee@example.com")
THE_REST = ("", "", "", "", "38", "50", "sixty", "60")


def test_a_wrong_answer_is_asked_for_again(typed, monkeypatch, capsys):
    typed(*A_CLINIC, *AN_OWNER, *THE_REST)
    monkeypatch.setenv("OWNER_PASSWORD", PASSWORD)
    call_command("setup_clinic")
    said = capsys.readouterr().out
    assert "Please give an email address such as name@example.com." in said
    assert "Its time zone [Europe/London]" in said
    assert Clinic.objects.the().email == "clinic@example.com"
    assert Therapist.objects.get().name == "Dee"


def test_what_must_be_said_is_asked_for_until_it_is(typed, monkeypatch, capsys):
    typed("", *A_CLINIC, *AN_OWNER, *THE_REST)
    monkeypatch.setenv("OWNER_PASSWORD", PASSWORD)
    call_command("setup_clinic")
    assert "This is needed." in capsys.readouterr().out


def test_a_password_is_typed_twice_and_a_bad_one_is_told_why(typed, monkeypatch, capsys):
    passwords = ("short", "short", PASSWORD, "another-phrase", PASSWORD, PASSWORD)
    typed(*A_CLINIC, *AN_OWNER, *passwords, *THE_REST)
    monkeypatch.delenv("OWNER_PASSWORD", raising=False)
    call_command("setup_clinic")
    said = capsys.readouterr().out
    assert "at least 12 characters" in said
    assert "do not match" in said
    assert User.objects.get().check_password(PASSWORD)


def test_stopping_half_way_sets_up_nothing(typed):
    typed("Towpath Clinic")
    with pytest.raises(CommandError, match="nothing was set up"):
        call_command("setup_clinic")
    assert not Clinic.objects.exists()


def test_hours_are_read_as_people_write_them():
    (wed, sat, sun, mon) = read_hours("Wednesday 9:30-13; sat–mon 8 - 12.15")
    assert (str(wed.weekday.label), wed.start, wed.end) == ("Wednesday", time(9, 30), time(13))
    assert [str(part.weekday.label) for part in (sat, sun, mon)] == ["Saturday", "Sunday", "Monday"]
    assert sat.end == time(12, 15)
    with pytest.raises(CannotBeRead):
        read_hours("")
