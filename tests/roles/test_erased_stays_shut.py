"""Whoever has been erased stays so: every page about them is tried by everybody.

Nobody edits the record, books for it, signs in to it, joins it with another or vouches for it, and
what is locked away is read through its own door alone.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from bookings.actions.clients import details, identity
from bookings.actions.refusals import Stale
from bookings.actions.scheduling.booking import BookingRequest, book
from bookings.core.scheduling.codes import Rules
from bookings.links import digest_of
from bookings.models import Appointment, Client, Mail, MailState, SignInMail, Therapist, User
from bookings.queries.scheduling.slots import Slot
from clinic.records import erase as erasing
from tests import factories
from tests.clock import ZONE, day_of
from tests.page_forms import forms_of
from tests.reading import present
from tests.roles.addresses import every_page
from tests.roles.walk import knocking
from tests.roles.world import make_world, templates_of_few_words
from therapists.core.content import Answers, Content, Given
from therapists.models import HealthCheck, Note, NoteVersion, Privacy
from therapists.models.sealed import Sealed
from therapists.queries.care_access import treats

TOLD, NOTED = "an old secret of the knee", "a quiet word about the calf"
EVE = "eve@example.com"
# The books stay, and the log of what was done; none of it says who it was.
STILL_OPEN = {
    "diary:appointment", "diary:follow_appointment", "diary:mark", "diary:pay", "diary:price",
    "diary:take_back", "diary:receipt", "desk:mails_of_appointment", "desk:mail", "desk:mail_body",
    "records:request",
}  # fmt: skip


@pytest.fixture
def world(db, settings):
    settings.STAFF_NEED_A_SECOND_FACTOR = True
    settings.LIMIT_SIGNING_IN = False
    number_from(1000, Client, Appointment)
    world = make_world()
    now, kim = timezone.now(), Therapist.objects.get(name="Kim Demo")
    given = Given("knee", "Your knee?", "note", False, "", True, TOLD)
    HealthCheck.objects.create(
        client=world.ana, form="full", given_at=now, by="runner",
        content=Sealed.of(Answers(protocol=1, given=(given,)).as_data()),
    )  # fmt: skip
    Note.objects.update(privacy=Privacy.OWNER)
    NoteVersion.objects.create(
        note=Note.objects.get(), number=1, signed_by=kim, signed_at=now,
        content=Sealed.of(Content(subjective=NOTED).as_data()),
    )  # fmt: skip
    return world


def number_from(first: int, *models: type[Model]) -> None:
    """So that a 1 in an address is neither a client's nor a visit's."""
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, first])


def erase(world) -> Client:
    erasing.erase(world.ana, tell=True, by="desk: 1", now=timezone.now())
    return Client.objects.get(pk=world.ana.pk)


@pytest.fixture
def erased(world) -> Client:
    """The last mail is still to go out, so the address stands there yet."""
    ana = erase(world)
    assert ana.email
    return ana


def pages_about(world, client) -> list[tuple[str, str]]:
    """Those whose address names the client, a visit of theirs, or a link of theirs."""
    theirs = {str(client.pk), *map(str, client.appointments.values_list("pk", flat=True))}
    theirs |= {value for name, value in world.arguments.items() if name.endswith("token")}
    theirs |= {world.arguments["token"]}
    every = sorted(set(every_page(world.argument)))
    pages = [(name, url) for name, url in every if theirs & set(url.replace(".", "/").split("/"))]
    of_others = {(name, url) for name, url in pages if name.startswith("admin:")}
    of_others = {one for one in of_others if not one[0].startswith("admin:bookings_client_")}
    return [one for one in pages if one not in of_others]


def opened(world, pages) -> Iterator[tuple[str, str, str, str]]:
    """(who, page, address, what they see) of everything that is shown to somebody."""
    for name, url in pages:
        for who in knocking(name, url):
            response = world.browsers[who].get(url)
            if response.status_code == 200 and not response.streaming:
                yield who, name, url, response.content.decode()


def test_no_page_shows_and_no_form_changes_anything_of_somebody_erased_but_the_books(
    world, settings, tmp_path
):
    """Each form as its page stood before, sent once more after, with somebody else's address."""
    settings.TEMPLATES = templates_of_few_words(tmp_path)
    pages = pages_about(world, world.ana)
    before = list(opened(world, pages))
    forms = [form for who, _, url, page in before for form in posted_from(who, url, page)]
    assert {TOLD, NOTED} == {one for one in (TOLD, NOTED) for *_, page in before if one in page}
    assert (len(pages) > 45, len(forms) > 60) == (True, True)
    erase(world)
    record, visits = values_of(world.ana), list(Appointment.objects.values())
    shown = list(opened(world, pages))
    assert not [(who, url) for who, _, url, page in shown if TOLD in page or NOTED in page]
    about = {name for _, name, url, _ in shown} - STILL_OPEN
    ours = ("desk:", "diary:", "therapists:", "runner:", "records:", "admin:")
    assert {name for name in about if name.startswith(ours)} == set()
    for who, url, sent in forms:
        if not url.startswith(("/desk/mail", "/desk/strangers")):
            world.browsers[who].post(url, sent)
    assert values_of(world.ana) == record
    priced = ("price", "status")
    assert without(Appointment.objects.values(), priced) == without(visits, priced)
    assert EVE not in Mail.objects.values_list("client__email", flat=True)
    assert not world.ana.races.exists()


def posted_from(who: str, url: str, page: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(who, where, what is sent) of each form on the page."""
    for form in forms_of(page):
        if form.method == "post" and "logout" not in form.action:
            typed = {name: EVE if "email" in name else "Eve" for name in form.typed}
            yield who, form.action or url, form.sent | typed


def values_of(client) -> dict:
    return {**Client.objects.filter(pk=client.pk).values().get()}


def without(rows, names) -> list[dict]:
    return [{key: value for key, value in row.items() if key not in names} for row in rows]


# Without a page


def test_nobody_treats_somebody_erased(world):
    now, kim = timezone.now(), Therapist.objects.get(name="Kim Demo")
    assert treats(kim, world.ana, now=now)
    erase(world)
    assert not treats(kim, world.ana, now=now)


def test_a_code_to_the_address_signs_in_to_nothing(world, erased):
    """Also where the address was written into the record by hand."""
    Client.objects.filter(pk=erased.pk).update(email=EVE, unconfirmed_since=timezone.now())
    world.browsers["nobody"].post("/accounts/login/code/", {"email": EVE})
    assert not User.objects.filter(email=EVE).exists()
    assert not SignInMail.objects.filter(address=EVE, body__regex=r"^ {4}\S+$").exists()
    assert not Client.objects.at(EVE).exists()
    login = factories.make_user(EVE)
    assert identity.recognise(login, EVE, now=timezone.now()) is None


def test_an_action_that_comes_late_is_refused_in_a_sentence(world, erased):
    """The page was made before, and the record erased meanwhile."""
    now, facts = timezone.now(), details.facts_of(erased)
    with pytest.raises(Stale, match="erased"):
        details.change(erased, seen=facts, wanted={**facts, "email": EVE}, by="desk: 1", now=now)
    with pytest.raises(identity.AnotherAddress):
        identity.prove(erased, mailed_to=digest_of(erased.email), by="runner", now=now)
    Client.objects.filter(pk=erased.pk).update(unconfirmed_since=now)
    with pytest.raises(Stale):
        identity.confirm(erased, seen=now, user=factories.make_user(), by="owner: 1", now=now)
    treatment = present(Appointment.objects.first()).treatment
    ten = datetime.combine(day_of(now) + timedelta(days=4), time(10), ZONE)
    slot = Slot(treatment=treatment, start=ten)
    asked = BookingRequest(slots=[slot], client=erased, key="k", rules=Rules.DESK, by="desk: 1")
    with pytest.raises(identity.ClientErased):
        book(asked, now=now)


def test_the_desk_finds_and_books_nobody_erased(world, erased):
    desk = world.browsers["desk"]
    assert "Erased client" not in desk.get("/desk/clients/?q=erased").content.decode()
    found = desk.get(f"/diary/new/?client={erased.pk}")
    assert "Erased client" not in found.content.decode()
    found = desk.get("/admin/autocomplete/", {
        "app_label": "bookings", "model_name": "race", "field_name": "client", "term": "erased",
    })  # fmt: skip
    assert found.json()["results"] == []
    typed = {"client": erased.pk, "race_date": "2027-04-25", "distance": "marathon"}
    typed |= {"priority": "A", "outcome": "planned", "name": ""}
    desk.post("/admin/bookings/race/add/", typed)
    assert not erased.races.exists()


def test_the_appointment_says_that_the_client_has_been_erased(world, erased):
    visit = erased.appointments.first()
    page = world.browsers["desk"].get(f"/diary/appointments/{visit.pk}/").content.decode()
    assert "This client has been erased" in page
    assert f"/desk/clients/{erased.pk}/" not in page
    assert erased.email not in page


def test_the_kept_record_opens_for_the_owner_and_a_reason_as_before(world, erased):
    owner = world.browsers["owner"]
    assert owner.post(f"/health/kept/{erased.kept_record.pk}/", {}).status_code == 422
    page = owner.post(f"/health/kept/{erased.kept_record.pk}/", {"reason": "A court asks"})
    assert TOLD in page.content.decode()
    assert NOTED in page.content.decode()


def test_the_last_mail_still_goes_out(world, erased):
    assert Mail.objects.filter(client=erased, state=MailState.SCHEDULED).count() == 1
