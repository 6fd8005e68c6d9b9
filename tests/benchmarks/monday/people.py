"""The people of a Monday after the marathon, for locust: what they open, and how long they read.

It runs in an environment of its own, without Django or Taper; all it knows are pages and forms.
"""

import os
import random
import time
from datetime import datetime, timedelta
from html.parser import HTMLParser
from secrets import token_hex
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from locust import HttpUser, between, constant_pacing, task
from locust.exception import RescheduleTask

PASSWORD = os.environ["MONDAY_PASSWORD"]
RUNNERS = int(os.environ["MONDAY_RUNNERS"])
DESKS, THERAPISTS = 2, 6
TODAY = datetime.now(ZoneInfo("Europe/London")).date()  # the demo's clock
TREATMENTS = ("sports-massage-60", "sports-massage-30", "sports-massage-90", "pre-race-30")
TAKEN = (200, 409)  # the form again, with what is nearest
LOGIN = "/accounts/login/"
FIELDS = {"input", "select", "textarea", "button", "option"}
WITHOUT_SCRIPTS = "without_scripts"  # these people have them


class Forms(HTMLParser):
    """Every form of a page as a browser would send it; `buttons` are what it could be sent by."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[dict[str, Any]] = []
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({"action": has.get("action", ""), "data": {}, "buttons": []})
        elif tag in FIELDS and self.found and has.get("name") != WITHOUT_SCRIPTS:
            self._note(tag, has)

    def _note(self, tag: str, has: dict[str, str]) -> None:
        form, name = self.found[-1], has.get("name", self._select if tag == "option" else "")
        if tag == "select":
            self._select = name
        kind = has.get("type", "")
        if tag == "button" or kind == "submit":
            form["buttons"].append((name, has.get("value", "")))
        elif name and _counts(kind, has) and (tag != "option" or name not in form["data"]):
            form["data"][name] = has.get("value", "")

    def to(self, path: str) -> list[dict[str, Any]]:
        return [form for form in self.found if urlsplit(form["action"]).path.endswith(path)]


def _counts(kind: str, has: dict[str, str]) -> bool:
    return kind not in ("radio", "checkbox") or "checked" in has


class Person(HttpUser):
    """`at` is the path of the page that lies before them."""

    abstract = True
    at = "/"

    def look(self, path: str, name: str, **how: Any) -> str:
        """The page; whoever is asked to wait comes back later."""
        with self.client.get(path, name=name, catch_response=True, **how) as page:
            if page.status_code == 503:
                page.success()
                self.environment.events.request.fire(
                    request_type="ASKED TO WAIT", name=name, response_time=0, response_length=0,
                    exception=None, context={},
                )  # fmt: skip
                self.wait_a_moment(page)
            if page.url and urlsplit(page.url).path == LOGIN != urlsplit(path).path:
                page.failure("not signed in")
        return page.text

    def wait_a_moment(self, page: Any) -> None:
        time.sleep(float(page.headers.get("Retry-After", 5)))
        raise RescheduleTask

    def send(self, form: dict, name: str, more: dict[str, str], taken: tuple = (200,)) -> Any:
        """What it leads to, wherever that is."""
        data = form["data"] | more
        action = urljoin(self.at, form["action"] or self.at)
        with self.client.post(action, data, name=name, catch_response=True) as page:
            if page.status_code in taken:
                page.success()
            if page.status_code == 503:
                page.success()
                self.wait_a_moment(page)
            self.at = urlsplit(page.url or action).path
        return page

    def reads(self, least: float, most: float) -> None:
        time.sleep(random.uniform(least, most))

    def sign_in(self, email: str) -> None:
        self.at = LOGIN
        [form] = Forms(self.look(self.at, "sign in: the form")).to(LOGIN)
        self.send(form, "sign in", {"login": email, "password": PASSWORD})


class Runner(Person):
    """Comes from nowhere, plans a race, looks for a time, and one in three books it."""

    fixed_count = RUNNERS
    wait_time = between(5, 25)

    @task
    def visit(self) -> None:
        self.client.cookies.clear()
        home = ".".join(str(random.randint(1, 254)) for _ in range(3))
        self.client.headers["X-Forwarded-For"] = f"10.{home}"
        self.at = "/"
        first = self.look("/", "runner: home")
        self.reads(3, 10)
        if random.random() < 0.6:
            self.plan(first)
        slug = random.choice(TREATMENTS)
        for _turn in range(random.randint(1, 3)):
            day = TODAY + timedelta(days=random.randint(1, 100))
            picker = self.look(f"/book/{slug}/?from={day}", "runner: picker")
            self.at = f"/book/{slug}/"
            self.reads(3, 8)
        if random.random() < 0.35:
            self.book(picker)

    def plan(self, first: str) -> None:
        [form] = Forms(first).to("/plan/")
        race = TODAY + timedelta(weeks=random.randint(4, 17))
        parts = {"day": race.day, "month": race.month, "year": race.year}
        named = {
            name: str(parts[part]) for name in form["data"] for part in parts if name.endswith(part)
        }
        self.send(form, "runner: plan", named)
        self.reads(5, 15)

    def book(self, picker: str) -> None:
        forms = [one for one in Forms(picker).to("/hold/") if one["buttons"]]
        if not forms:
            return
        form = random.choice(forms)
        name, start = random.choice([one for one in form["buttons"] if one[0] == "start"])
        page = self.send(form, "runner: takes a time", {name: start}, TAKEN)
        details = Forms(page.text).to("/details/")
        if not details:
            return
        self.reads(5, 15)
        who = {"name": f"Monday {token_hex(3)}", "email": f"{token_hex(6)}@example.com"}
        self.send(details[0], "runner: books", who, TAKEN)


class Desk(Person):
    """Looks at days, finds people and opens their pages, a press every few seconds."""

    fixed_count = DESKS
    wait_time = constant_pacing(3)

    def on_start(self) -> None:
        self.sign_in("demo-desk@example.com")

    @task(4)
    def a_day(self) -> None:
        day = TODAY + timedelta(days=random.randint(0, 30))
        self.look(f"/diary/{day}/", "desk: a day")

    @task(3)
    def search(self) -> None:
        typed = random.choice(("an", "mon", "demo", "ben", "kim"))
        self.look(f"/desk/search/?q={typed}", "desk: search")

    @task(2)
    def first_page(self) -> None:
        self.look("/desk/", "desk: first page")

    @task(1)
    def mails(self) -> None:
        self.look("/desk/mails/", "desk: mails")

    @task(1)
    def waiting_list(self) -> None:
        self.look("/desk/waiting-list/", "desk: waiting list")


class Therapist(Person):
    fixed_count = THERAPISTS
    wait_time = between(5, 15)

    def on_start(self) -> None:
        self.sign_in("demo-therapist@example.com")

    @task(3)
    def today(self) -> None:
        day = TODAY + timedelta(days=random.choice((0, 0, 0, 1, 2)))
        self.look(f"/today/{day}/", "therapist: a day")

    @task(1)
    def notes(self) -> None:
        self.look("/notes/", "therapist: notes to write")
