"""Somebody leaves: their visits first, then every way in; what they wrote stays; they return."""

import re
from datetime import timedelta

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import get_user
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.test import Client as Browser
from django.utils import timezone

from bookings.actions.rota.stamp import stamp
from bookings.core.roles import Role
from bookings.core.scheduling.codes import Code
from bookings.core.scheduling.statuses import Status
from bookings.models import Absence, Appointment, SignInEvent, SignInMail, Therapist, User
from bookings.queries.desk.stranded import all_stranded
from bookings.queries.scheduling.conflicts import codes_against
from bookings.tasks import end_logins_of_leavers
from tests import factories
from tests.office.conftest import filled, say_who_it_is
from tests.reading import present
from therapists import feeds
from therapists.models import PushDevice

GONE = {"now": "yes", "do": "yes"}


@pytest.fixture(autouse=True)
def asked(office, clinic):
    say_who_it_is(office)


@pytest.fixture
def page(kim) -> str:
    return f"/office/people/{kim.user.pk}/"


@pytest.fixture
def leave(office, page):
    def _leave(**typed):
        return office.post(f"{page}leave/", typed)

    return _leave


def test_nobody_leaves_while_visits_are_to_come(office, leave, booked, kim, page):
    assert str(booked.client) in office.get(f"{page}leave/").text
    answer = leave(**GONE)
    assert answer.status_code == 409
    assert "1 appointment is still to come with them." in answer.text
    kim.refresh_from_db()
    assert kim.active
    assert kim.user.is_active


def test_who_has_left_comes_in_by_no_door(leave, massage, kim, kims):
    user = kim.user
    feed = feeds.url_of(feeds.renew(therapist=kim))
    PushDevice.objects.create(
        user=user, endpoint="https://push.example/1", p256dh="k", auth="a",
        keys_edition=user.keys_edition, created_at=timezone.now(),
    )  # fmt: skip
    path = feed.split("//")[-1].split("/", 1)[1]
    assert Browser().get(f"/{path}").status_code == 200
    assert leave(**GONE).status_code == 302
    assert not get_user(kims).is_authenticated
    assert kims.get("/today/").status_code == 302
    assert Browser().get(f"/{path}").status_code in (404, 410)
    assert not PushDevice.objects.open().exists()
    browser = Browser()
    typed = {"login": user.email, "password": factories.PASSWORD}
    browser.post("/accounts/login/", typed)
    assert not get_user(browser).is_authenticated
    SignInMail.objects.all().delete()
    for asks in ("/accounts/login/code/", "/accounts/password/reset/"):
        Browser().post(asks, {"email": user.email})
    bodies = " ".join(SignInMail.objects.values_list("body", flat=True))
    assert "/password/reset/key/" not in bodies
    assert not re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", bodies)
    assert not Therapist.objects.active().filter(pk=kim.pk).exists()


def test_neither_the_home_page_nor_the_api_names_who_has_left(leave, massage, kim, client):
    assert "Kim Demo" in client.get("/").text
    leave(**GONE)
    assert "Kim Demo" not in client.get("/").text
    answer = client.get(f"/api/openings?treatment={massage.slug}")
    assert "Kim Demo" not in answer.text
    assert client.get(kim.get_absolute_url()).status_code == 404


def test_a_link_to_a_new_password_from_before_opens_nothing_afterwards(leave, massage, kim, client):
    client.post("/accounts/password/reset/", {"email": kim.user.email})
    [mail] = SignInMail.objects.filter(body__contains="/password/reset/key/")
    link = next(word for word in mail.body.split() if "/reset/key/" in word)
    leave(**GONE)
    shown = Browser().get("/" + link.split("/", 3)[3], follow=True)
    assert "This link has had its time" in shown.text


def test_what_they_have_done_stays_under_their_name(leave, booked, kim, at, office):
    Appointment.objects.update(status=Status.COMPLETED)
    leave(**GONE)
    booked.refresh_from_db()
    assert booked.therapist == kim
    assert "works here no more" in office.get("/office/people/").text
    assert SignInEvent.objects.filter(user=kim.user, how="off").exists()


def test_a_last_day_lists_what_is_booked_after_it_before_anything_is_saved(
    office, leave, booked, kim, today, clinic, page
):
    last = today + timedelta(days=1)
    asked = leave(last_day=last.isoformat())
    assert asked.status_code == 409
    assert str(booked.client) in asked.text
    assert not Absence.objects.exists()
    accepted = asked.context["impact"].digest
    done = leave(last_day=last.isoformat(), accepted=accepted)
    assert done["Location"] == f"{page}leave/"
    found = all_stranded(clinic, therapist=kim, now=timezone.now())
    assert [one.appointment for one in found] == [booked]
    assert f"?therapist={kim.pk}" in office.get(f"{page}leave/").text
    assert kim.user.is_active


