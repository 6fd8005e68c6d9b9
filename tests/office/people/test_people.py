"""Everybody on one list, and what part each has."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import get_user
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.core.roles import Role
from bookings.models import Change, SignInEvent, SignInMail, Therapist, User
from tests import factories
from tests.office.conftest import say_who_it_is

LIST = "/office/people/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def owner(office) -> User:
    return User.objects.get(role=Role.OWNER)


@pytest.fixture(autouse=True)
def asked(office, clinic):
    say_who_it_is(office)


@pytest.fixture
def dee(clinic) -> User:
    return factories.make_user("dee@example.com", name="Dee Desk", role=Role.DESK)


@pytest.fixture
def change(office):
    """What is typed over what stands on somebody's page."""

    def _change(user: User, **typed):
        url = f"{LIST}{user.pk}/"
        form = office.get(url).context["form"]
        sent = {**form.initial, **typed}
        return office.post(url, {name: value for name, value in sent.items() if value})

    return _change


def test_everybody_who_works_here_stands_on_one_list(office, owner, dee, kim, ana):
    pat = factories.make_therapist("Pat Demo")
    text = office.get(LIST).text
    for there in (owner.email, "Dee Desk", "Kim Demo", str(pat)):
        assert there in text
    assert "ana@example.com" not in text
    assert f'href="/office/people/{dee.pk}/"' in text
    assert f'href="/office/therapists/{pat.pk}/"' in text


def test_a_runners_login_has_no_page_here(office, ana):
    assert office.get(f"{LIST}{ana.user.pk}/").status_code == 404
    assert office.post(f"{LIST}{ana.user.pk}/", {"role": "owner"}).status_code == 404


def test_the_list_asks_no_more_for_thirty_people_than_for_one(
    office, dee, massage, django_assert_num_queries, django_assert_max_num_queries
):
    office.get(LIST)
    with django_assert_max_num_queries(25) as seen:
        office.get(LIST)
    for number in range(29):
        user = factories.make_user(f"more{number}@example.com", role=Role.DESK)
        massage.therapists.add(factories.make_therapist(user=user))
    with django_assert_num_queries(len(seen)):
        assert office.get(LIST).text.count('<th scope="row">') == 32


def test_another_role_ends_the_sessions_and_is_told_to_them_and_every_owner(
    office, change, dee, owner, signed_in
):
    browser = signed_in(dee)
    assert change(dee, role="owner").status_code == 302
    dee.refresh_from_db()
    assert dee.role == Role.OWNER
    assert not get_user(browser).is_authenticated
    told = set(SignInMail.objects.values_list("address", flat=True))
    assert told == {dee.email, owner.email}
    assert SignInEvent.objects.get(user=dee, kind="login_changed").by == f"owner: {owner.pk}"


def test_another_address_is_told_at_both_and_the_old_one_opens_nothing(change, dee, signed_in):
    browser = signed_in(dee)
    assert change(dee, email="Dee.D@Example.com").status_code == 302
    assert not get_user(browser).is_authenticated
    told = set(SignInMail.objects.values_list("address", flat=True))
    assert told >= {"dee@example.com", "dee.d@example.com"}


def test_who_had_another_address_has_no_key_left_and_the_new_one_is_invited(change, dee):
    """It may be another person's, a successor's perhaps."""
    TOTP.activate(dee, SECRET)
    change(dee, email="eve@example.com", name="Eve Desk")
    dee.refresh_from_db()
    assert (dee.has_usable_password(), Authenticator.objects.exists()) == (False, False)
    assert dee.is_invited
    mail = SignInMail.objects.filter(body__contains="/accounts/invitation/").get()
    assert mail.address == "eve@example.com"


def test_owners_are_locked_in_one_order_before_one_of_them_is_changed(change, owner):
    """Or two who take each other's role wait for each other."""
    second = factories.make_user("second@example.com", role=Role.OWNER)
    with CaptureQueriesContext(connection) as seen:
        change(second, role="desk")
    locks = [q["sql"] for q in seen if "FOR UPDATE" in q["sql"] and "bookings_user" in q["sql"]]
    assert '"role" = ' in locks[0]


