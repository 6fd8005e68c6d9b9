"""A column for an e-mail address."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from bookings.core.clients.addresses import (
    BadAddress,
    has_a_dot,
    has_invisible_letters,
    kept_address,
)


def can_be_mailed_to(address: str) -> None:
    """A validator: Django's own takes domains that there cannot be, and letters nobody sees."""
    if has_invisible_letters(address):
        raise ValidationError(
            _(
                "This address has letters that cannot be seen or that turn its reading around, "
                "perhaps from copying it. Please type it anew."
            ),
            code="invisible",
        )
    sentence = _("Please give an email address such as name@example.com.")
    try:
        leads_somewhere = has_a_dot(address)
    except BadAddress as error:
        raise ValidationError(sentence, code="invalid") from error
    if not leads_somewhere:
        raise ValidationError(sentence, code="invalid")


class AddressField(models.EmailField):
    """Whatever is checked before it is saved is kept in one spelling."""

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        address = super().clean(value, model_instance)
        return kept_address(address) if address else address

    def run_validators(self, value: Any) -> None:
        if value not in self.empty_values:
            can_be_mailed_to(value)
        super().run_validators(value)

    def deconstruct(self) -> tuple:
        """To migrations it is the column that it is."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs
