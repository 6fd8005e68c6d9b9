"""manage.py rotate_second_factors: seals the secrets of second factors anew under the first key."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand
from django.db import transaction

from clinic.accounts.second_factor import resealed

SECRETS = ("secret", "seed")  # of apps, of recovery codes


class Command(BaseCommand):
    help = (
        "Put a new key first in FACTOR_KEYS, restart, run this, then take the old key away. "
        "Running it twice does no harm."
    )
    requires_system_checks = []  # they load every page, for which nobody waits

    def handle(self, **_options: Any) -> None:
        done = sum(_reseal(pk) for pk in Authenticator.objects.values_list("pk", flat=True))
        self.stdout.write(f"second factors: {done}")


@transaction.atomic
def _reseal(pk: int) -> bool:
    factor = Authenticator.objects.select_for_update().get(pk=pk)
    sealed = {name: resealed(factor.data[name]) for name in SECRETS if name in factor.data}
    Authenticator.objects.filter(pk=pk).update(data={**factor.data, **sealed})
    return bool(sealed)