def test_who_works_here_may_begin_to_treat(change, dee):
    answer = change(dee, treats="on")
    assert answer.status_code == 302
    therapist = Therapist.objects.get(user=dee)
    assert (therapist.name, therapist.slug) == ("Dee Desk", "dee-desk")
    assert dee.roles() == {Role.DESK, Role.THERAPIST}


def test_who_treats_has_the_new_name_wherever_people_read_it(office, change, kim, client, massage):
    """The login's was changed; runners, the diary and every mail went on with the old one."""
    kim.initials = "KD"
    kim.save()
    assert change(kim.user, name="Kim Newname").status_code == 302
    kim.refresh_from_db()
    assert (kim.name, kim.initials) == ("Kim Newname", "KN")
    for url in ("/", f"/therapists/{kim.slug}/"):
        assert "Kim Newname" in client.get(url).text, url
    assert "Kim Demo" not in office.get("/office/therapists/").text


def test_initials_that_somebody_has_typed_stay(change, kim):
    kim.initials = "KX"
    kim.save()
    change(kim.user, name="Kim Newname")
    kim.refresh_from_db()
    assert kim.initials == "KX"


def test_nobody_gets_the_name_of_somebody_else_who_treats(change, kim, lee, dee):
    for typed in ({"name": lee.name.upper()}, {"name": lee.name, "treats": "on"}):
        login = dee if "treats" in typed else kim.user
        answer = change(login, **typed)
        assert "Somebody of this name treats here already" in answer.text
    assert change(dee, name=lee.name).status_code == 302  # who does not treat


def test_the_last_owner_keeps_the_role_and_the_address(office, change, owner):
    for typed in ({"role": "desk"}, {"email": "slip@example.com"}):
        change(owner, **typed)
        owner.refresh_from_db()
        assert (owner.role, owner.email) == (Role.OWNER, "owner@example.com")


def test_nobody_changes_what_they_may_do_themselves(change, owner):
    factories.make_user("second@example.com", role=Role.OWNER)
    change(owner, role="desk")
    owner.refresh_from_db()
    assert owner.role == Role.OWNER


def test_two_owners_who_take_each_others_role_leave_one(office, change, owner, signed_in):
    second = factories.make_user("second@example.com", role=Role.OWNER)
    theirs = signed_in(second)
    say_who_it_is(theirs)
    assert change(second, role="desk").status_code == 302
    sent = {"name": "O", "email": owner.email, "role": "desk", "seen": owner.as_shown}
    assert theirs.post(f"{LIST}{owner.pk}/", sent).status_code in (302, 403)
    assert User.objects.filter(role=Role.OWNER, is_active=True).count() == 1


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(office, dee):
    url = f"{LIST}{dee.pk}/"
    form = office.get(url).context["form"]
    User.objects.filter(pk=dee.pk).update(role=Role.OWNER)
    answer = office.post(url, {**form.initial, "treats": "", "name": "Dee Other"})
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text


def test_saving_what_is_unchanged_changes_nothing(change, dee):
    before = Change.objects.count()
    assert change(dee).status_code == 302
    assert Change.objects.count() == before


def test_a_desk_login_needs_a_part(change, dee):
    answer = change(dee, role="runner")
    assert answer.status_code == 422
    assert "role" in answer.context["form"].errors


def test_the_page_leads_to_where_a_lost_phone_is_put_right(office, dee, owner):
    TOTP.activate(dee, SECRET)
    assert f'href="/desk/logins/{dee.pk}/"' in office.get(f"{LIST}{dee.pk}/").text
    office.post(f"/desk/logins/{dee.pk}/", {"do": "factors"})
    assert not dee.authenticator_set.exists()
    assert SignInMail.objects.filter(address=dee.email).exists()
    assert SignInEvent.objects.filter(user=dee, kind="factors_reset").exists()


def test_ones_own_second_factor_is_no_other_owners_page_to_take_away(office, owner):
    """One's own last way in stays: it is changed where one has it at hand."""
    TOTP.activate(owner, SECRET)
    office.post(f"/desk/logins/{owner.pk}/", {"do": "factors"})
    assert owner.authenticator_set.exists()


def test_the_desk_resets_nobodys_factor(desks, owner):
    TOTP.activate(owner, SECRET)
    assert desks.post(f"/desk/logins/{owner.pk}/", {"do": "factors"}).status_code == 403
    assert owner.authenticator_set.exists()
