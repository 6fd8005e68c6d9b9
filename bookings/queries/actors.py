"""Who acted, for people to read: events keep a role and a login's key, and never an address.

So what is erased with a login is nowhere else, and a colleague's new address changes no history.
"""

import re
from collections.abc import Mapping

from bookings.models import User

KEY = re.compile(r"\b(desk|owner|therapist|runner): (\d+)\b")


def staff_names() -> dict[int, str]:
    """Of every login that is or was the staff's, by key; they are few."""
    return {user.pk: str(user) for user in User.objects.staff()}


def logins_in(text: str) -> set[int]:
    """The keys of all whom it names."""
    return {int(key) for _role, key in KEY.findall(text)}


def named(text: str, names: Mapping[int, str] | None = None) -> str:
    """With the staff's names in the place of their keys; whoever is not among them is a role."""
    if not KEY.search(text):
        return text
    known = staff_names() if names is None else names

    def name(found: re.Match[str]) -> str:
        role, key = found.groups()
        return f"{role}: {known[int(key)]}" if int(key) in known else role

    return KEY.sub(name, text)
