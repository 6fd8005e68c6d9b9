"""A note's body map, to look at: {% for figure in content|figures_of %}."""

from django import template

from therapists.core.body_map import Figure, figures
from therapists.core.content import Content

register = template.Library()


@register.filter
def figures_of(content: Content) -> list[Figure]:
    return figures({mark.place: mark for mark in content.marks})