def test_nobody_can_be_booked_with_them_after_their_last_day_and_until_then_they_can(
    leave, massage, kim, today, at, room
):
    leave(last_day=(today + timedelta(days=5)).isoformat())
    placed = {"treatment": massage, "therapist": kim, "room": room}
    ana = factories.make_client("Ana Demo")
    for days, against in ((5, set()), (6, {Code.THERAPIST_AWAY}), (2000, {Code.THERAPIST_AWAY})):
        visit = factories.make_appointment(starts_at=at(days, 10), client=ana, **placed)
        assert codes_against(visit) >= against
        assert bool(codes_against(visit)) is bool(against)


def test_the_login_ends_when_the_last_day_is_over_on_the_clinics_clock(
    leave, massage, kim, today, at, clock
):
    leave(last_day=today.isoformat())
    clock.move_to(at(1, 0) - timedelta(seconds=1))
    end_logins_of_leavers()
    assert User.objects.get(pk=kim.user.pk).is_active
    clock.move_to(at(1, 0))
    for _ in range(2):
        end_logins_of_leavers()
    user = User.objects.get(pk=kim.user.pk)
    assert (user.is_active, user.leaves_on) == (False, None)
    assert not Therapist.objects.get(pk=kim.pk).active
    assert not Absence.objects.exists()


def test_visits_that_nobody_settled_keep_nobody_in_and_stay_on_the_desks_list(
    leave, booked, kim, today, at, clock, clinic
):
    asked = leave(last_day=today.isoformat())
    leave(last_day=today.isoformat(), accepted=asked.context["impact"].digest)
    clock.move_to(at(1, 0))
    end_logins_of_leavers()
    assert not User.objects.get(pk=kim.user.pk).is_active
    assert len(all_stranded(clinic, now=timezone.now())) == 1


def test_who_stays_after_all_is_booked_as_before(office, leave, massage, kim, today, page):
    leave(last_day=today.isoformat())
    assert Absence.objects.count() == 1
    leave(last_day=(today + timedelta(days=9)).isoformat())
    assert Absence.objects.count() == 1
    office.post(f"{page}stay/")
    assert not Absence.objects.exists()
    assert User.objects.get(pk=kim.user.pk).leaves_on is None


STAYS = "it goes, or moves, with that day, which the owner says under People."


def test_what_holds_a_last_day_is_not_taken_out_or_changed_at_the_desk(
    office, desks, leave, massage, kim, today, page
):
    """Or they could be booked, while People says that they leave."""
    leave(last_day=(today + timedelta(days=5)).isoformat())
    off = Absence.objects.get()
    block = f"/diary/blocks/off/{off.pk}/"
    shown = office.get(block).text
    assert STAYS in shown
    assert f'href="{page}leave/"' in shown
    assert "Remove it" not in shown
    assert STAYS in desks.get(block).text
    assert page not in desks.get(block).text
    soon = {"therapist": kim.pk, "first": today.isoformat(), "last": today.isoformat()}
    for sent in (f"{block}remove/", block):
        facts = {**soon, "start": "09:00", "end": "10:00", "seen": stamp(off)}
        assert STAYS in desks.post(sent, facts, follow=True).text
        assert Absence.objects.get().ends_at == off.ends_at
    office.post(f"{page}stay/")
    assert not Absence.objects.exists()


def test_the_admin_neither_shows_nor_takes_out_what_holds_a_last_day(
    office, leave, massage, kim, today
):
    leave(last_day=today.isoformat())
    off = Absence.objects.get()
    office.post(f"/admin/bookings/absence/{off.pk}/delete/", {"post": "yes"})
    listed = {"action": "delete_selected", "_selected_action": off.pk, "post": "yes"}
    office.post("/admin/bookings/absence/", listed)
    office.get(f"/admin/bookings/therapist/{kim.pk}/change/")
    assert Absence.objects.get() == off
    shown = office.get(f"/admin/bookings/therapist/{kim.pk}/change/").text
    assert 'name="absences-INITIAL_FORMS" value="0"' in shown


def test_after_another_time_zone_who_stays_can_be_booked(office, leave, massage, kim, today, page):
    leave(last_day=(today + timedelta(days=30)).isoformat())
    Absence.objects.update(
        starts_at=F("starts_at") + timedelta(hours=9), ends_at=F("ends_at") + timedelta(hours=8)
    )
    office.post(f"{page}stay/")
    assert not Absence.objects.exists()


def test_who_begins_to_treat_until_their_last_day_is_off_after_it(office, massage, today):
    """At the desk so far; and whoever is not offered when the day is said."""
    dee = factories.make_user("dee@example.com", name="Dee", role=Role.DESK)
    page = f"/office/people/{dee.pk}/"
    office.post(f"{page}leave/", {"last_day": today.isoformat()})
    form = filled(office.get(page).context["form"])
    assert office.post(page, {**form, "treats": "on"}).status_code == 302
    off = Absence.objects.get()
    assert (present(off.therapist).user, off.of_leaving) == (dee, True)


