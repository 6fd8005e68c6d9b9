"""A clinic of fifty therapists, as it stands after ten years or after its first quarter.

Both have the same days of the last quarter and of the two months to come, so that what a page shows
is alike, and only what lies behind it grows. Whoever has not been seen for eight years is erased,
and of what is swept there is as much left over as one sweep may find.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta
from datetime import time as clock
from typing import Any

from django.db import connection

from bookings.models import (
    Absence,
    Agreement,
    Appointment,
    AppointmentEvent,
    BrowserSession,
    Change,
    Client,
    ClientEvent,
    ExtraShift,
    Fee,
    LegalText,
    Mail,
    MailConsent,
    Payment,
    Race,
    Series,
    SignInEvent,
    Tally,
    Therapist,
    Treatment,
    User,
    WaitlistEntry,
    WaitlistOffer,
)
from tests.benchmarks.clients import PEOPLE, PERSON
from tests.benchmarks.growth.unindexed import bare
from tests.benchmarks.seed import insertion
from tests.benchmarks.sizes import size
from tests.factories import make_room, make_therapist, make_treatment, make_user, make_week
from tests.roles.world import World
from therapists.core.content import Answers, Content, Given
from therapists.models import Access, HealthCheck, Note, NoteVersion, StaffNotice
from therapists.models.sealed import Sealed

THERAPISTS = size(50, toy=4)
TEN_YEARS, QUARTER, TO_COME = size(3650, toy=150), size(90, toy=20), 60  # days
STARTS_A_DAY, TAKEN = 9, size(62, toy=62)  # of a hundred starts
# So many clients a therapist has in all the years, and at one time: each stays for two years.
CLIENTS_OF_EACH, AT_ONE_TIME = size(1200, toy=30), size(240, toy=6)
KEPT, HISTORY, DETAILS = 8 * 365, 4 * 365, 270  # days: of history and details more than is kept
DAY = timedelta(days=1)

BOOKED = (
    "least(start - spread %% 400 * interval '1 hour' - interval '2 hours',"
    " now() - spread %% 1000 * interval '3 hours' - interval '3 hours')"
)
VISIT = {
    "public_id": "'seed-' || row_number() OVER ()",
    "client_id": "client",
    "therapist_id": "therapist",
    "room_id": "room",
    "treatment_id": "treatment",
    "starts_at": "start",
    "ends_at": "start + interval '60 minutes'",
    "blocked_until": "start + interval '75 minutes'",
    "status": "CASE WHEN spread %% 25 < 2 THEN 'cancelled' WHEN start > now() THEN 'booked'"
    " WHEN spread %% 25 = 2 THEN 'no_show' ELSE 'completed' END",
    "price": "60",
    "created_at": BOOKED,
    "booked_at": BOOKED,
    "booking_key": "'seed-' || row_number() OVER ()",
    "vouched_for": "true",
    "held_from": "CASE WHEN start > now() - %(details)s * interval '1 day' THEN"
    " md5(spread::text) ELSE '' END",
}
VISITS = """
  FROM (SELECT who.therapist, who.room, spread, start,
               (%(clients)s::bigint[])[1 + (place - 1) * (%(each)s - %(first)s) - %(first)s
                   + day * (%(each)s - %(at_once)s) / %(days)s + spread %% %(at_once)s] AS client,
               (%(treatments)s::bigint[])[1 + spread %% 5] AS treatment
          FROM generate_series(%(begin)s, %(days)s - 1) day
         CROSS JOIN generate_series(0, %(starts)s - 1) number
         CROSS JOIN unnest(%(therapists)s::bigint[], %(rooms)s::bigint[])
                    WITH ORDINALITY AS who(therapist, room, place)
         CROSS JOIN LATERAL (SELECT
                   abs(hashtext(format('%%s-%%s-%%s', day, number, place))) AS spread,
                   (%(zero)s::date + day + time '08:00') AT TIME ZONE 'Europe/London'
                       + number * interval '75 minutes' AS start) made
         WHERE spread / 100 %% 100 < %(taken)s) visits
 WHERE NOT EXISTS (SELECT FROM bookings_appointment old
                    WHERE old.therapist_id = visits.therapist
                      AND old.starts_at < start + interval '75 minutes'
                      AND old.blocked_until > start)
