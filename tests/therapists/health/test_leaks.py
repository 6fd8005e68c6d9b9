"""Health words of a whole simulated day are looked for everywhere they must not be."""

import io
import logging
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest
import redis
from django.apps import apps
from django.contrib import admin
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from fpdf import FPDF
from PIL import Image

from bookings import links
from bookings.actions import optimistic_lock
from bookings.mail.compose import compose
from bookings.models import Appointment, Clinic, Mail
from bookings.queries.training import protocol
from therapists.actions import morning_mail, notices, push_devices, pushes
from therapists.models import Habits, HealthCheck, Letter, NoteVersion, Photo

pytestmark = pytest.mark.fixed_clock("2026-12-02T09:00")  # by day: at night staff are let sleep

SEVEN = datetime(2026, 12, 1, 7, tzinfo=UTC)


@pytest.fixture
def planted():
    return f"pla{token_hex(6)}nted"


@pytest.fixture
def logs():
    """Everything that anything logs, with its arguments and tracebacks."""
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    handler.setLevel(logging.DEBUG)
    root = logging.getLogger()
    loud = [root, logging.getLogger("django"), logging.getLogger("celery")]
    levels = [one.level for one in loud]
    for one in loud:
        one.addHandler(handler)
        one.setLevel(logging.DEBUG)
    yield kept
    for one, level in zip(loud, levels, strict=True):
        one.removeHandler(handler)
        one.setLevel(level)


def answered(word):
    questions = {one.key: "no" for one in protocol.current().contraindications}
    return {**questions, "cancer": "yes", "cancer-more": word, "text": word, "agreed": "on"}


def noted(word, revision=0, **typed):
    return {"revision": revision, "privacy": "therapists", "subjective": word, "objective": word,
            "assessment": word, "plan": word, "kind-left-calf": "pain", "level-left-calf": "7",
            **typed}  # fmt: skip


def photographed(word) -> SimpleUploadedFile:
    """With the word in all that a camera writes beside the picture."""
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x010E] = word
    Image.new("RGB", (64, 64), "brown").save(file, "JPEG", exif=exif, comment=word.encode())
    return SimpleUploadedFile(f"{word}.jpg", file.getvalue())


@pytest.fixture
def live(kim, kims, ana, anas, desks, client, visit, push_service, signed_in):
    """A day: answers by link and on a phone handed over, the brief, a draft, a photo, a signature,
    an amendment, a letter, what staff are told of it all on mail and phone, errors on the way.
    """
    phone = push_service.browser()

    def _live(word):
        Habits.objects.create(therapist=kim, morning_mail=True)
        visit(SEVEN + timedelta(hours=3))
        mine = visit()
        page = f"/visits/{mine.pk}/note/"
        link = f"/appointments/{links.mail_token(mine)}/health/"
        client.post(link, {**answered(word), "cancer": "perhaps"})
        client.post(link, answered(word))
        push_devices.add(kim.user, **phone.subscription, browser="", now=timezone.now())
        seen = {"status": "arrived", "seen": optimistic_lock.last_event(mine)}
        desks.post(f"/diary/appointments/{mine.pk}/mark/", seen)
        mine.record("booked", by="runner", now=timezone.now())
        notices.tell(now=timezone.now())
        anas.get("/health/?all")
        kims.get("/today/")
        kims.get(f"/visits/{mine.pk}/")
        kims.post(f"{page}draft/", noted(word))
        kims.post(f"{page}draft/", noted(word))
        kims.post(page, noted(word * 500, revision=1))
        kims.post(page, noted(word, revision=1, do="photo", photo=photographed(word)))
        kims.post(f"/visits/{mine.pk}/photos/", {"photo": SimpleUploadedFile(word, b"none")})
        kims.post(f"/visits/{mine.pk}/ask/", {**answered(word), "cancer": "perhaps"})
        kims.post(f"/visits/{mine.pk}/ask/", answered(word))
        kims.post(f"/visits/{mine.pk}/clear/", {"decision": "treat", "reason": word})
        kims.post(page, noted(word, revision=1, do="sign"))
        kims.post(page, noted(word, revision=2, do="sign", amendment=word))
        kims.post(f"/visits/{mine.pk}/clear/", {"decision": "lift", "reason": word})
        kims.post(f"/visits/{mine.pk}/letter/", {"to": word, "text": word})
        kims.get(f"/clients/{ana.pk}/history/")
        handed_over(signed_in(kim.user), mine, word)
        kims.post(f"/today/visits/{mine.pk}/mark/", {"status": "completed"})
        morning_mail.send_due(now=datetime(2026, 12, 1, 7, tzinfo=timezone.get_default_timezone()))
        assert pushes.send_due() == 2  # the greeting, and all of the day in one
        assert NoteVersion.objects.count() == 2
        return mine

    return _live


