"""What staff are told reaches their devices: sealed, signed, and to nobody else's machine."""

import json
from datetime import time, timedelta
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone

from bookings.actions import logins
from bookings.actions.mail import controls
from bookings.core.roles import Role
from bookings.models import SignInMail
from tests import factories
from tests.therapists.push_service import Browser
from therapists.actions import notices, push_devices, pushes
from therapists.core import web_push_keys
from therapists.models import NoticeWishes, Push, PushDevice

pytestmark = pytest.mark.fixed_clock("2026-12-02T09:00")  # by day: at night staff are let sleep


@pytest.fixture
def service(push_service):
    return push_service


@pytest.fixture
def subscribe(kim, service):
    """Kim, in a browser of so many names; the first messages have come."""

    def _subscribe(browser: Browser, user=None):
        whose, now = user or kim.user, timezone.now()
        device = push_devices.add(whose, **browser.subscription, browser="Chrome", now=now)
        Push.objects.all().delete()
        return device

    return _subscribe


@pytest.fixture
def booked_today(visit, noon):
    mine = visit(noon + timedelta(hours=2))
    mine.record("booked", by="runner", now=timezone.now())
    return mine


def mails():
    return SignInMail.objects.count()


def test_a_therapist_asks_for_it_on_the_page_and_is_greeted(kims, kim, service, settings):
    browser = service.browser()
    page = kims.get("/notices/").content.decode()
    assert f'data-push="{web_push_keys.public_half(settings.PUSH_KEY)}"' in page
    assert settings.PUSH_KEY not in page
    kims.post("/notices/devices/", browser.subscription)
    assert pushes.send_due() == 1
    [(_, _, sealed)] = service.taken
    assert browser.opened(sealed)["title"] == "You are told here from now on"
    assert browser.endpoint not in kims.get("/notices/").content.decode()
    [device] = kim.user.push_devices.all()
    kims.post(f"/notices/devices/{device.pk}/end/")
    assert not PushDevice.objects.exists()


def test_what_is_told_comes_sealed_and_signed_with_no_name_in_it(
    booked_today, subscribe, service, settings
):
    browser = service.browser()
    subscribe(browser)
    notices.tell(now=timezone.now())
    assert pushes.send_due() == 1
    [(path, headers, sealed)] = service.taken
    told = browser.opened(sealed)
    assert told["title"] == "New today at 14:00: A. D., Sports massage, Room 1"
    assert (path, told["path"]) == ("/push/a", f"/visits/{booked_today.pk}/")
    assert "Ana" not in json.dumps(told)
    assert b"New today" not in sealed
    assert service.is_signed_by(headers)
    assert headers["content-encoding"] == "aes128gcm"
    assert 0 < int(headers["ttl"]) <= 12 * 3600
    assert not Push.objects.exists()


def test_several_things_are_one_message_with_a_line_each(
    booked_today, visit, noon, subscribe, service
):
    visit(noon + timedelta(hours=4)).record("booked", by="runner", now=timezone.now())
    browser = service.browser()
    subscribe(browser)
    notices.tell(now=timezone.now())
    pushes.send_due()
    told = browser.opened(service.taken[0][2])
    assert "2 things at" in told["title"]
    assert told["body"].count("New today at") == 2
    assert told["path"] == "/today/"


