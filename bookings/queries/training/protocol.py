"""The clinic's protocol: the version that holds, the earlier ones, and the file it began with."""

from collections.abc import Sequence
from copy import deepcopy
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings import dates
from bookings.core.training import Protocol
from bookings.core.training.protocol.editing import in_the_order_of
from bookings.models import ProtocolVersion
from bookings.queries.statements import SqlQuestion, rows

FILE = Path(__file__).parents[2] / "protocol.yaml"
NEWEST = "SELECT id FROM bookings_protocolversion ORDER BY number DESC LIMIT 1"
AS_IT_COMES = gettext_lazy("As it comes with Taper.")


def current() -> Protocol:
    """The protocol that holds now: one query, since a version is read and parsed only once."""
    return current_told(rows(NEWEST))


def ask_for_current() -> SqlQuestion:
    """The same, with what else is asked."""
    return SqlQuestion(NEWEST, {})


def current_told(found: Sequence[Sequence]) -> Protocol:
    return stored_as(found[0][0] if found else None)


def stored_as(pk: int | None) -> Protocol:
    """The version of that row, which is read only once; None is the file's."""
    return default() if pk is None else _parsed(pk)


def label(protocol: Protocol) -> str:
    """What plans and mails name it by: "Protocol version 3, 12 May 2027"."""
    if protocol.dated is None:
        return _("Protocol version {version}").format(version=protocol.version)
    facts = {"version": protocol.version, "day": dates.day_of_year(protocol.dated)}
    return _("Protocol version {version}, {day}").format(**facts)


@cache
def default() -> Protocol:
    """The protocol of the file; asks no database."""
    return Protocol.from_data(default_data())


def default_data() -> dict[str, Any]:
    """A fresh copy for each caller; reading the file takes a third of a second."""
    return deepcopy(_default_data_to_compare())


def versions() -> list[ProtocolVersion]:
    """The newest first, their data to be asked for; at least one, which may not be stored."""
    return list(ProtocolVersion.objects.defer("data")) or [as_it_comes()]


def version(number: int) -> ProtocolVersion | None:
    found = ProtocolVersion.objects.filter(number=number).first()
    if found or number != 1 or ProtocolVersion.objects.exists():
        return found
    return as_it_comes()


def newest() -> ProtocolVersion:
    return ProtocolVersion.objects.first() or as_it_comes()


def as_it_comes() -> ProtocolVersion:
    """The file as version 1, not stored."""
    return ProtocolVersion(number=1, data=default_data(), change=str(AS_IT_COMES))


def data_of(version: ProtocolVersion) -> dict[str, Any]:
    """Its data with the keys in the file's order, as they are best read."""
    return in_the_order_of(version.data, _default_data_to_compare())


@lru_cache(maxsize=64)
def _parsed(pk: int) -> Protocol:
    return Protocol.from_data(data_of(ProtocolVersion.objects.get(pk=pk)))


@cache
def _default_data_to_compare() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text("utf-8"))