"""
HOLD = {
    **VISIT, "public_id": "'held-' || visit.id", "client_id": "NULL", "status": "'expired'",
    "therapist_id": "therapist_id", "room_id": "room_id", "treatment_id": "treatment_id",
    "starts_at": "starts_at", "ends_at": "ends_at", "blocked_until": "blocked_until",
    "created_at": "created_at", "held_until": "created_at", "booking_key": "NULL",
    "booked_at": "NULL", "held_from": "md5(visit.id::text)", "visitor": "'somebody'",
}  # fmt: skip
OF_VISITS = " FROM bookings_appointment visit WHERE status NOT IN ('held', 'expired')"
ONCE = " FROM bookings_client client, generate_series(1, %(times)s) number"
EVENT = {"appointment_id": "visit.id", "kind": "'booked'", "at": "booked_at", "by": "'runner'",
         "facts": """'{"start": "as it was booked"}'"""}  # fmt: skip
BECAME = {
    **EVENT, "kind": "status", "by": "'desk: 5'",
    "at": "CASE status WHEN 'cancelled' THEN booked_at + interval '2 hours' ELSE ends_at END",
}  # fmt: skip
ARRIVED = {**EVENT, "kind": "'arrived'", "at": "starts_at", "by": "'desk: 5'"}
LATELY = " AND created_at > now() - %(history)s * interval '1 day'"
CHANGE = {
    "at": "booked_at", "who": "'runner'", "role": "'runner'", "client_id": "client_id",
    "table": "'bookings_appointment'", "row": "visit.id", "did": "'INSERT'",
    "after": "jsonb_build_object('starts_at', starts_at, 'ends_at', ends_at, 'status', 'booked',"
    " 'therapist_id', therapist_id, 'room_id', room_id, 'treatment_id', treatment_id,"
    " 'price', price, 'client_id', client_id)",
}  # fmt: skip
CHANGED = {
    **CHANGE, "at": "ends_at", "who": "'Dee'", "role": "'desk'", "did": "'UPDATE'",
    "before": """'{"status": "booked"}'""", "after": "jsonb_build_object('status', status)",
    "user_id": "%(desk)s",
}  # fmt: skip
MAIL = {
    "key": "kind || ':' || visit.id || ':' || number",
    "kind": "kind",
    "client_id": "client_id",
    "appointment_id": "CASE WHEN number < 3 THEN visit.id END",
    "about": "CASE kind WHEN 'plan' THEN '{\"edition\": 1}' WHEN 'nudge' THEN jsonb_build_object("
    "'edition', 1, 'topic', 'cycle', 'race', due::date + 60, 'opens', due::date) ELSE '{}' END",
    "created_at": "booked_at",
    "due_at": "due",
    "not_after": "due + interval '1 day'",
    "state": "CASE WHEN due > now() THEN 'scheduled' WHEN visit.id %% 500 = 0 THEN 'missed'"
    " ELSE 'sent' END",
    "why": "CASE WHEN number > 2 THEN 'Since a race is on the way.' ELSE '' END",
    "attempts": "1",
    "data_at": "CASE WHEN due < now() THEN due END",
    "sent_at": "CASE WHEN due < now() THEN due END",
    "settled_at": "CASE WHEN due < now() - interval '30 days' THEN due END",
    "message_id": "'<' || md5(visit.id::text || number) || '@clinic.example>'",
    "last_error": "CASE WHEN visit.id %% 50 = 0 AND due > now() - %(details)s * interval '1 day'"
    " THEN '450 Please try again' ELSE '' END",
}
MAILS = """
  FROM bookings_appointment visit
 CROSS JOIN LATERAL (VALUES
       (1, 'confirmed', booked_at), (2, 'reminder', starts_at - interval '1 day'),
       (3, 'nudge', starts_at - interval '10 days'), (4, 'nudge', starts_at + interval '4 days'),
       (5, 'nudge', starts_at + interval '9 days'), (6, 'plan', booked_at)
       ) mail(number, kind, due)
 WHERE status NOT IN ('held', 'expired')
   AND client_id NOT IN (SELECT id FROM bookings_client WHERE erased_at IS NOT NULL)
   AND (due < now() - interval '1 minute' OR due > now() + interval '3 hours')
