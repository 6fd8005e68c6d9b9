"""The day that is not routine, on a phone: a hold, a late one, a first visit, a letter, a push."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.days import PHONE, box_of, fits, wait_until
from tests.browser.logins import let_in

pytestmark = pytest.mark.browser
HARD = """
from django.utils import timezone
from bookings.models import *
from therapists.actions import health_checks
from therapists.core.content import Answers, Given
from therapists.health_audit import Reader
from therapists.models import Form
ada, ben = (Appointment.objects.get(pk=pk) for pk in (ADA, BEN))
said = (Given("clot_signs", "One calf swollen?", "stop", True, "Left calf", True, "Get help."),)
reader = Reader("runner", None, None, "a test")
health_checks.give(ada.client, Answers(1, said, text=""), form=Form.FULL, visit=ada, reader=reader,
                   now=timezone.now())
Appointment.objects.filter(pk=ben.pk).update(late_minutes=10)
"""
A_PUSH_SERVICE = """
let told = null;
const keys = { p256dh: "P256DH", auth: "c2l4dGVlbiBieXRlcyBvaw" };
PushManager.prototype.subscribe = async () => (told = {
  endpoint: "https://push.example.com/a", unsubscribe: async () => true,
  toJSON: () => ({ endpoint: "https://push.example.com/a", keys }),
});
PushManager.prototype.getSubscription = async () =>
  sessionStorage.pushed ? await PushManager.prototype.subscribe() : told;
const submit = HTMLFormElement.prototype.submit;
HTMLFormElement.prototype.submit = function () {
  sessionStorage.pushed = "yes";
  submit.call(this);
};
"""
# A browser without windows has nowhere to show anything.
SHOWN = """() => {
    self.shown = [];
    registration.showNotification = async (title, options) => shown.push({ title, ...options });
}"""
A_BROWSERS_KEY = """
from tests.therapists.push_service import Browser
print(Browser("https://push.example.com/a").subscription["p256dh"])
"""


def test_a_hold_a_late_one_a_first_visit_and_a_letter(phone, visits, run, axe):
    surname, (ada, ben, cleo) = visits
    run(HARD.replace("ADA", str(ada)).replace("BEN", str(ben)))
    phone.goto("/today/")
    top = phone.locator(".next")
    expect(top.locator(".hold")).to_be_in_viewport()
    decide = top.get_by_role("link", name="Look and decide")
    assert box_of(decide)["height"] >= 44
    fits(phone)
    axe(phone)
    phone.locator("summary", has_text="More").click()
    menu = box_of(phone.get_by_role("link", name="What I am told"))
    assert menu["x"] + menu["width"] <= 390
    phone.keyboard.press("Escape")
    top.get_by_role("button", name="Arrived").click()
    expect(phone.get_by_role("heading", name="Decide before you start")).to_be_visible()
    phone.get_by_role("radio", name="Treat at this visit only").check()
    phone.get_by_label("Why?").fill("Seen by her doctor this morning")
    axe(phone)
    phone.get_by_role("button", name="Decide, and say Arrived").click()
    expect(phone.locator(".next .eyebrow")).to_have_text("Now")
    expect(
        phone.locator(f'.visit:has-text("Ben {surname}")').get_by_text("10 min late")
    ).to_be_visible()
    phone.locator(".next").get_by_role("link", name="Note").click()
    phone.get_by_label("What you found and did").fill("Calm, away from the calf")
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.get_by_text(f"The note about Ada {surname} is signed.")).to_be_visible()
    a_letter(phone, ada, axe)
    phone.goto(f"/visits/{cleo}/")
    expect(phone.get_by_text("This is the first visit.")).to_be_visible()


def a_letter(phone, visit, axe):
    phone.goto(f"/visits/{visit}/note/")
    phone.get_by_role("link", name="Write a letter").click()
    expect(phone.get_by_label("Letter", exact=True)).to_have_value(re.compile("away from the calf"))
    phone.get_by_label("To", exact=True).fill("Dr Demo\nPractice Lane 1")
    fits(phone)
    axe(phone)
    phone.get_by_role("button", name="Make the letter").click()
    link = phone.get_by_role("link", name=re.compile("PDF"))
    answer = phone.request.get(link.get_attribute("href"))
    assert answer.body().startswith(b"%PDF")


def test_a_phone_is_told_while_no_page_of_ours_is_open(open_context, run, site, axe):
    context = open_context(**PHONE)
    context.grant_permissions(["notifications"], origin=site.url)
    context.add_init_script(A_PUSH_SERVICE.replace("P256DH", run(A_BROWSERS_KEY).strip()))
    phone = let_in(context.new_page(), "therapist")
    phone.goto("/notices/")
    phone.get_by_role("button", name="Tell me on this device").click()
    expect(phone.get_by_text("This device is told from now on.")).to_be_visible()
    expect(phone.get_by_text("this one")).to_be_visible()
    fits(phone)
    axe(phone)
    devtools = context.new_cdp_session(phone)
    known = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.append(told))
    devtools.send("ServiceWorker.enable")
    wait_until(
        phone,
        """navigator.serviceWorker.getRegistration("/today/")
            .then((worker) => worker.active?.state === "activated")""",
    )
    (worker,) = context.service_workers
    worker.evaluate(SHOWN)
    told = {"origin": site.url, "registrationId": known[0]["registrations"][0]["registrationId"]}
    message = '{"title": "New today at 14:00: A. D.", "body": "", "path": "/today/", "tag": "1"}'
    devtools.send("ServiceWorker.deliverPushMessage", {**told, "data": message})
    wait_until(worker, "shown.some(({ title }) => title.includes('A. D.'))")
    phone.get_by_role("button", name="End").click()
    expect(phone.get_by_text("That device is told nothing any more.")).to_be_visible()
