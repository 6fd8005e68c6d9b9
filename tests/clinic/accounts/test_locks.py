"""What browsers are told, what a clinic's machine refuses to start with, and what logs may say."""

import logging
from urllib.parse import quote

import pytest
from django.test import Client as Browser
from django.urls import reverse

from bookings import links
from bookings.core.roles import Role
from clinic.monitoring.redaction import LineFormatter, WithoutTokens, redacted
from tests import factories

STRICT = "script-src 'self'; style-src 'self'"


def policy(response):
    return response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "url",
    ["/", "/accounts/login/", "/accounts/login/code/", "/accounts/2fa/", "/admin/", "/nowhere/",
     "/embed/", "/api/openings", "/accounts/2fa/totp/activate/", "/desk/"],
)  # fmt: skip
def test_every_page_has_every_lock(clinic, url):
    browser = Browser()
    browser.force_login(factories.make_user(role=Role.OWNER))
    headers = browser.get(url).headers
    for directive in ("default-src 'none'", "object-src 'none'", "script-src 'self'",
                      "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"):  # fmt: skip
        assert directive in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert ("Access-Control-Allow-Origin" in headers) == (url == "/api/openings")
    assert "camera=()" in headers["Permissions-Policy"]


def test_so_has_every_file(clinic):
    response = Browser().get("/static/css/theme.css")
    b"".join(response)  # an answer that streams is read to its end, which closes it
    assert response.status_code == 200
    assert "frame-ancestors 'none'" in policy(response)
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert Browser().get("/static/css/").status_code == 404  # and no list of them


@pytest.mark.parametrize("url", ["/", "/nowhere/", "/api/openings", "/static/css/theme.css"])
def test_browsers_are_told_to_insist_on_encryption(clinic, settings, url):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 365 * 86400, True
    response = Browser().get(url, secure=True)
    b"".join(response)  # an answer that streams is read to its end, which closes it
    assert response["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")


def test_cookies_are_for_the_server_alone(clinic):
    browser = Browser()
    browser.post("/accounts/login/code/", {"email": "x@example.com"})
    session = browser.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"


def test_after_signing_out_the_cookie_of_before_opens_nothing(clinic):
    browser, thief = Browser(), Browser()
    browser.force_login(factories.make_user())
    thief.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert thief.get("/account/").status_code == 200
    browser.post("/accounts/logout/")
    assert thief.get("/account/")["Location"].startswith("/accounts/login/")


def test_a_form_without_its_token_does_nothing_by_htmx_either(clinic):
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(factories.make_user(role=Role.DESK))
    client = factories.make_client()
    url = reverse("desk:withdraw_links", args=[client.pk])
    assert browser.post(url, headers={"HX-Request": "true"}).status_code == 403


# Embedding


def test_nobody_frames_the_free_times_unless_the_owner_names_them(clinic):
    response = Browser().get("/embed/")
    assert "frame-ancestors 'none'" in policy(response)
    assert response["X-Frame-Options"] == "DENY"


def test_the_named_sites_frame_the_free_times_and_nothing_else(clinic):
    clinic.embed_origins = "https://www.example.com\nhttps://club.example.org:8443"
    clinic.save()
    response = Browser().get("/embed/")
    named = "frame-ancestors https://www.example.com https://club.example.org:8443"
    assert named in policy(response)
    assert "X-Frame-Options" not in response
    assert "frame-ancestors 'none'" in policy(Browser().get("/"))
    assert not response.cookies


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*", "https://*.example.com", "http://example.com", "https://example.com/page",
     "https://x.example:99999", "https://x.example:0", "http://localhost:65536",
     "'self'", "https://example.com; script-src *", "data:", "https://", "https://a b"],
)  # fmt: skip
def test_what_is_no_single_site_is_refused(clinic, owners, origin):
    url = reverse("admin:bookings_clinic_change", args=[1])
    form = owners.get(url).context["adminform"].form
    sent = {name: form[name].value() or "" for name in form.fields}
    response = owners.post(url, {**sent, "embed_origins": origin})
    assert response.status_code == 200
    assert "is not the address of a web site" in response.content.decode()
    clinic.refresh_from_db()
    assert clinic.embed_origins == ""


def test_free_times_lead_out_of_the_frame_to_the_clinics_own_page(clinic):
    kim = factories.make_therapist("Kim Demo")
    factories.make_week(kim)
    factories.make_room()
    factories.make_treatment("Calf massage", therapists=[kim])
    factories.make_treatment("Back massage", therapists=[kim])
    page = Browser().get("/embed/", {"treatment": "calf-massage"}).content.decode()
    assert '<base target="_top">' in page
    assert 'href="/book/calf-massage/?day=' in page
    assert 'href="/book/back-massage/?day=' not in page
    assert "See all times" in Browser().get("/embed/?treatment=nonsense").content.decode()


def test_an_empty_clinic_embeds_too(clinic):
    assert "Nothing is free" in Browser().get("/embed/").content.decode()


# Logs


def tokens(visit):
    client = visit.client
    purposes = [links.client_url(one, client, group="nudges") for one in links.Purpose]
    reset = "/accounts/password/reset/key/1-cyvn3s-0123456789abcdef0123456789abcdef/"
    mailed = f"/appointments/{links.mail_token(visit)}/"
    asked_first = f"/accounts/login/?next={quote(mailed, safe='')}"
    return [f"{mailed}plan/", links.page_url(visit), reset, asked_first, *purposes]


def test_no_token_gets_through(visit):
    made = visit(factories.make_client())
    made.links_edition = 3
    for address in tokens(made):
        long_parts = [part for part in address.replace("=", "/").split("/") if len(part) >= 24]
        assert long_parts
        said = redacted(f'"GET {address} HTTP/1.1" 200 "https://x.example{address}"')
        for part in long_parts:
            assert part not in said, address


@pytest.mark.parametrize(
    "address", ["/diary/2026-12-01/week/", "/book/sports-massage-60/details/", "/admin/bookings/",
                "/static/css/bootstrap/bootstrap.min.0a1b2c3d4e5f.css"],
)  # fmt: skip
def test_what_is_no_secret_stays_readable(address):
    assert redacted(f"Not Found: {address}") == f"Not Found: {address}"


def test_djangos_own_lines_hold_no_token(visit, capsys):
    """What Django logs of a page that is not there, and of one that fails, as it is printed."""
    handler = logging.StreamHandler()
    handler.addFilter(WithoutTokens())
    handler.setFormatter(LineFormatter("%(message)s"))
    logging.getLogger("django").addHandler(handler)
    token = links.mail_token(visit(factories.make_client()))
    try:
        Browser().get(f"/appointments/{token}x/")
    finally:
        logging.getLogger("django").removeHandler(handler)
    said = capsys.readouterr().err
    assert "Not Found: /appointments/[…]/" in said
    assert token not in said