def test_each_device_of_a_person_is_told_once(booked_today, subscribe, service):
    for name in "ab":
        subscribe(service.browser(name))
    for _ in range(2):
        notices.tell(now=timezone.now())
        pushes.send_due()
    assert sorted(path for path, _, _ in service.taken) == ["/push/a", "/push/b"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_goes_and_the_mail_comes_instead(
    status, booked_today, kim, subscribe, service
):
    subscribe(service.browser())
    service.answers["/push/a"] = status
    NoticeWishes.objects.create(user=kim.user, by_mail=False)
    notices.tell(now=timezone.now())
    assert mails() == 0
    assert pushes.send_due() == 0
    assert not PushDevice.objects.exists()
    [mail] = SignInMail.objects.all()
    assert mail.subject.startswith("New today at 14:00")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_not_now_is_tried_again_when_the_service_says(status, booked_today, subscribe, service):
    subscribe(service.browser())
    service.answers["/push/a"] = status
    service.headers["Retry-After"] = "1800"
    notices.tell(now=timezone.now())
    assert pushes.send_due() == 0
    [push] = Push.objects.all()
    assert push.due_at >= timezone.now() + timedelta(seconds=1700)
    assert pushes.send_due() == 0
    assert len(service.taken) == 1
    service.answers.clear()
    Push.objects.update(due_at=timezone.now())
    assert pushes.send_due() == 1


def test_a_service_that_is_away_is_tried_again_and_too_late_is_never(
    booked_today, subscribe, service
):
    subscribe(Browser("https://127.0.0.1:9/push/a"))
    notices.tell(now=timezone.now())
    assert pushes.send_due() == 0
    [push] = Push.objects.all()
    assert push.due_at > timezone.now()
    Push.objects.update(due_at=timezone.now(), not_after=timezone.now())
    assert pushes.send_due() == 0
    assert not Push.objects.exists()


@pytest.mark.parametrize("status", [302, 400, 413])
def test_a_refusal_is_final_and_no_redirect_is_followed(status, booked_today, subscribe, service):
    subscribe(service.browser())
    service.answers["/push/a"] = status
    service.headers["Location"] = service.browser("elsewhere").endpoint
    notices.tell(now=timezone.now())
    assert pushes.send_due() == 0
    assert [path for path, _, _ in service.taken] == ["/push/a"]
    assert not Push.objects.exists()
    assert PushDevice.objects.count() == 1


def test_a_name_that_leads_to_a_private_address_is_never_asked(
    booked_today, subscribe, service, settings
):
    """As whoever runs a name server can have it: it was public when it was looked at."""
    subscribe(service.browser())
    settings.PUSH_NETWORKS = []
    notices.tell(now=timezone.now())
    assert pushes.send_due() == 0
    assert service.taken == []
    assert not PushDevice.objects.exists()


def test_a_certificate_that_nobody_vouches_for_is_no_push_service(
    booked_today, subscribe, service, monkeypatch
):
    subscribe(service.browser())
    monkeypatch.delenv("SSL_CERT_FILE")
    notices.tell(now=timezone.now())
    assert pushes.send_due() == 0
    assert service.taken == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/a",
        "https://localhost/a",
        "https://printer/a",
        "https://127.0.0.1/a",
        "https://10.1.2.3/a",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/a",
        "https://[::ffff:10.1.2.3]/a",
        "https://[64:ff9b::a01:203]/a",
        "https://[2002:a01:203::1]/a",
        "https://224.0.0.1/a",
        "https://me:secret@push.example.com/a",
        "https://push.example.com:notaport/a",
        "https://push.example.com:8443/a",
        "https://push.example.com:22/a",
        "https://8.8.8.8:8443/a",
        "https://127.1/a",
        "https://0x7f.1/a",
        "https://2130706433/a",
        "https://printer.local/a",
        "https://metadata.google.internal/a",
        "https://nas.home.arpa/a",
        "https://push.example.com./a",
        "https://-push.example.com/a",
        "https://push_me.example.com/a",
        "https://push..example.com/a",
        "https://push.example.com/a b",
        "https://push.example.com/a\nHost: printer",
        "https://push.example.com%00.local/a",
        "ftp://push.example.com/a",
        "",
        "https://push.example.com/" + "a" * 1000,
    ],
)
def test_addresses_that_are_nobodys_push_service_are_refused(endpoint, kims, kim, settings):
    settings.PUSH_KEY = web_push_keys.new_key()
    typed = {**Browser("https://push.example.com/a").subscription, "endpoint": endpoint}
    response = kims.post("/notices/devices/", typed, follow=True)
    assert "push service cannot be used" in response.content.decode()
    assert not PushDevice.objects.exists()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/c1KrmpTuRm:APA91bE",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABm",
        "https://web.push.apple.com/QOeb6",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%3d",
        "https://push.example.com:443/a",
        "https://xn--bcher-kva.example.org/a",
    ],
)
def test_the_services_of_the_browsers_there_are_can_be_used(endpoint, kims, settings):
    settings.PUSH_KEY = web_push_keys.new_key()
    kims.post(
        "/notices/devices/", {**Browser("https://x.example.com").subscription, "endpoint": endpoint}
    )
    assert PushDevice.objects.get().endpoint == endpoint


def test_what_could_not_be_subscribed_is_not_asked_either(
    booked_today, kim, subscribe, service, settings
):
    """As rows from before the rule, or a network that is ours no more."""
    subscribe(service.browser())
    odd = f"https://push.example.com:{service.browser().endpoint.rpartition(':')[2]}"
    PushDevice.objects.update(endpoint=odd)
    notices.tell(now=timezone.now())
    assert pushes.send_due() == 0
    assert not PushDevice.objects.exists()


