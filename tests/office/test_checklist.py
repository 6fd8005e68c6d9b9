"""The office's first page says what is missing, and nothing that is there."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.actions.clients import legal
from bookings.actions.mail import sign_in_mails
from bookings.core.training import Kind
from bookings.models import Clinic, LegalKind, LegalText, Room, SignInMail, Therapist, Treatment
from bookings.queries.office import backups
from bookings.queries.training import protocol
from tests import factories


@pytest.fixture
def steps(office):
    def _steps() -> dict:
        context = office.get("/office/").context
        return {step.title: step for step in (*context["needed"], *context["better"])}

    return _steps


def test_what_is_there_is_done(steps, massage):
    done = {title for title, step in steps().items() if step.done}
    assert done >= {
        "The clinic’s name, address and phone",
        "Rooms",
        "Therapists",
        "Working hours",
        "Treatments and prices",
        "Who offers what, and where",
    }


def test_an_empty_clinic_lacks_everything_that_makes_it_bookable(steps, clinic):
    lacking = [title for title, step in steps().items() if not step.done]
    assert lacking[:7] == [
        "Rooms",
        "Therapists",
        "Working hours",
        "Treatments and prices",
        "Who offers what, and where",
        "Sessions of a runner’s plan",
        "Terms and privacy notice",
    ]


def test_a_treatment_that_nobody_here_offers_is_named(steps, massage, lee):
    massage.therapists.set([lee])
    Therapist.objects.filter(pk=lee.pk).update(active=False)
    step = steps()["Who offers what, and where"]
    assert not step.done
    assert f"Offered by nobody, so that no runner can book it: {massage}." in step.says


def test_a_treatment_whose_rooms_are_out_of_use_is_named(steps, massage, room):
    massage.rooms.set([room])
    factories.make_room("Blue")
    Room.objects.filter(pk=room.pk).update(active=False)
    step = steps()["Who offers what, and where"]
    assert not step.done
    assert f"Without a room that is in use: {massage}." in step.says


def test_a_therapist_without_hours_from_today_on_is_named(steps, massage, kim, lee, today):
    factories.make_shift(lee, valid_until=today - timedelta(days=1))
    step = steps()["Working hours"]
    assert step.url == f"/office/rota/{lee.pk}/"
    assert not step.done
    assert f"{lee}" in step.says
    assert f"{kim}" not in step.says
    factories.make_extra_shift(lee, today)
    assert steps()["Working hours"].done


def test_what_a_plan_asks_for_and_nobody_can_book_is_named(steps, massage):
    title = "Sessions of a runner’s plan"
    assert "Nothing fits a runner’s plan yet" in steps()[title].says
    kinds = [one.value for one in Kind]
    Treatment.objects.update(session_kinds=kinds[1:])
    step = steps()[title]
    assert not step.done
    named = step.says.removeprefix("No treatment that runners can book online suits: ")
    assert named == f"{protocol.current().session_types[Kind(kinds[0])].name}."
    Treatment.objects.update(session_kinds=kinds)
    assert steps()[title].done
    for lost in ({"online": False}, {"active": False}):
        Treatment.objects.update(**{"online": True, "active": True, **lost})
        assert not steps()[title].done


def test_of_nobody_and_nothing_it_is_not_said_that_all_is_there(steps, clinic):
    assert "All are there." not in [step.says for step in steps().values()]
    assert not steps()["A sentence about each treatment"].done


def test_unfinished_legal_texts_are_told_to_the_owner_and_runners_read_no_holes(
    office, desks, clinic
):
    said = "Runners read texts that are not finished."
    assert said in office.get("/office/").text
    assert said in office.get("/desk/").text
    assert said not in desks.get("/desk/").text
    for kind in LegalKind:
        read = desks.get(reverse(f"runner:{kind}")).text
        assert "FILL IN" not in read
        assert "to be completed by the clinic" in read
    for kind in LegalKind:
        legal.write(kind, "All is said.", based_on=1, by="owner", now=timezone.now())
    assert said not in office.get("/office/").text
    assert said not in office.get("/desk/").text


def test_a_hole_that_does_not_close_takes_nothing_with_it(clinic):
    text = LegalText(text="First [FILL IN: who\nwe are] and [FILL IN and the rest.").as_read_at(
        clinic
    )
    lacking = "*(to be completed by the clinic)*"
    assert text == f"First {lacking} and {lacking} and the rest."


def test_gaps_of_the_legal_texts_are_counted(steps, massage):
    assert "still to be filled in" in steps()["Terms and privacy notice"].says


def test_mail_is_to_be_tried_until_one_has_gone_out(steps, massage):
    assert "None has gone out yet." in steps()["Mail that goes out"].says


def test_a_test_mail_that_the_server_has_taken_is_known(office, steps, massage, mailoutbox):
    assert office.post("/office/test-mail/")["Location"] == "/office/"
    step = steps()["Mail that goes out"]
    assert (step.done, step.says) == (False, "A test mail waits to go out. Look again in a minute.")
    sign_in_mails.send_due()
    [mail] = mailoutbox
    assert mail.to == ["owner@example.com"]
    assert "A test mail of" in mail.subject
    step = steps()["Mail that goes out"]
    assert step.done
    assert "The mail server took a test mail on" in step.says


def test_a_test_mail_that_no_server_takes_is_not_done(office, steps, massage, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    office.post("/office/test-mail/")
    sign_in_mails.send_due()
    assert not steps()["Mail that goes out"].done


def test_other_mails_about_signing_in_are_no_test(steps, massage, mailoutbox):
    sign_in_mails.owe("a@example.com", "A code", "…", now=timezone.now())
    sign_in_mails.send_due()
    assert len(mailoutbox) == 1
    assert not steps()["Mail that goes out"].done


def test_nobody_floods_a_mailbox_with_test_mails(office, clinic):
    for _ in range(6):
        office.post("/office/test-mail/")
    assert SignInMail.objects.count() == 5


@pytest.mark.parametrize(("hours", "done"), [(3, True), (37, False), (None, False)])
def test_a_backup_of_last_night_is_looked_for(steps, massage, settings, tmp_path, hours, done):
    settings.DEMO, settings.BACKUP_FOLDER = False, tmp_path
    if hours:
        made = timezone.now() - timedelta(hours=hours)
        (tmp_path / made.strftime(backups.NAME)).touch()
    assert steps()["A backup of last night"].done is done


def test_what_runners_would_read_is_asked_for(steps, massage, kim):
    lacking = {title for title, step in steps().items() if not step.done}
    assert "A sentence about each treatment" in lacking
    Treatment.objects.update(description="An hour for the legs.")
    Therapist.objects.update(speciality="Calves.")
    Clinic.objects.update(how_to_find_us="The green door.")
    steps_now = steps()
    for title in ("A sentence about each treatment", "A sentence about each therapist"):
        assert steps_now[title].done
    assert steps_now["How to find the clinic"].done


def test_the_next_thing_to_do_has_the_solid_button(office, massage):
    Treatment.objects.update(session_kinds=[one.value for one in Kind])
    page = office.get("/office/")
    assert page.text.count('btn-sm btn-primary"') == 1
    assert "Next: Terms and privacy notice." in page.text


def test_the_number_of_queries_does_not_grow_with_what_is_lacking(
    office, massage, django_assert_num_queries, django_assert_max_num_queries
):
    office.get("/office/")
    with django_assert_max_num_queries(40) as seen:
        office.get("/office/")
    for _ in range(30):
        factories.make_treatment(therapists=[factories.make_therapist()])
        factories.make_room()
    with django_assert_num_queries(len(seen)):
        office.get("/office/")


def test_the_office_stands_in_the_owners_menu_alone(office, desks):
    assert 'href="/office/"' in office.get("/desk/").text
    assert 'href="/office/"' not in desks.get("/desk/").text
    assert desks.get("/office/").status_code == 403


def test_the_header_of_the_staff_has_the_clinics_name(office, kims, client, clinic):
    for browser, page in ((office, "/desk/"), (kims, "/today/")):
        masthead = browser.get(page).text.split("<nav", 1)[0]
        assert "<bdi>Taper Clinic</bdi></a>" in masthead


def test_what_the_clinic_looks_like_is_asked_for_until_it_is_there(steps, clinic):
    step = steps()["How the clinic looks"]
    assert not step.done
    line = "a line above the home page’s question"
    assert step.says == f"Still without: a logo, {line}, opening hours, a place on a map."
    Clinic.objects.update(
        logo_digest="x", headline="Ours", hours_text="9 to 5", map_url="https://map.example/1"
    )
    assert steps()["How the clinic looks"].done


def test_gaps_of_the_legal_texts_lead_to_the_first_of_them(office, steps, massage):
    assert steps()["Terms and privacy notice"].url == "/office/texts/terms/#gaps"
    page = office.get("/office/texts/privacy/").text
    assert 'id="gaps"' in page
    assert "The companies that run the server and deliver the mail, and where they are" in page
    for kind in LegalKind:
        legal.write(kind, "All said.", based_on=1, by="owner: o", now=timezone.now())
    assert steps()["Terms and privacy notice"].url == "/office/texts/"
