"""Too much at once is refused quickly: bodies, texts, and questions."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.attacks.blackbox.site import Browser, Site

HUGE = 300_000_000  # bytes that are announced
PHONE = "1" * 12_000 + "x"
QUICK = 2.0  # seconds, on a machine that does other things too
IN_A_MINUTE = 600


def a_huge_upload_is_refused_before_it_comes(site: Site) -> str:
    head = (
        f"POST /accounts/login/ HTTP/1.1\r\nHost: {':'.join(map(str, site.place))}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {HUGE}\r\n\r\n"
    )
    sent = 0
    with site.connect() as sock:
        sock.sendall(head.encode())
        sock.settimeout(0.2)
        try:
            while sent < 20_000_000:
                sent += sock.send(b"x" * 65_536)
        except (ConnectionError, TimeoutError):
            pass
        sock.settimeout(5)
        try:
            said = sock.recv(100)
        except (ConnectionError, TimeoutError):
            said = b""
    assert sent < 20_000_000 or b" 413 " in said, f"{sent} bytes were taken, then {said[:40]!r}"
    return f"refused after {sent / 1e6:.1f} MB"


def a_long_phone_number_is_refused_at_once(site: Site) -> str:
    """Three of them at once held every thread for half a minute."""
    browser = Browser(site)
    typed = {"key": "0" * 32, "name": "Ana", "email": "a@example.com", "phone": PHONE}
    page = "/book/sports-massage-60/"
    began = time.monotonic()
    with ThreadPoolExecutor(3) as asking:
        asked = [asking.submit(browser.post, f"{page}details/", typed, page=page) for _ in range(3)]
        assert all(one.result().status < 500 for one in asked)
    took = time.monotonic() - began
    assert took < 3 * QUICK, f"three took {took:.1f} s"
    return f"three took {took:.1f} s"


def public_pages_have_a_limit(site: Site) -> str:
    """The last one, since nobody else gets a page from here for a minute."""
    browser = Browser(site)
    paths = ("/plan/", "/book/sports-massage-60/", "/protocol/")
    for number in range(IN_A_MINUTE):
        answer = browser.get(paths[number % len(paths)])
        if answer.status == 429:
            assert answer.headers.get("Retry-After"), "no word of when to come back"
            return f"after {number} pages"
    raise AssertionError(f"{IN_A_MINUTE} pages came without a word")
