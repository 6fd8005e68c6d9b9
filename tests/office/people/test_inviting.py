"""Somebody is invited, chooses a password, and is in: once, in time, and as the owner has said."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import get_user
from django.test import Client as Browser
from django.utils import timezone

from bookings.actions import logins
from bookings.actions.people import invitations
from bookings.actions.people.invitations import NotInvited
from bookings.core.roles import Role
from bookings.models import Appointment, SignInEvent, SignInMail, Therapist, User
from tests import factories
from tests.office.conftest import filled, say_who_it_is
from tests.reading import present

INVITE = "/office/people/invite/"
PASSWORD = "four plain words chosen"
TYPED = {"name": "Nia New", "email": "Nia@Example.com", "role": Role.DESK.value}
ACCEPTED = {"name": "Nia New", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def owner(office) -> User:
    return User.objects.get(role=Role.OWNER)


@pytest.fixture(autouse=True)
def asked(office, clinic):
    say_who_it_is(office)


@pytest.fixture
def invite(office):
    """The login that is made; of a field None leaves it out."""

    def _invite(**typed) -> User:
        sent = {name: value for name, value in {**TYPED, **typed}.items() if value is not None}
        answer = office.post(INVITE, sent)
        assert answer.status_code == 302, answer.context["form"].errors
        return User.objects.get(email=sent["email"].lower())

    return _invite


def newest_link(address: str = "nia@example.com") -> str:
    mail = present(
        SignInMail.objects.filter(address=address, body__contains="/invit").order_by("pk").last()
    )
    return urlsplit(re.findall(r"https?://\S+", mail.body)[0]).path


def page(user: User, rest: str = "") -> str:
    return f"/office/people/{user.pk}/{rest}"


def test_who_is_invited_chooses_a_password_and_is_led_to_a_second_factor(invite, settings):
    invite()
    settings.STAFF_NEED_A_SECOND_FACTOR = True
    browser = Browser()
    link = newest_link()
    shown = browser.get(link)
    assert shown.status_code == 200
    assert "Front desk" in shown.text
    answer = browser.post(link, {**ACCEPTED, "name": "Nia Newman"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/2fa/"
    nia = User.objects.get(email="nia@example.com")
    assert (nia.name, nia.role) == ("Nia Newman", "desk")
    assert nia.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=nia).verified
    assert browser.get("/desk/")["Location"] == "/accounts/2fa/"


def test_looking_at_an_invitation_does_nothing(invite):
    user = invite()
    for _ in range(3):
        assert Browser().get(newest_link()).status_code == 200
    user.refresh_from_db()
    assert not user.has_usable_password()


@pytest.mark.fixed_clock
def test_who_is_to_treat_is_in_the_diary_with_what_they_offer(invite, office, massage):
    user = invite(role="runner", treats="on", treatments=[massage.pk])
    therapist = Therapist.objects.get(user=user)
    assert (therapist.name, therapist.initials, therapist.active) == ("Nia New", "NN", True)
    assert list(therapist.treatments.all()) == [massage]
    assert "invited 2 Dec" in office.get("/office/people/").text


def test_one_person_may_own_treat_and_keep_the_diary(invite, massage):
    user = invite(role="owner", treats="on", treatments=[massage.pk])
    assert user.roles() == {Role.OWNER, Role.THERAPIST}


def test_every_owner_is_told_of_a_new_login_and_the_history_knows_who_made_it(invite, owner):
    user = invite()
    assert "A login was made for" in present(SignInMail.objects.get(address=owner.email)).body
    event = SignInEvent.objects.get(user=user, kind="invited")
    assert event.by == f"owner: {owner.pk}"


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": " "}, "name", "fill this in"),
        ({"email": "nowhere"}, "email", "email address"),
        ({"email": "KIM@example.com"}, "email", "Somebody who works here"),
        ({"email": "ana@example.com"}, "email", "A runner signs in with this address"),
        ({"role": None}, "role", "Please say what they may do."),
        ({"role": "god"}, "role", "one of those listed"),
        ({"role": "runner"}, "role", "Whoever does not treat"),
        ({"treats": "on"}, "treatments", "Please tick what they offer"),
        ({"treats": "on", "name": "KIM demo"}, "name", "in the diary already"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(office, massage, ana, typed, field, said):
    sent = {name: value for name, value in {**TYPED, **typed}.items() if value is not None}
    before = User.objects.count()
    answer = office.post(INVITE, sent)
    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors[field])
    assert User.objects.count() == before


def test_whoever_treats_without_a_login_is_invited_to_their_own_diary(office, massage, owner):
    pat = factories.make_therapist("Pat Demo")
    sent = {"name": "Pat Demo", "email": "pat@example.com", "role": "runner"}
    assert office.post(f"{INVITE}?therapist={pat.pk}", sent).status_code == 302
    pat.refresh_from_db()
    assert present(pat.user).email == "pat@example.com"
    assert office.get(f"{INVITE}?therapist={pat.pk}").status_code == 404


def test_the_name_that_is_put_right_behind_the_invitation_is_that_of_the_diary(
    invite, massage, lee
):
    """But nobody else's there."""
    nia = invite(role=Role.RUNNER.value, treats="on", treatments=[massage.pk])
    browser, link = Browser(), newest_link()
    typed = {"password": PASSWORD, "again": PASSWORD}
    refused = browser.post(link, {"name": lee.name, **typed})
    assert "Somebody of this name treats here already" in refused.text
    browser.post(link, {"name": "Nia Right", **typed})
    assert Therapist.objects.get(user=nia).name == User.objects.get(pk=nia.pk).name == "Nia Right"


