"""Whatever is changed, and however, the database remembers who, before and after; no secrets."""

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bookings import tasks
from bookings.actions.clients import ways_in
from bookings.actions.scheduling import cancellation
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import Appointment, Change, Client, Clinic, Therapist, User
from bookings.models.records.history import MAY_FORGET
from clinic.celery import app
from clinic.middleware.audit_actor import PROGRAM, Actor, NamedTask, acting_as
from tests import factories
from tests.clock import day_of
from tests.reading import present

SECRET = ("password", "token", "secret", "key", "public_id", "visitor", "held_from")


def last() -> Change:
    return present(Change.objects.first())


def test_no_secret_column_is_in_the_history(massage, kim, room):
    """Each column with a secret's name is filled, and its value looked for."""
    user = factories.make_user("x@example.com")
    user.set_password("another-long-password")
    user.save()
    visit = factories.make_appointment(
        starts_at=factories.NOW, treatment=massage, therapist=kim, room=room,
        visitor="visitor-hash", held_from="from-hash", booking_key="a-booking-key",
    )  # fmt: skip
    Appointment.objects.filter(pk=visit.pk).update(public_id="another-public-id", visitor="v2")
    kept = json.dumps(list(Change.objects.values_list("before", "after")))
    secrets = [user.password, visit.public_id, "visitor-hash", "from-hash", "a-booking-key", "v2"]
    assert not [one for one in secrets if one in kept]
    for before, after in Change.objects.values_list("before", "after"):
        named = {name for name in {**before, **after} if any(word in name for word in SECRET)}
        assert named <= {"password"}
    assert Change.objects.get(table="bookings_user", did="UPDATE").after == {"password": "changed"}


def test_a_second_factor_that_comes_or_goes_is_remembered_but_not_its_secret(db):
    user = factories.make_user("x@example.com")
    factor = Authenticator.objects.create(user=user, type="totp", data={"secret": "planted-secret"})
    added = last()
    assert (added.table, added.did) == ("mfa_authenticator", "INSERT")
    assert added.after["user_id"] == user.pk
    factor.record_usage()
    assert last() == added
    factor.delete()
    assert (last().table, last().did) == ("mfa_authenticator", "DELETE")
    assert "planted-secret" not in str(list(Change.objects.values_list("before", "after")))


def test_another_address_to_sign_in_with_is_remembered(db):
    user = factories.make_user("x@example.com")
    EmailAddress.objects.create(user=user, email="y@example.com")
    assert (last().table, last().after["email"]) == ("account_emailaddress", "y@example.com")


def test_a_bulk_update_is_remembered_row_by_row(massage):
    other = factories.make_treatment(price=60)
    Change.objects.all()
    type(massage).objects.update(price=65)
    changes = Change.objects.filter(table="bookings_treatment", did="UPDATE")
    assert {change.row for change in changes} == {massage.pk, other.pk}
    assert {(c.before["price"], c.after["price"]) for c in changes} == {(60.0, 65.0)}


def test_raw_sql_is_remembered_with_the_programs_name(clinic):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bookings_clinic SET hold_minutes = 12")
    assert (last().before, last().after) == ({"hold_minutes": 10}, {"hold_minutes": 12})
    assert last().role == PROGRAM
    assert last().who


def test_a_change_in_the_admin_is_the_owners(owners, massage):
    fields = ("name", "slug", "minutes", "buffer_minutes", "position")
    typed = {name: getattr(massage, name) for name in fields}
    typed |= {"price": "65.00", "therapists": [one.pk for one in massage.therapists.all()]}
    typed |= {"online": "on", "active": "on"}
    response = owners.post(f"/admin/bookings/treatment/{massage.pk}/change/", typed)
    assert response.status_code == 302, response.context["adminform"].form.errors
    change = present(Change.objects.filter(table="bookings_treatment").first())
    assert (change.role, change.who) == ("owner", factories.key_of("owner@example.com", Role.OWNER))
    assert change.user == User.objects.get(email="owner@example.com")
    assert (change.before, change.after) == ({"price": 60.0}, {"price": 65.0})


def test_who_offers_a_treatment_is_remembered(massage, kim):
    massage.therapists.remove(kim)
    assert (last().table, last().did) == ("bookings_treatment_therapists", "DELETE")


def test_a_runner_is_not_named(anas, known, appointments, today):
    Change.objects.all()
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM bookings_change")
        newest = cursor.fetchone()[0]
    anas.post("/plan/", {"race_date": str(today + timedelta(weeks=44)), "distance": "half"})
    changes = Change.objects.filter(pk__gt=newest)
    assert {change.who for change in changes} == {"runner"}
    assert {change.user_id for change in changes} == {known.user_id}


def test_a_hold_leaves_no_trace_and_a_booking_one(massage, kim, room, ana):
    held = factories.make_appointment(
        starts_at=factories.NOW, treatment=massage, therapist=kim, room=room,
        status=Status.HELD, held_until=factories.NOW,
    )  # fmt: skip
    of_appointments = Change.objects.filter(table="bookings_appointment")
    assert not of_appointments.exists()
    held.become(Status.BOOKED, by="runner", now=factories.NOW, client=ana)
    assert of_appointments.get().client == ana


