"""Every form of every page goes where it is taken: no button leads to an error."""

from urllib.parse import urljoin

import pytest
from django.db import transaction
from django.urls import resolve

from tests.page_forms import Form, forms_of
from tests.roles.addresses import every_page
from tests.roles.world import PEOPLE, make_world

MISSED = (403, 404, 405)
ENDS_THE_WALK = ("/accounts/logout/", "/admin/logout/")


@pytest.fixture
def world(db, settings):
    settings.STAFF_NEED_A_SECOND_FACTOR = True
    settings.LIMIT_SIGNING_IN = False
    return make_world()


def asked(browser, method: str, url: str, sent: dict[str, str] | None = None):
    """(status, text); what was done is undone."""
    with transaction.atomic():
        response = getattr(browser, method)(url, sent)
        content = b"".join(response)  # an answer that streams is read to its end
        transaction.set_rollback(True)
    is_page = response.get("Content-Type", "").startswith("text/html")
    return response.status_code, content.decode() if is_page else ""


def forms_shown(world, browser) -> dict[tuple[str, str, str], tuple[str, str, Form]]:
    """One of each kind: (page, view it goes to, method) -> (page's address, form's, form)."""
    found: dict[tuple[str, str, str], tuple[str, str, Form]] = {}
    for name, url in sorted(set(every_page(world.argument))):
        if url.startswith(ENDS_THE_WALK):
            continue
        status, page = asked(browser, "get", url)
        for form in forms_of(page) if status == 200 else ():
            target = urljoin(url, form.action).partition("#")[0]
            if form.can_be_sent and not target.startswith(ENDS_THE_WALK):
                view = resolve(target.partition("?")[0]).view_name
                found.setdefault((name, view, form.method), (url, target, form))
    return found


@pytest.mark.parametrize("who", PEOPLE)
def test_every_form_is_taken_where_it_goes(world, who):
    browser = world.browsers[who]
    shown = forms_shown(world, browser)
    wrong = []
    for (name, view, method), (url, target, form) in shown.items():
        status, _ = asked(browser, method, target, form.sent)
        if status in MISSED or status >= 500:
            wrong.append(f"{name} {url}: {method} {target} ({view}) is {status}")
    assert len(shown) > 8
    assert not wrong, "\n".join(wrong)