def handed_over(phone, visit, word):
    """The client fills it in wrong and then right, and tries to get past the lock."""
    asked = f"/visits/{visit.pk}/ask/?all"
    phone.post(f"/visits/{visit.pk}/hand-over/")
    phone.post(asked, {**answered(word), "cancer": "perhaps"})
    phone.post(asked, answered(word))
    for _ in range(6):
        phone.post("/accounts/reauthenticate/", {"password": word, "next": asked})
    phone.get("/privacy/")
    assert HealthCheck.objects.filter(asked="handed_over").exists()


@pytest.fixture
def handed_out(kims, push_service):
    """What a push service has, and the files that leave us, as bytes; a PDF has its text packed."""

    def _handed_out() -> dict[str, str]:
        pictures = [kims.get(f"/photos/{one.pk}.jpg").content for one in Photo.objects.all()]
        letters = [kims.get(f"/letters/{one.pk}.pdf").content for one in Letter.objects.all()]
        assert len(pictures) == len(letters) == 1
        opened = [push_service.browser().opened(sealed) for _, _, sealed in push_service.taken]
        told = "".join(readable(one) for one in letters)
        return {"photo": repr(pictures), "letter": told, "push": repr(opened)}

    return _handed_out


def readable(pdf: bytes) -> str:
    """With what its metadata say in wide letters, which stand there as hexadecimal digits."""
    wide = re.findall(rb"<feff([0-9a-f]+)>", pdf, re.IGNORECASE)
    return repr(pdf) + "".join(bytes.fromhex(one.decode()).decode("utf-16-be") for one in wide)


def leaks(word, places):
    """Where the word is found, by name."""
    return {name for name, text in places.items() if word in text}


def everything_told(logs, browser) -> dict[str, str]:
    places = {"logs": logs.getvalue(), "outbox": _outbox(), "broker": _broker()}
    places |= {f"table {name}": _table(name) for name in connection.introspection.table_names()}
    places |= {f"admin {path}": browser.get(path).content.decode() for path in _admin_lists()}
    return places


def _outbox() -> str:
    rows = Mail.objects.select_related("client", "appointment")
    now, clinic = timezone.now(), Clinic.objects.the()
    written = [compose(row, clinic, now=now).as_string() for row in rows]
    return "\n".join([*written, *(message.message().as_string() for message in mail.outbox)])


def _broker() -> str:
    url = os.environ["REDIS_URL"].replace("redis+socket://", "unix://")
    found = []
    with redis.Redis.from_url(url) as broker:
        for key in broker.scan_iter():
            found += [key, broker.dump(key) or b""]
    return repr(found)


def _table(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{name}"')
        return repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor])


def _admin_lists() -> list[str]:
    return [
        f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for model in apps.get_models()
        if admin.site.is_registered(model)
    ]


def test_a_whole_day_leaves_no_health_word_anywhere(live, logs, owners, planted, handed_out):
    live(planted)
    told = handed_out()
    for said in ("New today at", "Something new to read", "waits for you to decide"):
        assert said in told["push"]
    assert [place for place, text in told.items() if planted in text] == []
    assert leaks(planted, everything_told(logs, owners)) == set()
    assert {model._meta.app_label for model in admin.site._registry} & {"therapists"} == set()


LEAKS: dict[str, Callable[[str, Appointment], object]] = {
    "logs": lambda word, _: logging.getLogger("bookings").warning("said %s", word),
    "outbox": lambda word, _: mail.send_mail(word, "", None, ["b@example.com"]),
    "table bookings_appointmentevent": lambda word, visit: visit.record(
        "noted", by=word, now=visit.starts_at
    ),
}


def test_a_leak_planted_on_purpose_is_found(live, logs, owners):
    visit = live("harmless but long")
    words = {place: token_hex(6) for place in LEAKS}
    for place, leak in LEAKS.items():
        leak(words[place], visit)
    told = everything_told(logs, owners)
    for place, word in words.items():
        assert place in leaks(word, told)


def test_a_word_in_the_brokers_queue_is_found(logs, owners, planted, clinic):
    url = os.environ["REDIS_URL"].replace("redis+socket://", "unix://")
    with redis.Redis.from_url(url) as broker:
        broker.rpush("leak", planted)
        try:
            assert leaks(planted, everything_told(logs, owners)) == {"broker"}
        finally:
            broker.delete("leak")


@pytest.mark.parametrize("title", ["{}", "Über {}"])
def test_a_word_in_a_letters_metadata_is_found(planted, title):
    pdf = FPDF()
    pdf.set_title(title.format(planted))
    pdf.add_page()
    assert planted in readable(bytes(pdf.output()))


def test_a_word_beside_a_photo_is_found(planted):
    assert planted in repr(photographed(planted).read())


def test_an_error_report_leaves_out_what_was_typed(kims, visit, planted, logs, monkeypatch):
    monkeypatch.setattr("therapists.pages.notes.note.notes.save_draft", None)
    kims.raise_request_exception = False
    mine = visit(timezone.now() + timedelta(hours=1))
    response = kims.post(f"/visits/{mine.pk}/note/", noted(planted))
    assert response.status_code == 500
    assert "save_draft" in logs.getvalue()
    assert planted not in logs.getvalue()