def test_links_that_end_are_told_by_what_ended_them_and_not_for_each_visit(known):
    before = Change.objects.count()
    ways_in.withdraw_links(known)
    assert Change.objects.count() == before


def test_the_name_outlives_a_rolled_back_savepoint(clinic):
    with acting_as(lambda: Actor("desk", "desk: d@example.com")), transaction.atomic():
        with transaction.atomic():
            Clinic.objects.update(hold_minutes=11)
            transaction.set_rollback(True)
        Clinic.objects.update(hold_minutes=12)
    assert last().who == "desk: d@example.com"


@pytest.mark.django_db(transaction=True)
def test_the_name_ends_with_who_acts():
    factories.make_clinic()
    with acting_as(lambda: Actor("desk", "desk: d@example.com")):
        Clinic.objects.update(hold_minutes=11)
    Clinic.objects.update(hold_minutes=12)
    assert [change.role for change in Change.objects.all()[:2]] == [PROGRAM, "desk"]


def test_a_name_with_signs_of_its_own_is_only_a_name(clinic):
    odd = "desk: o'neil|%s %(x)s;--@example.com"
    with acting_as(lambda: Actor("desk", odd)):
        Clinic.objects.filter(name=clinic.name).update(hold_minutes=11)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE bookings_clinic SET hold_minutes = 12")
            cursor.executemany("UPDATE bookings_clinic SET hold_minutes = %s", [[13], [14]])
    assert [change.who for change in Change.objects.all()[:4]] == [odd] * 4


def test_what_a_task_does_is_the_tasks(clinic):
    assert isinstance(tasks.send_due_mails, NamedTask)

    @app.task(name="tests.lengthen")
    def lengthen():
        Clinic.objects.update(hold_minutes=12)

    lengthen()
    assert (last().role, last().who) == (PROGRAM, "task tests.lengthen")


def test_the_history_never_changes(massage):
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.update(who="somebody else")
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.all().delete()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(MAY_FORGET)
        Change.objects.all().delete()


def test_reasons_for_time_off_are_not_in_it(kim):
    factories.make_absence(
        factories.NOW, factories.NOW + timedelta(days=1), kim, reason="an operation"
    )
    assert "operation" not in json.dumps(last().after)


@pytest.fixture
def price_change(owners, massage):
    user = User.objects.get(email="owner@example.com")
    with acting_as(lambda: Actor("owner", "owner: owner@example.com", user.pk)):
        type(massage).objects.filter(pk=massage.pk).update(price=65)


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_the_owner_reads_it_in_words(owners, price_change):
    page = text(owners.get("/desk/history/"))
    assert "Price: 60.00 → 65.00" in page
    assert "Sports massage" in page
    assert "owner: owner@example.com" in page


def test_it_is_found_by_who_what_whom_and_when(owners, price_change, ana):
    today = day_of(timezone.now())
    owner = User.objects.get(email="owner@example.com")

    def finds(**data):
        return "→ 65" in text(owners.get("/desk/history/", data))

    assert finds(who="staff")
    assert finds(who=str(owner.pk), what="bookings_treatment")
    assert finds(since=today.isoformat(), until=(today + timedelta(days=1)).isoformat())
    assert not finds(who="runners")
    assert not finds(what="bookings_room")
    assert not finds(until=(today - timedelta(days=2)).isoformat())
    Client.objects.filter(pk=ana.pk).update(phone="+44 1")
    assert "+44 1" in text(owners.get("/desk/history/", {"whom": "ana d"}))
    assert "Nothing like that" in text(owners.get("/desk/history/", {"whom": "zzz"}))


@pytest.mark.parametrize("data", ["before=x", "before=9999999999999999999", "since=x", "what=y",
                                   "who=%00", "who=99999999999999999999"])  # fmt: skip
def test_nonsense_shows_what_makes_sense(owners, price_change, data):
    assert owners.get(f"/desk/history/?{data}").status_code == 200


def test_a_hundred_changes_are_pages_of_as_many_queries_as_one(
    owners, massage, django_assert_max_num_queries, django_assert_num_queries
):
    massage.price = 61
    massage.save()
    address = "/desk/history/?what=bookings_treatment"
    owners.get(address)  # which is remembered
    with django_assert_max_num_queries(15) as seen:
        owners.get(address)
    for price in range(62, 162):
        type(massage).objects.update(price=price)
    with django_assert_num_queries(len(seen)):
        page = owners.get(address)
    assert len(page.context["told"]) == 50
    older = owners.get(f"/desk/history/?{page.context['older']}")
    assert len(older.context["told"]) == 50
    assert older.context["told"][0].change.pk < page.context["told"][-1].change.pk


def test_each_kind_of_row_can_be_told(owners, known, kim, room):
    factories.make_week(kim)
    factories.make_absence(factories.NOW, factories.NOW + timedelta(days=1), kim)
    visit = known.appointments.upcoming(timezone.now()).get()
    cancellation.cancel(visit, by="desk", now=timezone.now())
    Therapist.objects.filter(pk=kim.pk).update(initials="KK")
    User.objects.filter(pk=known.user_id).update(role=Role.DESK)
    page = text(owners.get("/desk/history/?who=programs"))
    assert "Status: Booked → Cancelled" in page
    assert "Role: Runner → Front desk" in page
