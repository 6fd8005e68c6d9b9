"""Signing in to the demo: by the form the first time, then by the session it gave."""

from http import HTTPStatus

from playwright.sync_api import Page

from clinic.demo.logins import DEMO_LOGINS, DEMO_PASSWORD

EMAIL_OF = {role.value: email for role, email in DEMO_LOGINS}
LOGIN = "/accounts/login/"
_sessions: dict[str, list] = {}


def fill_in(page: Page, role: str) -> None:
    """The form, on a page that shows it."""
    page.get_by_label("Email").fill(EMAIL_OF[role])
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url(lambda url: LOGIN not in url)


def let_in(page: Page, role: str) -> Page:
    """Signed in as whoever has that role, and on no page of theirs yet.

    A session that has ended is begun anew.
    """
    email = EMAIL_OF[role]
    if email in _sessions:
        page.context.add_cookies(_sessions[email])
        if page.request.get(LOGIN, max_redirects=0).status == HTTPStatus.FOUND:  # leads them on
            return page
        page.context.clear_cookies()
    page.goto(LOGIN)
    fill_in(page, role)
    kept = (one for one in page.context.cookies() if one["name"] in ("sessionid", "csrftoken"))
    _sessions[email] = list(kept)
    return page


def signed_in(page: Page, role: str) -> Page:
    """On the first page of whoever has that role."""
    let_in(page, role).goto(LOGIN)
    return page
