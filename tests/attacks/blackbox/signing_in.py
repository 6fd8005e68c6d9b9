"""Wrong passwords shut out whoever guesses, and nobody else."""

from tests.attacks.blackbox.site import Browser, Site

OWNER = "demo-owner@example.com"
GUESSES = 8


def wrong_passwords_do_not_shut_the_owner_out(site: Site) -> str:
    """In the network of whoever guesses, from the browser that she uses."""
    hers = Browser(site)
    hers.sign_in(OWNER)
    assert _is_in(hers), (
        "the owner could not sign in; a run within five minutes before shuts us out"
    )
    hers.post("/accounts/logout/", {})
    stranger = Browser(site)
    for _ in range(GUESSES):
        stranger.sign_in(OWNER, "wrong-but-long-enough")
    stranger.sign_in(OWNER)
    assert not _is_in(stranger), f"after {GUESSES} wrong passwords the right one still opened"
    hers.sign_in(OWNER)
    assert _is_in(hers), "the owner's own browser was shut out too"
    return f"{GUESSES} wrong ones stopped the stranger, not the owner"


def _is_in(browser: Browser) -> bool:
    return 'name="password"' not in browser.get("/desk/").text