"""
DONE = f"{OF_VISITS} AND status = 'completed'"
PAYMENT = {
    "appointment_id": "visit.id", "therapist_id": "therapist_id", "what": "'Massage'",
    "method": "CASE WHEN visit.id %% 3 = 0 THEN 'cash' ELSE 'card' END", "amount": "60",
    "currency": "'GBP'", "by": "'desk: 5'", "number": "1 + row_number() OVER ()",
    "key": "'seed-' || visit.id", "at": "ends_at", "client_name": "'Ana Demo'",
}  # fmt: skip
FEE = {"appointment_id": "visit.id", "amount": "30", "currency": "'GBP'", "rule": "'no show'",
       "at": "ends_at", "by": "'desk: 5'"}  # fmt: skip
WRITTEN = f"{DONE} AND ends_at > now() - %(kept)s * interval '1 day' AND ends_at < now() - " \
    "interval '1 day'"  # fmt: skip
NOTE = {"appointment_id": "visit.id", "author_id": "therapist_id", "created_at": "ends_at",
        "saved_at": "ends_at", "revision": "3"}  # fmt: skip
OF_NOTES = " FROM therapists_note note WHERE NOT EXISTS" \
    " (SELECT FROM therapists_noteversion v WHERE v.note_id = note.id) AND content IS NULL" \
    " AND note.id > %(own_note)s"  # fmt: skip
VERSION = {"note_id": "note.id", "number": "1", "signed_by_id": "author_id",
           "signed_at": "created_at", "content": "%(note)s"}  # fmt: skip
ACCESS = {
    "at": "note.created_at", "who": "'therapist: ' || note.author_id", "did": "did",
    "what": "'note'", "record": "note.id", "client_id": "client_id", "page": "'therapists:note'",
    "address": "'192.0.2.1'",
}  # fmt: skip
ACCESSES = """
  FROM therapists_note note JOIN bookings_appointment visit ON visit.id = note.appointment_id
 CROSS JOIN (VALUES ('wrote'), ('read')) looked(did)
"""
CHECK = {"client_id": "client.id", "form": "'full'", "by": "'runner'", "content": "%(check)s",
         "given_at": "client.created_at + number * interval '200 days'"}  # fmt: skip
NOTICE = {
    "user_id": "%(kims)s", "kind": "'booked'", "key": "'seed-' || visit.id",
    "appointment_id": "visit.id", "created_at": "booked_at", "due_at": "booked_at",
    "told_at": "booked_at",
}  # fmt: skip
RACE = {
    "client_id": "client.id", "distance": "'marathon'", "name": "'Race ' || client.id %% 30",
    "race_date": "client.created_at::date + 60 + number * 140 + (client.id %% 20)::int * 7",
    "outcome": "'assumed_finished'",
}  # fmt: skip
CONSENT = {"client_id": "client.id", "group": "'nudges'", "wanted": "true",
           "at": "client.created_at", "how": "'plan'"}  # fmt: skip
RECORDED = {"client_id": "client.id", "kind": "'changed'", "at": "client.created_at",
            "by": "'desk: 5'", "facts": """'{"name": ["Ana", "Ana Demo"]}'"""}  # fmt: skip
AGREED = {"client_id": "client.id", "text_id": "%(terms)s", "at": "client.created_at",
          "how": "'details'"}  # fmt: skip
LOGIN = {"email": "client.email", "password": "'!'", "created_at": "created_at",
         "name": "client.name", "last_login": "created_at + interval '300 days'"}  # fmt: skip
SESSION = {
    "session_key": "md5(random()::text) || client.id", "session_data": "repeat('x', 300)",
    "expire_date": "client.created_at + interval '1 year'", "user_id": "client.user_id",
}  # fmt: skip
SIGNED_IN = {
    "at": "now() - client.id %% %(details)s * interval '1 day'", "kind": "'signed_in'",
    "user_id": "client.user_id", "how": "'code'", "browser": "'Firefox, Linux'",
    "network": "left(md5(client.id::text), 16)",
}  # fmt: skip
WAITED = {
    "client_id": "client.id", "treatment_id": "%(treatment)s", "key": "'seed-' || client.id",
    "first_day": "client.created_at::date", "last_day": "client.created_at::date + 14",
    "state": "'left'", "joined_at": "client.created_at", "ended_at": "client.created_at",
    "by": "'runner'",
}  # fmt: skip
OFFERED = {
    "public_id": "'seed-' || entry.id", "entry_id": "entry.id", "client_id": "client_id",
    "therapist_id": "%(kim)s", "starts_at": "joined_at + interval '3 days'",
    "ends_at": "joined_at + interval '73 hours'", "state": "'declined'", "made_at": "joined_at",
    "until": "joined_at + interval '1 day'", "by": "'program'", "ended_at": "joined_at",
}  # fmt: skip
SERIES = {
    "client_id": "client.id", "treatment_id": "%(treatment)s", "first_day":
    "client.created_at::date", "last_day": "client.created_at::date + 90", "every_weeks": "3",
    "at": "time '10:00'", "made_at": "client.created_at", "ended_at": "client.created_at",
    "by": "'runner'", "key": "'seed-' || client.id",
}  # fmt: skip
AWAY = {"therapist_id": "therapist.id", "starts_at": "day", "ends_at": "day + interval '1 day'"}
EXTRA = {"therapist_id": "therapist.id", "day": "day::date + 3", "start": "time '18:00'",
         "end": "time '20:00'"}  # fmt: skip
OF_OLD = """
  FROM bookings_therapist therapist, generate_series(
       %(zero)s::timestamptz, now() - interval '30 days', interval '30 days') day
 WHERE day > %(begun)s
