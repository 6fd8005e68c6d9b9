"""One clinic with something of everything, Ana's and Kim's; and everybody who may knock."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client as Browser
from django.utils import timezone

from bookings import links
from bookings.actions.mail import outbox
from bookings.actions.people import invitations
from bookings.core.roles import Role
from bookings.core.scheduling.statuses import Status
from bookings.models import (
    Client,
    ClientImport,
    Clinic,
    ErasureRequest,
    Logo,
    Mail,
    MailKind,
    Portrait,
    RaceNews,
    User,
)
from clinic.accounts.sessions import SEEN
from tests import factories
from tests.reading import present
from tests.totp import code_of
from therapists import feeds
from therapists.models import Note, Privacy, TimeOff

OF_A_ROW = ("_change", "_delete", "_history")

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PEOPLE = ("nobody", "ana", "bo", "kim", "lee", "desk", "owner", "uma")  # Uma owns and treats
OF_A_SERIES = ("series", "series_cancel", "series_move")
BARE = ("bare kim", "bare desk", "bare owner")  # with a password alone

NOBODYS = str(2**31 - 1)


@dataclass(frozen=True)
class World:
    """Whose browsers these are, and what stands in an address besides the page's name."""

    browsers: dict[str, Browser]
    ana: Client
    arguments: dict[str, str]  # by the route's argument, or by "view argument"

    def argument(self, view: str, name: str) -> str:
        if view.startswith("admin:") and view.endswith(OF_A_ROW):
            return _first_of(view)
        """Where nothing is said of it, none is there by that key, whatever ran before."""
        there = self.arguments.get(f"{view} {name}") or self.arguments.get(name)
        return there or (NOBODYS if name == "pk" else "1")


def _first_of(view: str) -> str:
    """The oldest row of the model of that admin page; 1, of which there is none, without a row."""
    app, _, rest = view.removeprefix("admin:").partition("_")
    model = User if app == "auth" else apps.get_model(app, rest.rpartition("_")[0])
    first = model._default_manager.order_by("pk").first()
    return str(first.pk if first else 1)


