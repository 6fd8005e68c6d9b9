"""What must never be of the protocol's versions, whatever writes."""

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.models import ProtocolVersion
from bookings.queries.training import protocol
from tests.factories import NOW
from tests.reading import present

pytestmark = pytest.mark.django_db


def make_version(number=1, **fields):
    data = protocol.default_data() | {"version": number}
    fields = {"data": data, "created_at": NOW, "by": "owner: o@example.com", **fields}
    return ProtocolVersion.objects.create(number=number, **fields)


def refused(act, *args, **kwargs):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        act(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize("fields", [{"data": {}}, {"by": "x"}, {"number": 9}, {"change": "x"}])
def test_a_version_never_changes(fields):
    version = make_version()
    said = refused(ProtocolVersion.objects.filter(pk=version.pk).update, **fields)
    assert "never changes" in said


def test_a_version_is_never_deleted():
    version = make_version()
    assert "never changes" in refused(version.delete)


def test_plain_sql_cannot_change_one_either():
    make_version()

    def by_hand():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE bookings_protocolversion SET data = '{}'")

    assert "never changes" in refused(by_hand)


def test_no_number_is_given_twice_and_none_is_zero():
    make_version()
    refused(make_version)
    refused(make_version, 0)


def test_without_a_row_the_file_holds_as_version_1():
    assert protocol.current() is protocol.default()
    assert [one.number for one in protocol.versions()] == [1]
    assert present(protocol.version(1)).data == protocol.default_data()
    assert protocol.version(2) is None


def test_the_newest_holds_and_is_read_only_once(django_assert_num_queries):
    make_version(1)
    make_version(2)
    assert protocol.current().version == 2
    with django_assert_num_queries(1):
        assert protocol.current().version == 2
    make_version(3)
    assert protocol.current().version == 3
