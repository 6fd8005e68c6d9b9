"""Fifty people send their details for one time at once, over HTTP, to the real web server."""

import http.client
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from html import unescape
from http.cookies import SimpleCookie
from secrets import token_hex
from threading import Barrier
from urllib.parse import urlencode, urlsplit

from tests import patience
from tests.reading import first_match

PEOPLE = 50
PICKER = "/book/sports-massage-60/"


class Visitor:
    """A browser as far as forms need one: cookies, and the token of the page last seen."""

    def __init__(self, site):
        self.host = urlsplit(site.url).netloc
        self.cookies = SimpleCookie()
        self.page = ""

    def get(self, path: str) -> str:
        return self._ask("GET", path)[1]

    def post(self, path: str, **typed) -> tuple[int, str]:
        token = first_match(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page)[1]
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": token, **typed}))

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        crumbs = "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())
        headers = {"Cookie": crumbs, "Content-Type": "application/x-www-form-urlencoded"}
        waits = patience.seconds()
        with closing(http.client.HTTPConnection(self.host, timeout=waits)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            self.page = answer.read().decode()
        for header in answer.msg.get_all("Set-Cookie", []):
            self.cookies.load(header)
        return answer.status, self.page


def details(start: str, therapist: str, who: int) -> dict:
    return {
        "start": start,
        "therapist": therapist,
        "key": token_hex(16),
        "name": f"Runner {who} Demo",
        "email": f"runner-{who}-{token_hex(4)}@example.com",
        "phone": "",
    }


def last_time_of_the_last_day(page: str, visitor: Visitor) -> str:
    day = unescape(re.findall(r'<a class="day" href="([^"#]+)', page)[-1])
    return re.findall(r'class="start" name="start" value="([^"]+)"', visitor.get(day))[-1]


def test_one_is_booked_and_the_others_keep_their_form_and_see_the_nearest(site):
    first = Visitor(site)
    therapist = first_match(r"therapist=([\w-]+)", first.get(PICKER))[1]
    start = last_time_of_the_last_day(first.get(f"{PICKER}?therapist={therapist}"), first)
    people = [Visitor(site) for _ in range(PEOPLE)]
    for one in people:
        one.get("/accounts/login/")  # the nearest form with a token, which any other takes
    together = Barrier(PEOPLE)

    def send(who: int) -> tuple[int, str]:
        together.wait(patience.seconds())
        return people[who].post(f"{PICKER}details/", **details(start, therapist, who))

    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(send, range(PEOPLE)))
    assert Counter(status for status, _ in answers) == {302: 1, 409: PEOPLE - 1}
    for who, (status, page) in enumerate(answers):
        if status == 409:
            assert "That time has just been taken." in page
            assert f"Runner {who} Demo" in page
            assert page.count('<button class="start" name="start"') == 3
