"""The clinic changes its protocol: each time a new version, and the ones before stay."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from bookings.actions.refusals import Refused
from bookings.core import training
from bookings.core.training.protocol.editing import (
    SET_BY_THE_CLINIC,
    Data,
    Path,
    differences,
    in_a_sentence,
    with_changes,
)
from bookings.models import Clinic, ProtocolVersion
from bookings.queries.training import protocol, protocol_file

TAPER = "Taper"


class ProtocolMoved(Refused):
    sentence = gettext_lazy(
        "Somebody has changed the protocol since you opened this page. Nothing of yours was "
        "saved: please compare with what is written now, and save again."
    )


@transaction.atomic
def change(
    changes: Mapping[Path, Any], *, based_on: int, by: str, now: datetime
) -> ProtocolVersion:
    """Other values in some fields of version `based_on`.

    The newest version is returned, which is a new one only if something is different. Raises
    ProtocolMoved, and FieldError with the path that is at fault.
    """
    clinic = Clinic.objects.lock()
    newest = protocol.newest()
    if newest.number != based_on:
        raise ProtocolMoved
    return _keep(with_changes(protocol.data_of(newest), changes), newest, clinic, by=by, now=now)


@transaction.atomic
def import_file(content: bytes, *, by: str, now: datetime) -> ProtocolVersion:
    """The protocol of a YAML file. Raises FieldError with one sentence."""
    data = protocol_file.read(content)
    _refuse_what_is_none(data)
    clinic = Clinic.objects.lock()
    return _keep(data, protocol.newest(), clinic, "Imported from a file", by=by, now=now)


@transaction.atomic
def reset(*, by: str, now: datetime) -> ProtocolVersion:
    """Back to the protocol that comes with Taper."""
    clinic = Clinic.objects.lock()
    return _keep(
        protocol.default_data(), protocol.newest(), clinic, "Reset to the default", by=by, now=now
    )


def _keep(
    data: Data, newest: ProtocolVersion, clinic: Clinic, how: str = "", *, by: str, now: datetime
) -> ProtocolVersion:
    different = differences(protocol.data_of(newest), data)
    if not different:
        return newest
    number = newest.number + 1
    dated = clinic.day_of(now).isoformat()
    data = {"version": number, "dated": dated, **_said_of_itself(data)}
    _refuse_what_is_none(data)
    _keep_the_first(newest, now)
    named = in_a_sentence(different)
    return ProtocolVersion.objects.create(
        number=number,
        data=data,
        created_at=now,
        by=by,
        change=f"{how}. {named}." if how else f"{named}.",
    )


def _said_of_itself(data: Data) -> Data:
    return {key: value for key, value in data.items() if key not in SET_BY_THE_CLINIC}


def _keep_the_first(newest: ProtocolVersion, now: datetime) -> None:
    """The file's protocol becomes a row when there is a second one; later files differ from it."""
    if newest.pk is None:
        newest.created_at, newest.by = now, TAPER
        newest.save(force_insert=True)


def _refuse_what_is_none(data: Any) -> None:
    training.Protocol.from_data(data).refuse_claims()