@pytest.mark.parametrize("changed", [{"p256dh": "AAAA"}, {"auth": "AAAA"}, {"auth": "é"}])
def test_keys_that_nothing_can_be_sealed_for_are_refused(changed, kims, settings):
    settings.PUSH_KEY = web_push_keys.new_key()
    kims.post(
        "/notices/devices/",
        {**Browser("https://push.example.com/a").subscription, **changed},
    )
    assert not PushDevice.objects.exists()


def test_quiet_hours_and_the_digest_hold_for_devices_too(booked_today, kim, subscribe, service):
    subscribe(service.browser())
    wishes = NoticeWishes.objects.create(user=kim.user, quiet_from=time(8), quiet_until=time(10))
    now = timezone.now()
    notices.tell(now=now)
    assert not Push.objects.exists()
    notices.tell(now=now + timedelta(minutes=61))
    assert Push.objects.count() == 1
    assert wishes.by_mail
    assert mails() == 1


def test_while_all_mail_is_paused_no_device_is_told_either(booked_today, subscribe, service):
    subscribe(service.browser())
    notices.tell(now=timezone.now())
    controls.pause(by="owner", now=timezone.now())
    assert pushes.send_due() == 0
    controls.resume()
    assert pushes.send_due() == 1


def test_whoever_is_switched_off_or_signed_out_is_told_nothing(
    booked_today, kim, subscribe, service
):
    subscribe(service.browser())
    notices.tell(now=timezone.now())
    logins.end_ways_in(kim.user)
    assert pushes.send_due() == 0
    assert not PushDevice.objects.exists()
    subscribe(service.browser())
    factories.make_user("boss@example.com", role=Role.OWNER)
    logins.switch(kim.user, on=False, by="owner", by_name="Boss", now=timezone.now())
    pushes.send_due()
    assert not PushDevice.objects.exists()
    assert service.taken == []


def test_a_browser_tells_one_person_only(kim, lee, subscribe, service):
    browser = service.browser()
    subscribe(browser)
    lee.user = factories.make_user("lee2@example.com")
    lee.save()
    subscribe(browser, lee.user)
    [device] = PushDevice.objects.all()
    assert device.user == lee.user


def test_the_newest_ten_devices_stay(kim, subscribe, service):
    for number in range(11):
        subscribe(service.browser(str(number)))
    assert kim.user.push_devices.count() == 10
    assert not kim.user.push_devices.filter(endpoint__endswith="/push/0").exists()


def test_nobody_ends_anothers_device(desks, subscribe, service):
    device = subscribe(service.browser())
    assert desks.post(f"/notices/devices/{device.pk}/end/").status_code == 404
    assert PushDevice.objects.exists()


def test_without_a_key_nobody_is_asked_and_everything_comes_by_mail(kims, booked_today, settings):
    settings.PUSH_KEY = ""
    assert "data-push=" not in kims.get("/notices/").content.decode()
    notices.tell(now=timezone.now())
    assert mails() == 1


def test_the_page_can_be_put_on_a_home_screen(client, kims, clinic):
    told = client.get("/staff.webmanifest").json()
    assert told["start_url"] == "/accounts/login/"
    assert clinic.name in told["name"]
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    assert 'rel="manifest"' in kims.get("/today/").content.decode()
    assert 'rel="manifest"' not in client.get("/").content.decode()


@pytest.mark.parametrize("key", ["", "AAAA", "not base64 é"])
def test_what_is_no_key_says_so(key):
    with pytest.raises(ValueError, match=r"."):
        web_push_keys.public_half(key)


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_hand_each_message_over_once(kim, subscribe, service):
    subscribe(service.browser())
    for number in range(12):
        good_for, now = timedelta(hours=1), timezone.now()
        push_devices.owe(kim.user, f"Number {number}", path="/", good_for=good_for, now=now)
    sent: list[int] = []
    senders = [Thread(target=in_a_thread_of_its_own, args=(sent,)) for _ in range(2)]
    for one in senders:
        one.start()
    for one in senders:
        one.join()
    titles = [service.browser().opened(sealed)["title"] for _, _, sealed in service.taken]
    assert sorted(titles) == sorted(f"Number {number}" for number in range(12))
    assert sum(sent) == 12


def in_a_thread_of_its_own(sent: list[int]) -> None:
    try:
        sent.append(pushes.send_due())
    finally:
        connection.close()
