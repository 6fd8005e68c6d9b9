"""Whoever has changed a client's lock is not who says that it is the client."""

import pytest
from django.utils import timezone

from bookings.actions.clients import identity, ways_in
from bookings.core.roles import Role
from bookings.models import Client, Clinic, User
from clinic.records import merge as merging
from tests import factories
from tests.clinic.accounts.conftest import ANSWER, DATA, NOTE, nothing_of_health

OWN = "owners-own@example.net"


def confirm(browser, client) -> str:
    """What the page says after the press."""
    seen = Client.objects.get(pk=client.pk).unconfirmed_since
    sent = {"seen": seen.isoformat() if seen else ""}
    return browser.post(f"/clients/{client.pk}/confirm/", sent, follow=True).content.decode()


def is_open(client) -> bool:
    return Client.objects.get(pk=client.pk).unconfirmed_since is None


@pytest.fixture
def another_owners(signed_in):
    return signed_in(factories.make_user("olga@example.com", role=Role.OWNER))


def test_an_owner_who_has_typed_the_address_reads_nothing_by_it(
    treated, owners, kims, change_as, sign_in_by_code
):
    change_as(owners, treated, email=OWN)
    assert "Somebody else must say" in confirm(owners, treated)
    assert not is_open(treated)
    assert nothing_of_health(sign_in_by_code(OWN))
    confirm(kims, treated)
    assert is_open(treated)


def test_another_owner_may_and_a_phone_number_is_no_lock(
    treated, owners, another_owners, change_as, desks
):
    change_as(owners, treated, email=OWN)
    confirm(another_owners, treated)
    assert is_open(treated)
    change_as(desks, treated, email="ana@new.example.com")
    change_as(owners, treated, phone="07700 900999")
    confirm(owners, treated)
    assert is_open(treated)


def test_nor_through_the_desk_that_changes_it_once_more(treated, owners, desks, change_as):
    """Who has changed it counts until somebody has confirmed it, whoever came after."""
    change_as(owners, treated, email="first@example.net")
    change_as(desks, treated, email=OWN)
    confirm(owners, treated)
    assert not is_open(treated)


def test_nor_through_the_admin(treated, owners):
    page = f"/admin/bookings/client/{treated.pk}/change/"
    typed = {"name": treated.name, "email": OWN, "phone": "", "user": "", "_save": "Save"}
    assert owners.post(page, typed).status_code == 302
    confirm(owners, treated)
    assert not is_open(treated)


def test_nor_of_a_record_that_they_have_written_down(clinic, owners):
    owners.post("/desk/clients/new/", {"name": "Bo Demo", "email": OWN})
    bo = Client.objects.get(name="Bo Demo")
    confirm(owners, bo)
    assert not is_open(bo)


@pytest.mark.parametrize("merges", ["owners", "desks"])
def test_nor_by_merging_it_into_a_record_of_their_own(treated, owners, merges, request):
    """Whoever has merged, and whoever had written down the record that went."""
    owners.post("/desk/clients/new/", {"name": "Ana Demo", "email": OWN})
    own = Client.objects.exclude(pk=treated.pk).get()
    seen = merging.preview(treated, own, Clinic.objects.the()).digest
    sent = {"email": "gone", "seen": seen}
    merger = request.getfixturevalue(merges)
    assert merger.post(f"/desk/clients/{treated.pk}/merge/{own.pk}/", sent).status_code == 302
    confirm(owners, treated)
    assert Client.objects.get(pk=treated.pk).email == OWN
    assert not is_open(treated)


@pytest.mark.parametrize("address", ["owner@example.com", "kim@example.com", "KIM@EXAMPLE.COM"])
def test_nobody_confirms_an_address_of_the_staffs(treated, desks, owners, kims, change_as, address):
    change_as(desks, treated, email=address)
    for browser in (owners, kims):
        assert "somebody on the staff" in confirm(browser, treated)
    assert not is_open(treated)


@pytest.fixture
def kim_alone(kim, signed_in):
    """Kim's browser, who is the owner, too."""
    kim.user.role = Role.OWNER
    kim.user.save()
    return signed_in(kim.user)


