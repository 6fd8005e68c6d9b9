"""A browser without a screen, that comes through Caddy or past it."""

import random
import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from tests import patience
from tests.totp import code_of

NO_AUTHORITY = ssl._create_unverified_context()  # noqa: S323 - of the rehearsal's own Caddy
GONE = 409
NEW_APP, A_SECRET = "/accounts/2fa/totp/activate/", re.compile(r">\s*([A-Z2-7]{32})\s*<")


class Visitor:
    def __init__(self, site: str):
        self.site = site
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self._cookies),
            urllib.request.HTTPSHandler(context=NO_AUTHORITY),
        )

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        return self._ask(urllib.request.Request(self.site + path, headers=headers))

    def post(self, path: str, **typed: str) -> tuple[int, str]:
        token = next(one.value for one in self._cookies if one.name.endswith("csrftoken"))
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **typed}).encode()
        headers = {"Referer": self.site + path}
        return self._ask(urllib.request.Request(self.site + path, data=data, headers=headers))

    def _ask(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=patience.seconds()) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except OSError:
            return 0, ""

    def book(self, name: str, email: str, treatment: str = "/book/sports-massage-60/") -> str:
        """The page that confirms it, and the key of the form: press a time, give a name."""
        status = GONE
        while status == GONE:  # another was quicker: as the page says, another time
            _, offered = self.get(treatment)
            starts = re.findall(r'name="start" value="([^"]+)"', offered)
            assert starts, re.sub(r"<[^>]*>|\s+", " ", offered)[-1500:]
            chosen = {"start": random.choice(starts), "therapist": ""}
            status, form = self.post(f"{treatment}hold/", **chosen)
        assert status == 200, (status, form[:500])
        hidden = dict(
            re.findall(r'type="hidden" name="(start|therapist|key)" value="([^"]*)"', form)
        )
        typed = {"therapist": "", **hidden, "name": name, "email": email, "phone": ""}
        status, page = self.post(f"{treatment}details/", **typed)
        assert status == 200, (status, page[:500])
        assert "is on its way to" in page, page
        return hidden["key"]

    def sign_in(self, email: str, password: str, secret: str = "") -> str:
        """Sets an authenticator app up, or shows its code; returns its secret."""
        self.get("/accounts/login/")
        self.post("/accounts/login/", login=email, password=password)
        if not secret:
            secret = self._secret() or self._secret_once_more_asked(password)
            self.post(NEW_APP, code=code_of(secret))
        else:
            self.post("/accounts/2fa/authenticate/", code=code_of(secret, time.time() + 30))
        assert self.get("/desk/")[0] == 200
        return secret

    def _secret(self) -> str:
        _, page = self.get(NEW_APP)
        found = A_SECRET.search(page)
        return found[1] if found else ""

    def _secret_once_more_asked(self, password: str) -> str:
        """Releases differ in whether they ask right after the password was given."""
        self.post(f"/accounts/reauthenticate/?next={NEW_APP}", password=password)
        return self._secret()