def test_an_invitation_is_good_for_one_password(invite):
    invite()
    link = newest_link()
    assert Browser().post(link, ACCEPTED).status_code == 302
    again = Browser()
    for answer in (again.get(link), again.post(link, {**ACCEPTED, "password": "another of mine"})):
        assert answer.status_code == 410
    assert not get_user(again).is_authenticated
    assert User.objects.get(email="nia@example.com").check_password(PASSWORD)


def test_two_who_accept_at_once_are_one(invite):
    user = invite()
    token = newest_link().split("/")[-2]
    invitations.accept(token, name="Nia", password=PASSWORD, now=timezone.now())
    with pytest.raises(NotInvited):
        invitations.accept(token, name="Mallory", password="now it is mine", now=timezone.now())
    user.refresh_from_db()
    assert user.name == "Nia"


@pytest.mark.parametrize("change", [
    lambda link: link[:-3] + "x/",
    lambda link: link.replace("invitation/", "invitation/x"),
    lambda link: re.sub(r"invitation/[^:]+", "invitation/eyJsb2dpbiI6MX0", link),
])  # fmt: skip
def test_a_guessed_link_opens_nothing(invite, change):
    invite()
    assert Browser().get(change(newest_link())).status_code == 410


def test_an_invitation_ends_after_seven_days_and_is_mailed_again(invite, owner, signed_in, clock):
    user = invite()
    first = newest_link()
    clock.move_to(timezone.now() + timedelta(days=7, seconds=1))
    assert Browser().get(first).status_code == 410
    office = signed_in(owner)
    say_who_it_is(office)
    assert "invitation has ended" in office.get("/office/people/").text
    office.post(page(user, "invite-again/"))
    assert newest_link() != first
    assert Browser().get(first).status_code == 410
    assert Browser().post(newest_link(), ACCEPTED).status_code == 302


def test_one_that_is_withdrawn_opens_nothing_and_leaves_nothing(invite, office, massage):
    user = invite(role="runner", treats="on", treatments=[massage.pk])
    link = newest_link()
    office.post(page(user, "withdraw/"))
    assert Browser().post(link, ACCEPTED).status_code == 410
    assert not User.objects.filter(email="nia@example.com").exists()
    assert not Therapist.objects.filter(name="Nia New").exists()
    assert invite().is_invited


def test_one_with_whom_somebody_has_booked_is_not_withdrawn_before_that_is_settled(
    invite, office, massage, booked
):
    user = invite(role="runner", treats="on", treatments=[massage.pk])
    Appointment.objects.update(therapist=Therapist.objects.get(user=user))
    answer = office.post(page(user, "withdraw/"), follow=True)
    assert "could not stay where it is" in answer.text
    assert User.objects.get(pk=user.pk).is_invited


def test_one_that_was_accepted_is_not_withdrawn(invite, office):
    user = invite()
    Browser().post(newest_link(), ACCEPTED)
    assert "no invitation that is open" in office.post(page(user, "withdraw/"), follow=True).text
    assert User.objects.get(pk=user.pk).is_active


@pytest.mark.parametrize(
    "typed", [{"role": "owner"}, {"email": "nia.new@example.com"}, {"treats": "on"}]
)
def test_a_mail_that_was_forwarded_is_over_once_its_words_are_no_longer_true(invite, office, typed):
    """And what is true now is mailed anew."""
    user = invite()
    forwarded = newest_link()
    sent = {**TYPED, "email": user.email, "seen": user.as_shown, **typed}
    assert office.post(page(user), sent).status_code == 302
    assert Browser().post(forwarded, ACCEPTED).status_code == 410
    user.refresh_from_db()
    assert Browser().post(newest_link(user.email), ACCEPTED).status_code == 302


def test_one_who_is_switched_off_meanwhile_does_not_get_in(invite, owner):
    user = invite()
    link = newest_link()
    now = timezone.now()
    logins.switch(user, on=False, by="owner: 1", by_name="Olga", now=now)
    assert Browser().post(link, ACCEPTED).status_code == 410
    logins.switch(user, on=True, by="owner: 1", by_name="Olga", now=now)
    assert Browser().post(link, ACCEPTED).status_code == 410


def test_an_old_invitation_is_no_way_to_a_password_by_the_page_for_a_new_one(invite, client):
    """Whoever has the mailbox of somebody who never came would be let in for ever."""
    invite()
    SignInMail.objects.all().delete()
    client.post("/accounts/password/reset/", {"email": "nia@example.com"})
    assert not [mail for mail in SignInMail.objects.all() if "/password/reset/key/" in mail.body]


