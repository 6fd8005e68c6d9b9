"""Every page of the site, each as somebody who may see it."""

from collections.abc import Callable, Iterator

from django.test import Client as Browser

from tests.roles.addresses import every_page
from tests.roles.test_table import TABLE
from tests.roles.world import PEOPLE, World

# Whose page it most likely is comes first.
DOORS = {"runner": "ana", "therapists": "kim", "admin": "owner", "office": "owner"}
# What people ask for besides: searches, the pages of a long list, and lists that are narrowed down.
ASKED = {
    "desk:clients": ("?q=grastone", "?q=client4321", "?q=0770", "?page=100", "?page=2"),
    "desk:search": ("?q=grastone le", "?q=07700"),
    "desk:mails": ("?page=2", "?kind=reminder", "?state=missed"),
    "desk:history": ("?page=2", "?role=desk", "?what=client"),
}
# They count all that is stored, or hand out all that is kept of one client or of everybody.
REPORTS = (
    "office:report", "office:forecast", "diary:takings", "desk:not_back_file",
    "records:account", "records:all_clients", "records:download",
)  # fmt: skip
PROBES = ("metrics", "healthz", "readyz")  # 503 where no worker runs, as here


def addresses(world: World) -> dict[str, str]:
    return dict(every_page(world.argument))


def pages_of(world: World, parts: str) -> Iterator[tuple[str, str, str]]:
    """(name, whose browser, query) of each that answers somebody, if its name has a part."""
    for name, url in sorted(addresses(world).items()):
        if name not in TABLE or name in PROBES or not is_named(name, parts):
            continue  # signing out, which ends the walk, and the demo's own
        who = next((one for one in who_may(name) if shown(world.browsers[one], url)), None)
        if who:
            yield from ((name, who, query) for query in ("", *ASKED.get(name, ())))


def is_named(name: str, parts: str) -> bool:
    """Whether it has one of them, or none are asked for."""
    return not parts or any(part in name for part in parts.split())


def who_may(name: str) -> list[str]:
    """By the table of roles; some are only asked there who they are."""
    first = DOORS.get(name.partition(":")[0], "desk")
    welcome = {PEOPLE[n] for row in TABLE[name] for n in range(len(PEOPLE)) if row[n] in "200 302"}
    return sorted(welcome, key=lambda one: (one != first, one == "nobody", one))


def shown(browser: Browser, url: str) -> bool:
    answer = browser.get(url)
    whole = b"".join(answer)
    return answer.status_code == 200 and bool(whole)


def asking(browser: Browser, name: str, url: str) -> Callable[[], None]:
    def _ask() -> None:
        assert shown(browser, url), f"{name} ({url}) shows nothing"

    return _ask