def test_that_they_stay_after_all_is_said_where_their_last_day_stands(
    office, leave, massage, today, page
):
    leave(last_day=today.isoformat())
    for shown in (page, f"{page}leave/", "/office/people/"):
        assert f'action="{page}stay/"' in office.get(shown).text, shown
    office.post(f"{page}stay/")
    for shown in (page, f"{page}leave/", "/office/people/"):
        assert "stay/" not in office.get(shown).text, shown


@pytest.mark.parametrize(
    "typed", ["", "yesterday", "1999-01-01", "{the_day_before}", "2099-01-01", "2027-02-29"]
)
def test_a_day_that_cannot_be_a_last_one_is_refused_beside_it(leave, massage, typed, today):
    answer = leave(last_day=typed.format(the_day_before=today - timedelta(days=1)))
    assert answer.status_code == 422
    assert "last_day" in answer.context["form"].errors


def test_whoever_comes_back_is_invited_and_the_old_password_is_not_taken(
    office, leave, massage, kim, page
):
    leave(**GONE)
    assert office.post(f"{page}back/", {"role": "desk", "treats": "on"}).status_code == 302
    user = User.objects.get(pk=kim.user.pk)
    assert user.roles() == {Role.DESK, Role.THERAPIST}
    assert user.is_invited
    typed = {"login": user.email, "password": factories.PASSWORD}
    browser = Browser()
    browser.post("/accounts/login/", typed)
    assert not get_user(browser).is_authenticated
    mail = SignInMail.objects.filter(body__contains="/accounts/invitation/").get()
    link = next(word for word in mail.body.split() if "/invitation/" in word)
    path = "/" + link.split("/", 3)[3]
    old = {"name": "Kim", "password": factories.PASSWORD, "again": factories.PASSWORD}
    assert browser.post(path, old).status_code == 422
    new = "another phrase of four"
    assert browser.post(path, {**old, "password": new, "again": new}).status_code == 302
    assert get_user(browser) == user
    assert kim.shifts.count() == 7


def test_no_passkey_of_before_opens_a_login_that_has_come_back(
    office, leave, massage, kim, page, rf
):
    TOTP.activate(kim.user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    leave(**GONE)
    assert not Authenticator.objects.exists()
    office.post(f"{page}back/", {"role": "owner"})
    back = User.objects.get(pk=kim.user.pk)
    with pytest.raises(PermissionDenied):  # whichever way: the invitation is the only one
        get_adapter().pre_login(rf.post("/"), back)


def test_switched_on_again_a_login_of_who_has_left_has_no_password(office, leave, massage, kim):
    leave(**GONE)
    say_who_it_is(office)
    office.post(f"/desk/logins/{kim.user.pk}/", {"do": "on"})
    back = User.objects.get(pk=kim.user.pk)
    assert (back.is_active, back.has_usable_password()) == (True, False)


def test_an_invitation_of_who_has_come_back_is_withdrawn_without_losing_them(
    office, leave, booked, kim, page
):
    Appointment.objects.update(status=Status.COMPLETED)
    User.objects.update(last_login=timezone.now())
    leave(**GONE)
    office.post(f"{page}back/", {"role": "desk", "treats": "on"})
    office.post(f"{page}withdraw/")
    user = User.objects.get(pk=kim.user.pk)
    assert not user.is_active
    assert Therapist.objects.get(pk=kim.pk).user == user


def test_nobody_takes_themselves_out_and_the_last_owner_stays(office, clinic):
    owner = User.objects.get(role=Role.OWNER)
    for typed in (GONE, {"last_day": "2026-12-24"}):
        office.post(f"/office/people/{owner.pk}/leave/", typed)
        owner.refresh_from_db()
        assert (owner.is_active, owner.leaves_on) == (True, None)


def test_an_owner_who_is_only_invited_keeps_the_last_one_from_leaving(clinic, at, clock, today):
    last = factories.make_user("last@example.com", role=Role.OWNER, leaves_on=today)
    User.objects.exclude(pk=last.pk).update(is_active=False)
    invited = factories.make_user("new@example.com", role=Role.OWNER, invited_at=timezone.now())
    invited.set_unusable_password()
    invited.save()
    clock.move_to(at(1, 0))
    end_logins_of_leavers()
    assert User.objects.get(pk=last.pk).is_active


def test_an_owner_who_was_to_leave_and_has_become_the_last_one_stays(clinic, at, clock, today):
    last = factories.make_user("last@example.com", role=Role.OWNER, leaves_on=today)
    User.objects.exclude(pk=last.pk).update(is_active=False)
    clock.move_to(at(1, 0))
    end_logins_of_leavers()
    assert User.objects.get(pk=last.pk).is_active


def test_the_desk_takes_nobody_out(desks, kims, page, kim):
    for browser in (desks, kims):
        for rest in ("leave/", "back/", "stay/", "withdraw/", "invite-again/", ""):
            assert browser.post(f"{page}{rest}", GONE).status_code == 403
    assert User.objects.get(pk=kim.user.pk).is_active