@pytest.mark.parametrize("page", ["/accounts/login/code/", "/accounts/password/reset/"])
def test_who_is_invited_and_asks_how_to_get_in_is_told_by_mail_alone(invite, client, page):
    user = invite()
    SignInMail.objects.all().delete()
    User.objects.update(invited_at=timezone.now() - timedelta(days=30))  # it has ended
    answers = [
        client.post(page, {"email": address}, follow=True) for address in (user.email, "x@y.org")
    ]
    assert answers[0].redirect_chain == answers[1].redirect_chain
    told = SignInMail.objects.get(address=user.email)
    assert "you are invited" in told.subject
    assert "Ask the owner to mail it again" in told.body
    assert "/password/reset/" not in told.body


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"password": "short", "again": "short"}, "password"),
        ({"password": "password123456", "again": "password123456"}, "password"),
        ({"password": "nia@example.com!", "again": "nia@example.com!"}, "password"),
        ({"again": "four other words here"}, "again"),
        ({"name": ""}, "name"),
    ],
)
def test_a_password_is_no_easier_to_guess_than_anywhere_else(invite, typed, said):
    user = invite()
    answer = Browser().post(newest_link(), {**ACCEPTED, **typed})
    assert answer.status_code == 422
    assert said in answer.context["form"].errors
    user.refresh_from_db()
    assert user.is_invited


def test_who_opens_it_in_a_colleagues_browser_is_signed_in_as_themselves(invite, office):
    user = invite()
    office.post(newest_link(), ACCEPTED)
    assert get_user(office) == user


def test_no_link_of_an_invitation_stands_on_a_page_of_the_owner(invite, office):
    user = invite()
    token = newest_link().split("/")[-2]
    for url in ("/office/people/", page(user), "/desk/history/", "/desk/sign-ins/"):
        assert token not in office.get(url).text


@pytest.mark.parametrize("url", [INVITE, "/office/people/", "/office/people/1/"])
def test_the_desk_and_therapists_invite_nobody_and_promote_nobody(desks, kims, url):
    for browser in (desks, kims):
        assert browser.get(url).status_code == 403
        assert browser.post(url, TYPED).status_code == 403
    assert not User.objects.filter(email="nia@example.com").exists()


@pytest.mark.parametrize("url", [INVITE, "/office/people/{}/"])
def test_a_slip_and_a_clients_address_are_asked_about_before_they_become_a_login(
    office, massage, lee, url
):
    """One question after the other; the ticks beside them stay."""
    say_who_it_is(office)
    factories.make_client("Cleo Client", email="cleo@gmial.com")
    dee = factories.make_user("dee@example.com", name="Dee", role=Role.DESK)
    page = url.format(dee.pk)
    both = [massage.pk, factories.make_treatment("Feet").pk]
    form = filled(office.get(page).context["form"])
    typed = {**form, **TYPED, "email": "Cleo@gmial.com", "treats": "on", "treatments": both}
    for question in (
        "Did you mean cleo@gmail.com?",
        "This is the address of a client, Cleo Client",
    ):
        asked = office.post(page, typed)
        assert (asked.status_code, question in asked.text) == (422, True), asked.text
        assert not User.objects.filter(email="cleo@gmial.com").exists()
        typed = filled(asked.context["form"])
        assert url != INVITE or sorted(map(int, typed["treatments"])) == sorted(both)
    assert office.post(page, typed).status_code == 302
    assert User.objects.filter(email="cleo@gmial.com").exists()


def test_what_is_proposed_instead_is_taken_by_a_press(office, massage):
    say_who_it_is(office)
    sent = {**TYPED, "email": "nia@gmial.com", "meant": "nia@gmail.com"}
    assert office.post(INVITE, sent).status_code == 302
    assert User.objects.filter(email="nia@gmail.com").exists()


def test_the_owner_is_asked_once_more_who_they_are(office, clock):
    clock.move_to(timezone.now() + timedelta(minutes=16))
    assert "reauthenticate" in office.post(INVITE, TYPED)["Location"]
    assert not User.objects.filter(email="nia@example.com").exists()


def test_who_comes_back_with_a_second_factor_is_asked_for_it(invite, office, settings):
    user = invite()
    settings.STAFF_NEED_A_SECOND_FACTOR = True
    TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    browser = Browser()
    answer = browser.post(newest_link(), ACCEPTED)
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert not get_user(browser).is_authenticated


def test_what_is_typed_as_a_name_stands_as_it_is_on_one_line_of_the_mails(invite):
    """And no paragraph of its own stands in what owners are told."""
    factories.make_user("second@example.com", role=Role.OWNER)
    invite(name="Sean O'Neil & co\r\n\r\nYour password has expired")
    told = present(SignInMail.objects.filter(subject__startswith="A login was made for").first())
    assert "Sean O'Neil & co Your password has expired" in told.subject
    assert "Sean O'Neil & co Your password has expired" in told.body
