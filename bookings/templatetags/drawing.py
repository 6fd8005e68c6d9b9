"""Sums for places in a drawing: {{ ribbon.base|plus:5 }}."""

from django import template

register = template.Library()


@register.filter
def plus(place: float, more: float) -> float:
    return round(place + more, 1)