def make_world() -> World:
    clinic, now = factories.make_clinic(), timezone.now()
    today = clinic.day_of(now)
    people = {who: factories.make_user(f"{who}@example.com") for who in ("ana", "bo", "kim", "lee")}
    people["desk"] = factories.make_user("desk@example.com", role=Role.DESK)
    people["owner"] = factories.make_user("owner@example.com", role=Role.OWNER)
    people["uma"] = factories.make_user("uma@example.com", role=Role.OWNER)
    ana = factories.make_client("Ana Demo", email="ana@example.com", user=people["ana"])
    factories.make_client("Bo Demo", email="bo@example.com", user=people["bo"])
    kim = factories.make_therapist("Kim Demo", user=people["kim"])
    lee = factories.make_therapist("Lee Demo", user=people["lee"])
    uma = factories.make_therapist("Uma Demo", user=people["uma"])
    factories.make_week(kim)
    Portrait.objects.create(therapist=kim, picture=b"a jpeg", digest="kims")
    Logo.objects.create(clinic=Clinic.objects.the(), picture=b"a webp", digest="ours")
    Clinic.objects.update(logo_digest="ours", accent="#1f5f8b")
    kim.breaks.create(weekday=1, start=time(12), end=time(13), valid_from=today)
    room = factories.make_room()
    massage = factories.make_treatment("Massage", therapists=[kim, lee])
    loan = factories.make_loan(factories.make_room(), now, now + timedelta(hours=1))
    kept: dict[str, Any] = {"treatment": massage, "therapist": kim, "room": room, "client": ana}
    visit = factories.make_appointment(starts_at=now + timedelta(days=1), **kept)
    before = factories.make_appointment(
        starts_at=now - timedelta(days=3), status=Status.COMPLETED, **kept
    )
    covered = {**kept, "therapist": uma}
    again = factories.make_appointment(starts_at=now + timedelta(days=4), **covered)
    factories.make_series(again)
    race = factories.make_race(ana, race_date=today + timedelta(weeks=16))
    public = factories.make_listed(race_date=race.race_date)
    news = RaceNews.objects.create(listed=public, was=race.race_date, made_at=now, by="test")
    told = news.runners.create(client=ana, race=race)
    outbox.owe(MailKind.CONFIRMED, visit, now=now)
    fact = {"currency": "GBP", "at": now, "by": "desk"}
    payment = before.payments.create(
        therapist=kim, what="Massage", method="card", amount=60, number=1, key="k", **fact
    )
    note = Note.objects.create(
        appointment=before, author=kim, privacy=Privacy.AUTHOR, created_at=now, saved_at=now
    )
    away = {"starts_at": now + timedelta(days=9), "ends_at": now + timedelta(days=10)}
    off = TimeOff.objects.create(therapist=kim, asked_at=now, **away)
    wish = ErasureRequest.objects.create(client=ana, asked_at=now, how="test")
    absence = factories.make_absence(therapist=kim, **away)
    waits = factories.make_entry(ana, treatment=massage)
    offer = factories.make_offer(waits, therapist=kim)
    batch = ClientImport.objects.create(
        state="checked", source="other", columns=["Name"], mapping={"0": "name"}, created_at=now
    )
    batch.rows.create(number=2, cells=["Eva"], settled=True, outcome="new")
    day = race.race_date.isoformat()
    start = (now + timedelta(days=2)).isoformat()
    about: dict[links.Purpose, dict[str, Any]] = {
        links.Purpose.UNSUBSCRIBE: {"group": "nudges"},
        links.Purpose.AFTER_RACE: {"race": day},
        links.Purpose.BOOK: {"treatment": massage.pk, "start": start, "therapist": None},
        links.Purpose.DECLINE: {"kind": "training", "ideal": today.isoformat()},
        links.Purpose.WAITING: {"entry": waits.pk},
        links.Purpose.WAIT_OFFER: {"offer": offer.pk},
        links.Purpose.RACE_NEWS: {"row": told.pk},
    }
    arguments = {
        "slug": massage.slug,
        "day": today.isoformat(),
        "app_label": "bookings",
        "kind": "terms",
        "token": links.mail_token(visit),
        "therapists:feed token": feeds.url_of(feeds.renew(client=ana)).split("/")[-1][:-4],
        **{
            f"{one.route} token": links.client_url(one, ana, **about.get(one, {})).split("/")[4]
            for one in links.Purpose
        },
        **{f"{view} day": day for view in RACE_PAGES},
        "office:forecast_week day": (today + timedelta(days=14)).isoformat(),
        **{f"{view} pk": str(visit.pk) for view in VISITS},
        "therapists:note pk": str(note.appointment_id),
        "therapists:draft pk": str(note.appointment_id),
        **{f"{view} pk": str(ana.pk) for view in CLIENTS},
        "records:merge other": str(Client.objects.get(name="Bo Demo").pk),
        **{
            f"desk:{v} pk": str(present(Mail.objects.first()).pk)
            for v in ("mail", "mail_body", "decide_mail")
        },
        **{f"desk:{view} name": "confirmed" for view in ("mail_kind", "mail_kind_body")},
        "records:download_json token": links.client_url(links.Purpose.DOWNLOAD, ana).split("/")[4],
        **{f"office:{view} pk": str(batch.pk) for view in IMPORTS},
        **{f"office:{view} name": "takings" for view in ("report", "report_rows", "report_file")},
        "office:report_file cut": "week",
        **{f"office:{view} pk": str(public.listed_race_id) for view in RACES},
        "desk:race_news pk": str(public.pk),
        "desk:settle_race_news pk": str(news.pk),
        **{f"desk:{view} pk": str(waits.pk) for view in ("offer_by_hand", "hand_over", "take_off")},
        **{f"desk:{view} pk": str(offer.pk) for view in ("withdraw", "take_offer")},
        "diary:receipt number": str(payment.number),
        "diary:week slug": kim.slug,
        **{f"runner:{view} token": links.mail_token(again) for view in OF_A_SERIES},
        **{f"diary:{view} pk": str(again.pk) for view in OF_A_SERIES},
        "diary:repeat pk": str(visit.pk),
        "diary:wait_instead pk": str(again.pk),
        "runner:therapist slug": kim.slug,
        "runner:portrait slug": kim.slug,
        "runner:portrait digest": "kims",
        "runner:logo digest": "ours",
        "runner:colour accent": "1f5f8b",
        **{f"office:{view} name": "reminder" for view in ("mail", "mail_tried")},
        "office:move_therapist pk": str(kim.pk),
        "office:remove_own_calendar pk": str(kim.pk),
        "office:move_treatment pk": str(massage.pk),
        **{f"therapists:{view} key": "allergy" for view in ("question", "question_tried")},
        **{f"diary:{view} kind": "off" for view in ("new_block", "block", "remove_block")},
        **{f"diary:{view} pk": str(absence.pk) for view in ("block", "remove_block")},
        **{f"therapists:{view} pk": str(off.pk) for view in ("withdraw", "answer_time_off")},
        **{f"office:{view} pk": str(people["lee"].pk) for view in ON_A_COLLEAGUES_PAGE},
        "invitation token": _invitation(now),
        **{f"office:{view} pk": str(room.pk) for view in ("room", "lend_room")},
        "office:take_room_back pk": str(loan.pk),
        "office:therapist pk": str(kim.pk),
        "office:photo pk": str(kim.pk),
        "office:treatment pk": str(massage.pk),
        **{f"office:{view} pk": str(kim.pk) for view in ("hours", "day", "copy_hours")},
        "records:request pk": str(wish.pk),
        "login pk": str(people["bo"].pk),
        "desk:protocol_phase key": "build",
        "desk:protocol_session key": "training",
        "desk:protocol_version number": "1",
        "desk:protocol_file number": "1",
    }
    browsers = {"nobody": Browser()}
    browsers |= {who: _signed_in(people[who]) for who in ("ana", "bo")}
    browsers |= {who: _signed_in(people[who], with_app=True) for who in (*_STAFF, "lee", "uma")}
    browsers |= {f"bare {who}": _without_a_factor(people[who]) for who in _STAFF}
    return World(browsers, ana, arguments)