"""
COUNTED = {"key": "md5(number::text)", "count": "1", "until": "now() - interval '1 hour'"}
OF_CLIENTS = " FROM bookings_client client WHERE client.id > %(own_client)s AND erased_at IS NULL"
LOADED = (
    Absence, Access, Agreement, Appointment, AppointmentEvent, BrowserSession, Change, Client,
    ClientEvent, ExtraShift, Fee, HealthCheck, Mail, MailConsent, Note, NoteVersion, Payment, Race,
    Series, SignInEvent, StaffNotice, Tally, User, WaitlistEntry, WaitlistOffer,
)  # fmt: skip
# Ana comes once a month, for as long as there has been a clinic.
REGULAR = """
    UPDATE bookings_appointment SET client_id = %(ana)s WHERE id IN (
        SELECT DISTINCT ON (date_trunc('month', starts_at)) id FROM bookings_appointment
         WHERE therapist_id = %(kim)s AND status = 'completed' AND public_id LIKE 'seed-%%'
           AND starts_at < now() - interval '10 days'
         ORDER BY date_trunc('month', starts_at), starts_at)
"""
ERASED = """
    UPDATE bookings_client SET name = '', email = '', phone = '', user_id = NULL,
           erased_at = created_at + interval '9 years'
     WHERE id > %(own_client)s AND id %% 100 <> 0
       AND created_at < now() - %(kept)s * interval '1 day' AND id NOT IN (
           SELECT client_id FROM bookings_appointment
            WHERE starts_at > now() - %(kept)s * interval '1 day' AND client_id IS NOT NULL)
"""
WITH_LOGINS = """
    UPDATE bookings_client client SET user_id = login.id FROM bookings_user login
     WHERE login.email = client.email AND client.user_id IS NULL
