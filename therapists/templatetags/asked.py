"""The fields of one question: {% with asked=form|fields_of:question %}."""

from django import template
from django.forms import BoundField

from bookings.core.training.protocol.evidence import Contraindication
from therapists.pages.forms import HealthForm

register = template.Library()


@register.filter
def fields_of(form: HealthForm, question: Contraindication) -> tuple[BoundField, BoundField]:
    return form.asked(question)


@register.filter
def field_named(form: HealthForm, name: str) -> BoundField:
    return form[name]
