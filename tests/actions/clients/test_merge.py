"""Two records of one person become one, and nothing is lost."""

import re
from datetime import timedelta

import pytest

from bookings.actions.clients import health_hold
from bookings.actions.refusals import Refused, Stale
from bookings.actions.training import races
from bookings.models import (
    Appointment,
    BroughtPlan,
    Client,
    ClientEvent,
    ClientImport,
    Clinic,
    LegalText,
    Mail,
    MailConsent,
    MailGroup,
    MailKind,
    OwnPlan,
    Race,
    RaceNews,
    User,
)
from bookings.models.mail.kinds import TIMED_TO_TRAINING
from clinic.records import merge as merging
from clinic.records.registry.rows import RECORDS
from tests import factories
from tests.clock import TODAY
from tests.factories import NOW
from therapists import feeds
from therapists.models import Access, Clearance, Feed, HealthCheck, KeptRecord, Note
from therapists.models.sealed import Sealed

DESK = "desk: desk@example.com"


@pytest.fixture
def kept(clinic):
    return factories.make_client("Ana Demo", email="ana@example.com")


@pytest.fixture
def gone(clinic):
    gone = factories.make_client("Ana M Demo", email="", phone="07700 900123")
    gone.created_at = NOW - timedelta(days=400)
    gone.save()
    return gone


@pytest.fixture
def visit(massage, kim, room, start):
    def _visit(client, hours=0, **fields):
        data = {"treatment": massage, "therapist": kim, "room": room, "client": client, **fields}
        return factories.make_appointment(starts_at=start + timedelta(hours=hours), **data)

    return _visit


@pytest.fixture
def makers(visit):
    """How a row of each relation comes about; whoever adds a relation adds its maker here."""
    mail = {"kind": MailKind.REMINDER, "created_at": NOW, "due_at": NOW, "not_after": NOW}
    sealed = {"content": Sealed.of({})}

    def batch():
        return ClientImport.objects.create(file_name="a.csv", by="owner", created_at=NOW)

    def news():
        listed = factories.make_listed(race_date=TODAY)
        return RaceNews.objects.create(listed=listed, was=TODAY, made_at=NOW, by="desk")

    return {
        "bookings.Appointment.client": visit,
        "bookings.Mail.client": lambda one: Mail.objects.create(key="one", client=one, **mail),
        "bookings.MailConsent.client": lambda one: one.mail_consents.create(
            group=MailGroup.NUDGES, wanted=True, at=NOW
        ),
        "bookings.ClientEvent.client": lambda one: one.record_events.create(kind="changed", at=NOW),
        "bookings.HardEffort.client": lambda one: one.hard_efforts.create(day=TODAY),
        "bookings.BroughtPlan.client": lambda one: BroughtPlan.objects.create(client=one, at=NOW),
        "bookings.OwnPlan.client": lambda one: OwnPlan.objects.get_or_create(
            client=one, defaults={"read_at": NOW}
        )[0],
        "bookings.PlanLink.client": factories.make_plan_link,
        "bookings.DeclinedSession.client": lambda one: one.declined_sessions.create(
            kind="training", ideal=TODAY
        ),
        "bookings.Race.client": factories.make_race,
        "bookings.Series.client": lambda one: factories.make_series(visit(one, hours=24 * one.pk)),
        "bookings.ImportedRow.client": lambda one: batch().rows.create(number=2, client=one),
        "bookings.KnownAs.client": lambda one: one.known_as.create(
            source="cliniko", key=str(one.pk), told="x"
        ),
        "bookings.WaitlistEntry.client": factories.make_entry,
        "bookings.WaitlistOffer.client": lambda one: factories.make_offer(
            factories.make_entry(), client=one
        ),
        "bookings.Client.same_address_as": lambda one: factories.make_client(
            "Bo Demo", same_address_as=one
        ),
        "therapists.HealthCheck.client": lambda one: HealthCheck.objects.create(
            client=one, form="full", given_at=NOW, by="runner", **sealed
        ),
        "therapists.Clearance.client": lambda one: Clearance.objects.create(
            client=one, by=factories.make_user(), at=NOW, **sealed
        ),
        "therapists.Access.client": lambda one: Access.objects.create(
            client=one, at=NOW, who="x", did="read", what="note", record=1, page="p"
        ),
        "therapists.Feed.client": lambda one: Feed.objects.create(client=one),
        "therapists.KeptRecord.client": lambda one: KeptRecord.objects.create(
            client=one, erased_at=NOW, **sealed
        ),
        "bookings.Agreement.client": lambda one: one.agreements.create(
            text=LegalText.objects.get_or_create(kind="terms", number=77)[0], at=NOW
        ),
        "bookings.SignInEvent.client": lambda one: one.sign_in_events.create(
            at=NOW, kind="signed_in"
        ),
        "bookings.ErasureRequest.client": lambda one: one.erasure_requests.create(asked_at=NOW),
        "bookings.RunnerNews.client": lambda one: news().runners.create(client=one),
        "bookings.Change.client": lambda one: one.changes.first(),
    }


def merge(kept, gone, **choices):
    clinic = Clinic.objects.the()
    seen = merging.preview(kept, gone, clinic).digest
    return merging.merge(kept, gone, choices=choices, seen=seen, by=DESK, now=NOW)


def test_every_relation_to_a_client_has_a_maker(makers):
    assert set(merging.relations()) == set(makers)


def test_a_relation_without_a_step_is_refused(kept, gone, monkeypatch):
    monkeypatch.setattr(merging, "RECORDS", [one for one in RECORDS if one.model is not Feed])
    with pytest.raises(merging.NotDecided, match="Feed"):
        merge(kept, gone)
    assert Client.objects.count() == 2


def test_every_row_of_every_relation_goes_along(kept, gone, makers):
    rows = {name: make(gone) for name, make in makers.items()}
    merge(kept, gone)
    for name, row in rows.items():
        row.refresh_from_db()
        assert getattr(row, name.rpartition(".")[2]) == kept, name
    assert not Client.objects.filter(pk=gone.pk).exists()


def test_what_both_have_stays_once_and_is_told_in_the_history(kept, gone, makers, visit):
    names = set(makers) - {"bookings.Appointment.client", "bookings.Mail.client"}
    names.remove("therapists.KeptRecord.client")  # whoever has one is erased, and never merged
    for name in names:
        makers[name](kept)
        makers[name](gone)
    merge(kept, gone)
    told = kept.record_events.get(kind="merged").facts["told"]
    assert len(told) == 7  # three plans, an effort, a declined session, an agreement, a calendar
    assert not re.search(r"\d{4}-\d\d|\d:\d\d", " ".join(told))  # days are in words
    assert (kept.races.count(), kept.hard_efforts.count()) == (1, 1)
    assert kept.declined_sessions.count() == Feed.objects.count() == 1
    assert kept.health_checks.count() == 2


def test_whoever_has_been_erased_is_not_tied_to_a_person_again(kept, gone):
    Client.objects.filter(pk=gone.pk).update(erased_at=NOW)
    gone.refresh_from_db()
    with pytest.raises(Refused, match="erased"):
        merge(kept, gone)


def test_notes_go_along_with_their_visits(kept, gone, visit, kim):
    seen = visit(gone)
    Note.objects.create(appointment=seen, author=kim, created_at=NOW, saved_at=NOW)
    merge(kept, gone)
    assert Note.objects.get().client == kept
    assert seen.events.get(kind="joined").facts["name"] == "Ana M Demo"


def test_what_is_empty_is_filled_and_what_differs_is_chosen(kept, gone):
    merge(kept, gone, name="gone")
    kept.refresh_from_db()
    assert (kept.name, kept.email) == ("Ana M Demo", "ana@example.com")
    assert kept.phone == "07700 900123"
    assert kept.created_at == gone.created_at


@pytest.mark.parametrize(
    ("theirs", "choices", "guardian", "agreed"),
    [
        ("", {}, "Gale Demo", True),
        ("Kay Demo", {"guardian_name": "gone"}, "Gale Demo", True),
        ("Kay Demo", {"guardian_name": "kept"}, "Kay Demo", False),
        ("Gale Demo", {}, "Gale Demo", True),
    ],
)
def test_a_consent_goes_with_the_guardian_who_gave_it(
    kept, gone, theirs, choices, guardian, agreed
):
    kept.guardian_name = theirs
    kept.save()
    gone.guardian_name, gone.guardian_agreed_at = "Gale Demo", NOW
    gone.guardian_agreed_by = DESK
    gone.save()
    merge(kept, gone, **choices)
    kept.refresh_from_db()
    assert kept.guardian_name == guardian
    assert (kept.guardian_agreed_at, kept.guardian_agreed_by) == (
        (NOW, DESK) if agreed else (None, "")
    )


def test_what_the_other_record_said_stays_in_the_history(kept, gone):
    merge(kept, gone)
    assert kept.record_events.get(kind="merged").facts["gone"]["name"] == "Ana M Demo"


def test_an_address_taken_over_is_as_proved_as_it_was(kept, gone):
    Client.objects.filter(pk=gone.pk).update(email="other@example.com", proved_at=None)
    gone.refresh_from_db()
    merge(kept, gone, email="gone")
    kept.refresh_from_db()
    assert (kept.email, kept.proved_at) == ("other@example.com", None)


def test_appointments_at_one_time_stand_in_the_way_and_are_named(kept, gone, visit, clinic, start):
    lee, second = factories.make_therapist("Lee"), factories.make_room("Room 2")
    visit(kept)
    visit(gone, therapist=lee, room=second)
    [obstacle] = merging.preview(kept, gone, Clinic.objects.the()).obstacles
    day = f"{start.astimezone(clinic.tz):%A %-d %B}"
    assert f"Both have an appointment on {day}, 10:00" in obstacle
    with pytest.raises(Refused, match="Both have an appointment"):
        merge(kept, gone)
    assert Client.objects.count() == 2


def test_a_cancelled_one_stands_in_nobodys_way(kept, gone, visit):
    visit(kept)
    visit(gone, status="cancelled")
    merge(kept, gone)
    assert kept.appointments.count() == 2


def test_what_changed_after_the_preview_is_shown_first(kept, gone, visit):
    clinic = Clinic.objects.the()
    seen = merging.preview(kept, gone, clinic).digest
    visit(gone)
    with pytest.raises(Stale, match="once more"):
        merging.merge(kept, gone, choices={}, seen=seen, by=DESK, now=NOW)


def test_merging_twice_is_said(kept, gone):
    clinic = Clinic.objects.the()
    seen = merging.preview(kept, gone, clinic).digest
    merging.merge(kept, gone, choices={}, seen=seen, by=DESK, now=NOW)
    with pytest.raises(Stale, match="merged already"):
        merging.merge(kept, gone, choices={}, seen=seen, by=DESK, now=NOW)


def test_the_hold_of_either_holds_and_is_told_of_coming_visits(kept, gone, visit):
    Client.objects.filter(pk=gone.pk).update(health_hold=True)
    gone.refresh_from_db()
    seen = visit(kept)
    merge(kept, gone)
    kept.refresh_from_db()
    assert kept.health_hold
    assert seen.events.filter(kind="health_hold").exists()


def test_where_both_are_on_hold_what_was_decided_of_one_is_asked_again(kept, gone, visit):
    Client.objects.update(health_hold=True)
    for one in (kept, gone):
        one.refresh_from_db()
    seen = visit(kept)
    health_hold.decide(seen, by=DESK, now=NOW)
    merge(kept, gone)
    seen.refresh_from_db()
    assert not seen.decided_on_hold


def test_the_preview_says_nothing_of_health_answers(kept, gone, makers):
    clinic = Clinic.objects.the()
    before = merging.preview(kept, gone, clinic).lines
    makers["therapists.HealthCheck.client"](gone)
    assert merging.preview(kept, gone, clinic).lines == before


def test_the_newest_choice_of_mails_holds(kept, gone):
    kept.mail_consents.create(group=MailGroup.NUDGES, wanted=True, at=NOW - timedelta(days=2))
    kept.wants_nudges = True
    kept.save()
    gone.mail_consents.create(group=MailGroup.NUDGES, wanted=False, at=NOW - timedelta(days=1))
    merge(kept, gone)
    kept.refresh_from_db()
    assert not kept.wants_nudges
    assert MailConsent.objects.filter(client=kept).count() == 2


def test_a_race_of_both_leads_to_one_set_of_mails(kept, gone):
    for client in (kept, gone):
        race = Race(race_date=TODAY + timedelta(weeks=20), distance="marathon")
        races.enter(client, race, wants_nudges=True, now=NOW)
    merge(kept, gone)
    waiting = Mail.objects.filter(client=kept, state="scheduled", kind__in=TIMED_TO_TRAINING)
    waiting = waiting.exclude(kind=MailKind.PLAN)
    windows = [(mail.kind, mail.about["topic"], mail.about["opens"]) for mail in waiting]
    assert windows
    assert len(windows) == len(set(windows))


def test_no_login_opens_what_both_were(kept, gone):
    for client in (kept, gone):
        client.user = factories.make_user()
        client.save()
    merge(kept, gone)
    kept.refresh_from_db()
    assert (kept.user, kept.unconfirmed_since) == (None, NOW)
    assert not User.objects.exists()


def test_a_calendars_address_of_before_a_merge_opens_nothing(kept, gone):
    """Also where the two had been ended equally often."""
    Client.objects.filter(pk=gone.pk).update(links_edition=1)
    gone.refresh_from_db()
    token = feeds.url_of(feeds.renew(client=gone)).split("/")[-1].removesuffix(".ics")
    assert feeds.read(token)
    merge(kept, gone)
    assert feeds.read(token) is None


def test_notes_of_the_desk_are_put_one_after_the_other(kept, gone):
    for client, note in ((kept, "Calls late."), (gone, "Pays by card.")):
        client.desk_notes = note
        client.save()
    merge(kept, gone)
    kept.refresh_from_db()
    assert kept.desk_notes == "Calls late.\n\nPays by card."


def test_whoever_was_compared_with_the_other_is_compared_with_this(kept, gone):
    kept.same_address_as = gone
    kept.save()
    merge(kept, gone)
    kept.refresh_from_db()
    assert kept.same_address_as is None
    assert ClientEvent.objects.filter(client=kept, kind="merged").exists()


def test_a_newcomer_whose_records_the_desk_has_joined_need_confirm_nothing(kept, gone, visit):
    """Their mails' links have ended, and with them the way to confirm."""
    Appointment.objects.update(prove_by=NOW + timedelta(hours=2))
    merge(kept, gone)
    assert not Appointment.objects.filter(prove_by__isnull=False).exists()
