"""Whoever has changed a client's lock is not who says that it is the client."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone

from bookings.actions.clients import identity, ways_in
from bookings.core.roles import Role
from bookings.models import Client, Clinic, User
from clinic.records import merge as merging
from tests import factories
from tests.admin.forms import new, page_of, send
from tests.clinic.accounts.conftest import ANSWER, DATA, NOTE, SECRET, nothing_of_health
from tests.clinic.accounts.test_sessions import mails_to, new_password

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
    return signed_in(factories.make_user("otto@example.com", role=Role.OWNER))


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
    treated, another_owners, owners, change_as, desks
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


@pytest.mark.parametrize("address", ["olga@example.com", "kim@example.com", "KIM@EXAMPLE.COM"])
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


# A second login is no second person

FRESH = "olga2@example.net"


def made(browser, email=FRESH, role="owner"):
    """A login as the owner makes it in the admin."""
    sent = send(browser, new(User), email=email, name="Otto", role=role, is_active="on")
    assert sent.status_code == 302
    return User.objects.get(email=email)


def days_later(clock, days):
    clock.move_to(timezone.now() + timedelta(days=days))


def test_a_login_that_the_owner_has_just_made_confirms_nothing(
    treated, owners, signed_in, change_as
):
    second = made(owners)
    change_as(owners, treated, email=OWN)
    assert "14 days" in confirm(signed_in(second), treated)
    assert not is_open(treated)


def test_nor_one_made_afterwards_however_long_ago_that_is(
    treated, owners, signed_in, change_as, clock
):
    change_as(owners, treated, email=OWN)
    second = made(owners)
    days_later(clock, 30)
    confirm(signed_in(second), treated)
    assert not is_open(treated)


def test_nor_one_whose_maker_was_made_for_it(treated, owners, signed_in, change_as):
    third = made(signed_in(made(owners)), email="olga3@example.net")
    change_as(owners, treated, email=OWN)
    confirm(signed_in(third), treated)
    assert not is_open(treated)


def test_a_login_that_has_been_there_for_a_fortnight_does(
    treated, owner, owners, signed_in, type_password, change_as, clock
):
    second = made(owners)
    days_later(clock, 15)
    change_as(type_password(owner.email), treated, email=OWN)
    confirm(signed_in(second), treated)
    assert is_open(treated)


def test_who_is_too_new_reads_so_in_the_place_of_the_button(
    treated, owners, desks, signed_in, change_as
):
    change_as(desks, treated, email=OWN)
    record = f"/desk/clients/{treated.pk}/"
    assert "Yes, it is theirs" in owners.get(record).content.decode()
    shown = signed_in(made(owners)).get(record).content.decode()
    assert "Somebody whose login is older must say" in shown
    assert "Yes, it is theirs" not in shown


def test_the_page_says_who_cannot(treated, owners, desks, change_as):
    change_as(desks, treated, email=OWN)
    assert "14 days" in owners.get(f"/desk/clients/{treated.pk}/").content.decode()


def raise_role(browser, login, _kim):
    send(browser, page_of(login), role="owner")


def link(browser, login, kim):
    send(browser, page_of(kim), user=login.pk)


@pytest.mark.parametrize("change", [raise_role, link])
def test_nor_one_that_was_just_given_its_role_or_a_therapist(
    treated, kim, owners, signed_in, change_as, change
):
    old = factories.make_user("otto@example.com")
    change(owners, old, kim)
    change_as(owners, treated, email=OWN)
    confirm(signed_in(User.objects.get(pk=old.pk)), treated)
    assert not is_open(treated)


def test_nor_the_owner_who_has_linked_the_therapist_to_herself(
    treated, kim, owner, owners, type_password, change_as
):
    """Who treats and has written all of it reads it anyway; not who has just become that."""
    send(owners, page_of(kim), user=owner.pk)
    owners = type_password(owner.email)
    change_as(owners, treated, email=OWN)
    confirm(owners, treated)
    assert not is_open(treated)


@pytest.mark.parametrize(
    "typed", [{"email": "mine@example.net"}, {"is_active": ""}], ids=["address", "off and on"]
)
def test_nor_a_colleagues_login_that_they_have_changed(
    treated, kim, owners, signed_in, change_as, typed
):
    change_as(owners, treated, email=OWN)
    send(owners, page_of(kim.user), **typed)
    send(owners, page_of(kim.user), is_active="on")
    confirm(signed_in(User.objects.get(pk=kim.user_id)), treated)
    assert not is_open(treated)


@pytest.mark.parametrize("do", ["password", "factors"])
def test_nor_one_whose_password_or_factors_they_have_taken_away(
    treated, kim, owners, signed_in, change_as, do
):
    TOTP.activate(kim.user, SECRET)
    change_as(owners, treated, email=OWN)
    owners.post(f"/desk/logins/{kim.user_id}/", {"do": do})
    confirm(signed_in(User.objects.get(pk=kim.user_id)), treated)
    assert not is_open(treated)


def test_what_one_changes_of_ones_own_is_no_matter(treated, desks, kim, type_password, change_as):
    change_as(desks, treated, email="ana@new.example.com")
    kims = type_password(kim.user.email)
    new_password(kims)
    confirm(kims, treated)
    assert is_open(treated)


# Every owner hears of it


@pytest.mark.parametrize("role", ["owner", "desk"])
def test_every_owner_is_told_of_a_new_login_of_the_staffs_the_doer_too(
    owner, owners, mail_to, role
):
    otto = factories.make_user("otto@example.com", role=Role.OWNER)
    made(owners, role=role)
    for told in (owner.email, otto.email):
        assert "A login was made for" in mail_to(told)
        assert "It was done by" in mail_to(told)
        assert "Olga" in mail_to(told)


def test_of_a_runners_login_nobody_need_hear(owner, owners, mail_to):
    made(owners, role="runner")
    assert mail_to(owner.email) == ""


@pytest.mark.parametrize(("change", "said"), [(raise_role, "“Owner”"), (link, "Kim Demo’s diary")])
def test_and_of_a_raised_role_or_a_linked_therapist(kim, owner, owners, change, said):
    change(owners, factories.make_user("otto@example.com"), kim)
    assert said in " ".join(mails_to(owner.email).split())


def test_whoever_treats_hears_of_a_login_that_is_linked_to_one_of_them(kim, lee, owners):
    """An owner alone could make one, and read in it what the therapist reads."""
    made_up = factories.make_user("otto@example.com")
    link(owners, made_up, kim)
    told = " ".join(mails_to(lee.user.email).split())
    assert "Kim Demo’s diary" in told
    assert "please ask an owner of the clinic" in told
    assert "/desk/logins/" not in told


# What is written down of it


def test_the_log_of_readings_names_the_login_that_reads(
    treated, desks, kims, owners, change_as, sign_in_by_code
):
    change_as(desks, treated, email="ana@new.example.com")
    confirm(kims, treated)
    shown = sign_in_by_code("ana@new.example.com").get(DATA).content.decode()
    assert ANSWER in shown
    assert NOTE in shown
    page = owners.get("/health/accesses/?own=on").content.decode()
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
