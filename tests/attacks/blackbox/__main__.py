"""make attack: what a stranger can try from outside, against a demo that runs already.

Each check is a function in a module beside this one: it gets the Site, returns in a few words what
it saw, and raises AssertionError with what did not hold.
"""

import argparse
import sys
import time

from tests.attacks.blackbox.signing_in import wrong_passwords_do_not_shut_the_owner_out
from tests.attacks.blackbox.site import NoAnswer, Site
from tests.attacks.blackbox.slow_clients import slow_clients_take_nobodys_turn
from tests.attacks.blackbox.too_much import (
    a_huge_upload_is_refused_before_it_comes,
    a_long_phone_number_is_refused_at_once,
    public_pages_have_a_limit,
)

CHECKS = (
    slow_clients_take_nobodys_turn,
    a_huge_upload_is_refused_before_it_comes,
    a_long_phone_number_is_refused_at_once,
    wrong_passwords_do_not_shut_the_owner_out,
    public_pages_have_a_limit,  # the last, since it uses the limit up
)


def main() -> int:
    asked = argparse.ArgumentParser(prog="make attack", description=__doc__)
    asked.add_argument("site", nargs="?", default="http://localhost:8000")
    asked.add_argument("--seconds", type=float, default=120, help="how long clients are slow")
    asked.add_argument("--only", default="", help="part of a check's name")
    given = asked.parse_args()
    site = Site(given.site.rstrip("/"), seconds=given.seconds)
    held = [_holds(check, site) for check in CHECKS if given.only in check.__name__]
    print(f"{sum(held)} of {len(held)} held.")
    return 0 if all(held) else 1


def _holds(check, site: Site) -> bool:
    began = time.monotonic()
    try:
        how, said = "held  ", check(site)
    except (AssertionError, NoAnswer) as failed:
        how, said = "FAILED", str(failed)
    name = check.__name__.replace("_", " ")
    print(f"{how} {name}: {said} ({time.monotonic() - began:.0f} s)", flush=True)
    return how != "FAILED"


if __name__ == "__main__":
    sys.exit(main())
