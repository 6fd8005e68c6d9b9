"""A row as a form keeps it, to know later whether somebody else has changed it."""

from collections.abc import Iterator
from hashlib import sha256

from django.db.models import Model
from django.utils.translation import gettext as _

from bookings.actions.refusals import Stale

DIGITS = 24


def stamp(row: Model) -> str:
    """Of its columns, and of whom or what it is tied to.

    A digest, since a browser sends the line ends of a text otherwise than they came.
    """
    values = [getattr(row, field.attname) for field in row._meta.concrete_fields]
    if row.pk is not None:
        values += [_tied(row, name) for name in _ties(row)]
    return sha256("|".join(map(str, values)).encode()).hexdigest()[:DIGITS]


def _ties(row: Model) -> Iterator[str]:
    """The names of its many-to-many relations, from whichever side they are written."""
    for field in row._meta.many_to_many:
        yield field.name
    for relation in row._meta.related_objects:
        if relation.many_to_many:
            yield str(relation.get_accessor_name())


def _tied(row: Model, name: str) -> list[int]:
    return list(getattr(row, name).order_by("pk").values_list("pk", flat=True))


def refuse_if_changed(row: Model, seen: str) -> None:
    """Raises Stale when it is no longer as it was seen, or gone already."""
    stored = type(row)._default_manager.filter(pk=row.pk).first()
    if stored is None:
        raise Stale(_("It has been removed meanwhile."))
    if stamp(stored) != seen:
        sentence = _("It has been changed meanwhile: {block}. Please look again.")
        raise Stale(sentence.format(block=stored))
