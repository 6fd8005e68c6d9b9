"""Two clients who turn out to be one keep their health data."""

from bookings.actions.clients import identity
from bookings.links import digest_of
from bookings.models import Client
from tests import factories
from therapists.models import HealthCheck
from therapists.models.sealed import Sealed


def test_what_somebody_told_of_their_health_goes_along(ana):
    other = factories.make_client(ana.name, email=ana.email, proved_at=None)
    told = HealthCheck.objects.create(
        client=other, form="full", given_at=factories.NOW, by="runner", content=Sealed.of({})
    )
    identity.prove(other, mailed_to=digest_of(other.email), by="runner", now=factories.NOW)
    told.refresh_from_db()
    assert told.client == ana
    assert not Client.objects.filter(pk=other.pk).exists()