def _invitation(now) -> str:
    """Of somebody who has not accepted it yet."""
    ivy = factories.make_user("ivy@example.com", role=Role.DESK, invited_at=now)
    ivy.set_unusable_password()
    ivy.save()
    return invitations.link_of(ivy).split("/")[-2]


ON_A_COLLEAGUES_PAGE = (
    "person", "invite_again", "withdraw_invitation", "leave", "stay", "come_back",
)  # fmt: skip
_STAFF = ("kim", "desk", "owner")
RACES = ("listed_race", "archive_race")
MAILS = ("mail", "mail_body", "decide_mail")
RACE_PAGES = ("runner:race", "runner:my_race", "desk:client_race")
CLIENTS = (
    *(f"desk:{view}" for view in (
        "client", "edit_client", "client_preferences", "two_people", "mails_of_client",
        "withdraw_links", "client_plan", "client_habits", "client_effort", "client_session",
        "client_race", "client_choose", "client_basket", "client_change_basket",
        "client_plan_times", "client_choose_time", "client_misplaced", "wait",
    )),
    "records:merge_choose", "records:merge", "records:start", "therapists:history",
    "therapists:confirm", "runner:yours",
)  # fmt: skip
IMPORTS = (
    "import", "import_columns", "start_import", "remind_import", "undo_import", "drop_import",
    "import_rows",
)  # fmt: skip
VISITS = (
    *(f"diary:{view}" for view in (
        "appointment", "change", "undo", "keep", "tell", "mark", "cancel", "late", "note",
        "price", "pay", "take_back", "vouch", "again", "pass_on", "keep_time",
        "wait_instead", "follow_appointment",
    )),
    "desk:mails_of_appointment", "therapists:mark", "therapists:brief", "therapists:clear",
    "therapists:pay", "therapists:book_again", "therapists:unbook", "therapists:letter",
    "therapists:add_photo", "therapists:ask", "therapists:hand_over",
)  # fmt: skip


def _without_a_factor(user) -> Browser:
    """Who has one is asked for it at a sign-in, so that none would lead here."""
    browser = Browser()
    browser.force_login(user)
    return browser


def _signed_in(user, *, with_app: bool = False) -> Browser:
    browser = Browser()
    if with_app:
        TOTP.activate(user, SECRET)
    typed = {"login": user.email, "password": factories.PASSWORD}
    assert browser.post("/accounts/login/", typed).status_code == 302
    if with_app:
        browser.post("/accounts/2fa/authenticate/", {"code": code_of(SECRET)})
        assert Authenticator.objects.filter(user=user).exists()
    return _an_hour_later(browser)


def _an_hour_later(browser: Browser) -> Browser:
    """Signed in long enough ago to be asked again who it is, however long the tests take; and last
    seen this moment, or each page that is undone would note anew that somebody is there."""
    session = browser.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] -= 3600
    session[SEEN] = timezone.now().timestamp()
    session.save()
    return browser


def templates_of_few_words(folder: Path) -> list[dict[str, Any]]:
    """settings.TEMPLATES for thousands of answers, whose refusals need not say anything."""
    for refusal in ("403.html", "404.html"):
        (folder / refusal).touch()
    usual: dict[str, Any] = settings.TEMPLATES[0]
    return [{**usual, "DIRS": [folder, *usual["DIRS"]]}]


@contextmanager
def undone(browser: Browser) -> Iterator[None]:
    """What is asked inside changes neither the database nor who has signed in there.

    A session that was given another key is with the rest rolled back, and its cookie too.
    """
    cookies = browser.cookies.copy()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    browser.cookies.clear()
    browser.cookies.update(cookies)