"""


def grow(world: World, today: date, *, days: int, say: Callable[[str, float], None]) -> None:
    """`days` back from today, of a clinic that has Ana, Kim and all of their world already."""
    facts = _facts(world, today, days)
    with bare(LOADED), connection.cursor() as cursor:

        def add(model: Any, given: dict[str, str], rows: str, **more: Any) -> None:
            began = time.perf_counter()
            sql, defaults = insertion(model, given)
            cursor.execute(sql + rows, {**facts, **defaults, **more})
            say(model.__name__, time.perf_counter() - began)

        def change(sql: str) -> None:
            cursor.execute(sql, facts)

        _people(add, facts)
        _visits(add, change)
        _mails_and_money(add)
        _health(add)
        _of_clients(add, change)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _facts(world: World, today: date, days: int) -> dict[str, Any]:
    own = list(Therapist.objects.order_by("pk"))
    people = [
        make_therapist(f"Therapist {n}", user=make_user()) for n in range(len(own), THERAPISTS)
    ]
    for person in [*own[1:], *people]:
        make_week(person, clock(8), clock(20))
    rooms = [make_room(f"Seeded room {number}") for number in range(THERAPISTS)]
    treatments = [make_treatment(f"Massage {number}", therapists=people) for number in range(4)]
    usual = Treatment.objects.get(slug="massage")
    usual.therapists.add(*people)
    kim = Therapist.objects.get(name="Kim Demo")
    # Days are counted from ten years ago in both clinics, so that those of one are the other's.
    zero, length = today - TEN_YEARS * DAY, TEN_YEARS + TO_COME
    begin = TEN_YEARS - days
    moved = begin * (CLIENTS_OF_EACH - AT_ONE_TIME) // length
    told = Given("knee", "Your knee?", "note", False, "", True, "Now and then, after a long run")
    terms = LegalText.objects.order_by("pk").first()
    return {
        "zero": zero, "days": length, "begin": begin, "begun": zero + begin * DAY,
        "starts": STARTS_A_DAY, "taken": TAKEN, "each": CLIENTS_OF_EACH, "first": moved,
        "at_once": AT_ONE_TIME, "therapists": [one.pk for one in [*own, *people]],
        "rooms": [one.pk for one in rooms], "treatments": [usual.pk, *(t.pk for t in treatments)],
        "treatment": usual.pk, "kim": kim.pk, "kims": kim.user_id, "ana": world.ana.pk,
        "desk": User.objects.get(email="desk@example.com").pk, "details": DETAILS,
        "history": HISTORY, "kept": KEPT, "times": 1,
        "own_client": Client.objects.latest("pk").pk, "own_note": Note.objects.latest("pk").pk,
        "note": Sealed.of(Content(subjective="Tight calf since Sunday's long run. " * 8).as_data())
        .token,
        "check": Sealed.of(Answers(protocol=1, given=(told,)).as_data()).token,
        "terms": terms and terms.pk,
        "people": THERAPISTS * CLIENTS_OF_EACH,
    }  # fmt: skip


def _people(add: Any, facts: dict[str, Any]) -> None:
    # Each is known from when the first of their days may be.
    known = {**PERSON, "created_at": "%(zero)s::timestamptz + greatest(0, n %% %(each)s"
             " - %(at_once)s) * interval '1 day' * %(days)s / (%(each)s - %(at_once)s)"
             " - interval '1 day'", "wants_nudges": "true"}  # fmt: skip
    known["proved_at"] = known["created_at"]
    add(Client, known, f"{PEOPLE} WHERE n %% %(each)s >= %(first)s ORDER BY n")
    facts["clients"] = list(
        Client.objects.filter(pk__gt=facts["own_client"])
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _visits(add: Any, change: Any) -> None:
    add(Appointment, VISIT, VISITS)
    add(Appointment, HOLD, f"{OF_VISITS} AND status = 'cancelled' AND starts_at < now()"
        " AND created_at > now() - %(details)s * interval '1 day'")  # fmt: skip
    change(REGULAR)
    change(ERASED)
    add(AppointmentEvent, EVENT, OF_VISITS)
    add(AppointmentEvent, BECAME, f"{OF_VISITS} AND status <> 'booked'")
    add(AppointmentEvent, ARRIVED, f"{DONE} AND visit.id %% 2 = 0")
    add(Change, CHANGE, OF_VISITS + LATELY)
    add(Change, CHANGED, f"{OF_VISITS} AND status <> 'booked'{LATELY}")
    add(StaffNotice, NOTICE, f"{OF_VISITS} AND visit.id %% 4 = 0 AND starts_at < now()")


def _mails_and_money(add: Any) -> None:
    add(Mail, MAIL, MAILS)
    add(Payment, PAYMENT, f"{DONE} AND public_id LIKE 'seed-%%'")
    add(Fee, FEE, f"{OF_VISITS} AND status = 'no_show'")


def _health(add: Any) -> None:
    add(Note, NOTE, f"{WRITTEN} AND public_id LIKE 'seed-%%'")
    add(NoteVersion, VERSION, OF_NOTES)
    add(Access, ACCESS, ACCESSES)


def _of_clients(add: Any, change: Any) -> None:
    add(User, LOGIN, f"{OF_CLIENTS} AND client.id %% 5 < 3")
    change(WITH_LOGINS)
    again = "FROM bookings_client client, generate_series(1, 2) number WHERE erased_at IS NULL"
    own = " AND client.id > %(own_client)s"
    add(Race, RACE, f" {again}{own} AND client.id %% 2 = 0")
    add(HealthCheck, CHECK, f" {again}{own} AND number <= 1 + client.id %% 2"
        " AND client.created_at + number * interval '200 days' < now()")  # fmt: skip
    add(ClientEvent, RECORDED, f" {again}{own}")
    for model, given in (
        (MailConsent, CONSENT), (Agreement, AGREED), (BrowserSession, SESSION),
        (SignInEvent, SIGNED_IN), (WaitlistEntry, WAITED), (Series, SERIES),
    ):  # fmt: skip
        some = {WaitlistEntry: " AND client.id %% 2 = 0", Series: " AND client.id %% 10 = 0",
                SignInEvent: " AND client.user_id IS NOT NULL"}.get(model, "")  # fmt: skip
        if model is not Agreement or LegalText.objects.exists():
            add(model, given, OF_CLIENTS + some)
    add(WaitlistOffer, OFFERED, " FROM bookings_waitlistentry entry WHERE state = 'left'")
    add(Absence, AWAY, OF_OLD)
    add(ExtraShift, EXTRA, OF_OLD)
    add(Tally, COUNTED, f" FROM generate_series(1, {size(20_000, toy=20)}) number")