def test_a_clinic_of_one_person_confirms_what_it_has_written_itself(treated, kim_alone, change_as):
    change_as(kim_alone, treated, email="ana@new.example.com")
    confirm(kim_alone, treated)
    assert is_open(treated)


def test_but_not_where_a_colleague_has_written_too(treated, kim_alone, change_as):
    lee = factories.make_therapist("Sam Demo", user=factories.make_user("sam@example.com"))
    visit = treated.appointments.order_by("starts_at").first()
    visit.notes.create(
        author=lee, privacy="therapists", created_at=timezone.now(), saved_at=timezone.now()
    )
    change_as(kim_alone, treated, email="ana@new.example.com")
    confirm(kim_alone, treated)
    assert not is_open(treated)


# Other keys of the same lock


def test_an_owner_who_gives_the_record_another_login_reads_nothing_by_it(
    treated, owners, sign_in_by_code
):
    factories.make_client("Olga Demo", email=OWN)
    olgas = sign_in_by_code(OWN)
    login = User.objects.get(email=OWN)
    Client.objects.filter(user=login).update(user=None)
    page = f"/admin/bookings/client/{treated.pk}/change/"
    typed = {"name": treated.name, "email": treated.email, "phone": "", "user": login.pk}
    assert owners.post(page, {**typed, "_save": "Save"}).status_code == 302
    assert Client.objects.get(pk=treated.pk).user == login
    assert "Ana Demo" in olgas.get(DATA).content.decode()
    assert nothing_of_health(olgas)
    confirm(owners, treated)
    assert nothing_of_health(olgas)


def test_nor_by_giving_the_login_an_address_of_their_own(treated, owners, anas, sign_in_by_code):
    page = f"/admin/bookings/user/{treated.user_id}/"
    typed = {"email": OWN, "name": "Ana Demo", "role": "runner", "is_active": "on"}
    assert not nothing_of_health(anas)
    assert owners.post(f"{page}change/", typed).status_code == 302
    assert User.objects.get(pk=treated.user_id).email == OWN
    confirm(owners, treated)
    assert not is_open(treated)
    factories.make_client("Olga Demo", email=OWN)
    attacker = sign_in_by_code(OWN)
    assert "Ana Demo" in attacker.get(DATA).content.decode()
    assert nothing_of_health(attacker)


def test_another_name_of_a_login_shuts_nothing(treated, owners):
    page = f"/admin/bookings/user/{treated.user_id}/change/"
    typed = {"email": "ana@example.com", "name": "Ana Demo-Day", "role": "runner"}
    owners.post(page, {**typed, "is_active": "on"})
    assert User.objects.get(pk=treated.user_id).name == "Ana Demo-Day"
    assert is_open(treated)


# What is written down of it


def test_the_log_of_readings_names_the_login_that_reads(
    treated, desks, kims, owners, change_as, sign_in_by_code
):
    change_as(desks, treated, email="ana@new.example.com")
    confirm(kims, treated)
    shown = sign_in_by_code("ana@new.example.com").get(DATA).content.decode()
    assert ANSWER in shown
    assert NOTE in shown
    page = owners.get("/health/accesses/").content.decode()
    assert "ana@new.example.com" in page


def test_who_has_shut_it_is_forgotten_once_it_is_confirmed(treated, desks, kims, change_as):
    change_as(desks, treated, email="ana@new.example.com")
    assert Client.objects.get(pk=treated.pk).unconfirmed_by.startswith("desk: ")
    confirm(kims, treated)
    assert Client.objects.get(pk=treated.pk).unconfirmed_by == ""


def test_two_who_change_it_are_both_kept(treated):
    now = timezone.now()
    for by in ("desk: 71", "owner: 72", "desk: 71"):
        ways_in.shut(treated, by=by, now=now)
    treated.refresh_from_db()
    assert treated.unconfirmed_by == "desk: 71\nowner: 72"
    somebody = factories.make_user("x@example.com", pk=72, role=Role.OWNER)
    with pytest.raises(identity.CannotConfirm):
        identity.confirm(treated, seen=now, user=somebody, by="owner: 72", now=now)
